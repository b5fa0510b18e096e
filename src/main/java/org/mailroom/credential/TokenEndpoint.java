package org.mailroom.credential;

/** Where tokens come from. */
interface TokenEndpoint {

  /**
   * Asks for a new token, whatever is cached.
   *
   * @param claims additional claims as JSON, or null
   * @throws CredentialException when it is refused or there is no answer
   */
  AccessToken token(String credential, String claims);
}
