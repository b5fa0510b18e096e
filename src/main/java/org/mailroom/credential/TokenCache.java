package org.mailroom.credential;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.stereotype.Component;

/**
 * One access token a credential in its lifetime, however many accounts and threads ask at once. It stands in front of msal4j's own
 * cache, which never finds a token whose authority has a port.
 */
@Component
public final class TokenCache {

  /** A refusal that can't pass by itself is remembered this long, so that a broken credential isn't asked for at every request. */
  private static final Duration REFUSAL_IS_REMEMBERED = Duration.ofSeconds(15);

  private final ConcurrentMap<String, Slot> slots = new ConcurrentHashMap<>();
  private final TokenEndpoint endpoint;
  private final Clock clock;

  TokenCache(TokenEndpoint endpoint, Clock clock) {
    this.endpoint = endpoint;
    this.clock = clock;
  }

  /**
   * Returns the value of the {@code Authorization} header for a credential.
   *
   * @throws CredentialException when no token can be had
   */
  public String authorization(String credential) {
    return slot(credential).authorization(credential);
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

  private Slot slot(String credential) {
    return slots.computeIfAbsent(credential, name -> new Slot());
  }

  /** The lock is held while the endpoint is asked: whoever asks at the same time waits for that one answer. */
  private final class Slot {

    private AccessToken token;
    private String claims;
    private CredentialException refusal;
    private Instant refusedUntil = Instant.MIN;

    synchronized String authorization(String credential) {
      if (token == null || !token.isFresh(clock.instant())) {
        renew(credential);
      }
      return "Bearer " + token.value();
    }

    private void renew(String credential) {
      if (refusal != null && clock.instant().isBefore(refusedUntil)) {
        throw refusal;
      }
      try {
        token = endpoint.token(credential, claims);
        claims = null;
        refusal = null;
      } catch (CredentialException e) {
        token = null;
        refusal = e;
        refusedUntil = e.isTransient() ? Instant.MIN : clock.instant().plus(REFUSAL_IS_REMEMBERED);
        throw e;
      }
    }

    synchronized void refused(String authorization, String demanded) {
      if (token != null && ("Bearer " + token.value()).equals(authorization)) {
        token = null;
        claims = demanded;
      }
    }
  }
}
