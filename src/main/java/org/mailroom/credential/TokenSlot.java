package org.mailroom.credential;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Wait;

/**
 * The token of one credential on this node. The lock is held while a token is fetched: whoever asks
 * at the same time waits for that one answer.
 */
final class TokenSlot {

  /**
   * A refusal that can't pass by itself is tried again so slowly, unless the credential is changed
   * or somebody signs in.
   */
  private static final Duration SLOW_PROBE = Duration.ofMinutes(15);

  private static final Duration SHORTEST_WAIT = Duration.ofMillis(500);
  private static final Duration LONGEST_ASKED = Duration.ofHours(1);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private final TokenEndpoint endpoint;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final TokenTrust trust = new TokenTrust();
  private @Nullable String revision;
  private @Nullable AccessToken token;
  private boolean refusedByService;
  private @Nullable String claims;
  private @Nullable CredentialException refusal;
  private @Nullable String refusedProof;
  private @Nullable Instant refusedSince;
  private Wait pause = Wait.NONE;
  private volatile @Nullable Told lastRefusal;

  /** A refusal, and the settings and the sign-in that it was for. */
  private record Told(@Nullable String revision, CredentialException refusal) {}

  TokenSlot(TokenEndpoint endpoint, Clock clock) {
    this.endpoint = endpoint;
    this.clock = clock;
  }

  String authorization(Credential credential) {
    lock.lock();
    try {
      return present(credential);
    } finally {
      lock.unlock();
    }
  }

  private String present(Credential credential) {
    if (!credential.revision().equals(revision)) {
      // changed, or signed in anew, here or on another node: it is asked at once
      revision = credential.revision();
      token = null;
      refusedByService = false;
      trust.forget();
      forgetRefusal();
    }
    Instant now = clock.instant();
    if (token == null || refusedByService || !token.isFresh(now)) {
      renew(credential, now);
    }
    return "Bearer " + Objects.requireNonNull(token).value();
  }

  private void renew(Credential credential, Instant now) {
    boolean stillValid = token != null && !refusedByService && token.isValid(now);
    if (refusal != null && !pause.isOver(now) && endpoint.proof(credential).equals(refusedProof)) {
      if (stillValid) {
        return;
      }
      throw refusal;
    }
    try {
      token =
          endpoint.token(
              credential, refusedByService && token != null ? token.value() : null, claims);
      trust.issued(token, refusedByService, claims);
      refusedByService = false;
      claims = null;
      forgetRefusal();
    } catch (CredentialException e) {
      remember(credential, e);
      if (!stillValid) {
        throw e;
      }
    }
  }

  private void forgetRefusal() {
    refusal = null;
    lastRefusal = null;
    refusedSince = null;
    pause = Wait.NONE;
  }

  private void remember(Credential credential, CredentialException e) {
    refusedProof = endpoint.proof(credential);
    Instant now = clock.instant();
    refusedSince = refusedSince == null ? now : refusedSince;
    refusal = e;
    lastRefusal = new Told(revision, e);
    pause =
        Wait.of(
            e.isTransient()
                ? e.retryAfter().map(TokenSlot::notAtOnce).orElse(backOff(now))
                : SLOW_PROBE,
            now);
  }

  /**
   * What an endpoint asks for, but never at once, and never so long that nobody notices that it is
   * over.
   */
  private static Duration notAtOnce(Duration asked) {
    return asked.compareTo(SHORTEST_WAIT) < 0
        ? SHORTEST_WAIT
        : asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
  }

  /**
   * A fiftieth of the time that the trouble has lasted: short trouble is noticed to be over at
   * once, long trouble is asked about less.
   */
  private Duration backOff(Instant now) {
    Duration wait = Duration.between(refusedSince, now).dividedBy(50);
    return wait.compareTo(SHORTEST_WAIT) < 0
        ? SHORTEST_WAIT
        : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
  }

  /**
   * The token was refused, for whatever reason: it is replaced when next needed, unless it was
   * meanwhile.
   */
  void refused(String authorization, @Nullable String demanded) {
    lock.lock();
    try {
      if (isPresent(authorization)) {
        refusedByService = true;
        claims = demanded;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * A mailbox refused the token. It is renewed because of that once; when the next one is refused,
   * too, it is the mailbox that is the matter, and the token stays for the others.
   *
   * @param demanded claims that the next token has to have, or null
   * @return whether another token than the refused one is to be had
   */
  boolean refused(String authorization, String mailbox, @Nullable String demanded) {
    lock.lock();
    try {
      if (!isPresent(authorization) || refusedByService) {
        return true;
      }
      refusedByService = trust.isReasonToRenew(mailbox, demanded, clock.instant());
      claims = refusedByService ? demanded : claims;
      return refusedByService;
    } finally {
      lock.unlock();
    }
  }

  /** A mailbox took a token; where it was one before the present one, that does no harm. */
  void accepted(String mailbox) {
    trust.accepted(mailbox);
  }

  private boolean isPresent(String authorization) {
    return token != null && ("Bearer " + token.value()).equals(authorization);
  }

  void askAgain() {
    lock.lock();
    try {
      pause = Wait.NONE;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Why no token could be had when it was last asked for; null when it could, and when the
   * credential was changed or signed in anew since.
   */
  @Nullable CredentialException lastRefusal(Credential credential) {
    Told told = lastRefusal;
    return told == null || !Objects.equals(told.revision(), credential.revision())
        ? null
        : told.refusal();
  }
}
