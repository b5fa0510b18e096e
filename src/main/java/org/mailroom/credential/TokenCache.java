package org.mailroom.credential;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.stereotype.Component;

/**
 * One access token a credential in its lifetime, however many accounts, threads and nodes ask at once. It stands in front of msal4j's own
 * cache, which never finds a token whose authority has a port.
 */
@Component
public final class TokenCache {

  private final ConcurrentMap<String, TokenSlot> slots = new ConcurrentHashMap<>();
  private final TokenEndpoint endpoint;
  private final Credentials credentials;
  private final Clock clock;

  TokenCache(TokenEndpoint endpoint, Credentials credentials, Clock clock) {
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.clock = clock;
  }

  /**
   * Returns the value of the {@code Authorization} header for a credential.
   *
   * @throws CredentialException when no token can be had
   */
  public String authorization(String credential) {
    Credential found = credentials.require(credential);
    return slot(credential).authorization(found);
  }

  /**
   * Forgets the token that a request was refused with (401), unless it was replaced meanwhile.
   *
   * @param authorization the refused {@code Authorization} header
   * @param claims claims that the next token has to have, as JSON, or null
   */
  public void refused(String credential, String authorization, String claims) {
    slot(credential).refused(authorization, claims);
  }

  /** Forgets the token that a request was sent with, which was refused for it or for a part of it (401). */
  public void refused(String credential, SentToken sent, String claims) {
    if (sent != null) {
      refused(credential, sent.authorization(), claims);
    }
  }

  /** What was refused is asked for again when next needed, and not only after a while: somebody has mended it in Entra ID and tries. */
  public void askAgain(String credential) {
    slot(credential).askAgain();
  }

  /**
   * Asks for a new token, whether there is one or not.
   *
   * @throws CredentialException when no token can be had
   */
  public void renew(String credential) {
    askAgain(credential);
    refused(credential, authorization(credential), null);
    authorization(credential);
  }

  /** Why no token could be had when this node last asked for one; empty when it could, or wasn't asked to. */
  public Optional<CredentialException> lastRefusal(String credential) {
    TokenSlot slot = slots.get(credential);
    return slot == null ? Optional.empty() : Optional.ofNullable(slot.lastRefusal());
  }

  private TokenSlot slot(String credential) {
    return slots.computeIfAbsent(credential, name -> new TokenSlot(endpoint, clock));
  }
}
