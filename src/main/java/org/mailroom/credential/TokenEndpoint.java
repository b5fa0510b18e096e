package org.mailroom.credential;

import org.jspecify.annotations.Nullable;

/** Where tokens come from. */
interface TokenEndpoint {

  /**
   * Returns a token that is fresh: one that is stored already, by another node perhaps, or a new
   * one.
   *
   * @param refused the value of a token that the service refused, which therefore won't do; or null
   * @param claims additional claims of a new token as JSON, or null
   * @throws CredentialException when it is refused or there is no answer
   */
  AccessToken token(Credential credential, @Nullable String refused, @Nullable String claims);

  /**
   * Changes when a credential proves itself with something else than before, so that what was
   * refused may be asked for again.
   */
  default String proof(Credential credential) {
    return "";
  }
}
