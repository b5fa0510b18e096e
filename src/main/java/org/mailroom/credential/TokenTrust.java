package org.mailroom.credential;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which mailboxes took the present token of a credential and which refused it, and so whether a
 * refusal is a reason for another token: it may be the token, which was revoked say, or the
 * mailbox, and then another token would be refused, too, and all mailboxes would get a new one at
 * each poll. {@link #accepted} may be called by several threads at once; whoever calls the others
 * holds the slot's lock.
 */
final class TokenTrust {

  /**
   * A token that replaces a refused one stays so long; the more such tokens nobody took, the
   * longer.
   */
  private static final Duration YOUNG = Duration.ofMinutes(5);

  private static final Duration YOUNG_AT_MOST = Duration.ofHours(1);

  /** A mailbox that took the token and now refuses it knows better, but not at each request. */
  private static final Duration SOON = Duration.ofSeconds(10);

  /**
   * New demands of Entra ID's continuous access evaluation are met, but not more often than this.
   */
  private static final Duration DEMANDS_APART = Duration.ofMinutes(1);

  /** Mailboxes that refused a token and have taken none since. */
  private final Set<String> suspects = ConcurrentHashMap.newKeySet();

  /** Mailboxes that took the present token. */
  private final Set<String> takers = ConcurrentHashMap.newKeySet();

  private @Nullable AccessToken token;
  private boolean replacement;
  private @Nullable String fulfilled;
  private Duration young = YOUNG;

  /**
   * Another token is there.
   *
   * @param replacement the one before was refused
   * @param claims that it was asked for with, or null
   */
  void issued(AccessToken token, boolean replacement, @Nullable String claims) {
    if (replacement) {
      young = takers.isEmpty() ? longer(young) : YOUNG;
    }
    this.token = token;
    this.replacement = replacement;
    this.fulfilled = claims;
    takers.clear();
  }

  private static Duration longer(Duration young) {
    Duration doubled = young.multipliedBy(2);
    return doubled.compareTo(YOUNG_AT_MOST) > 0 ? YOUNG_AT_MOST : doubled;
  }

  /** The credential is another one now. */
  void forget() {
    suspects.clear();
    takers.clear();
    young = YOUNG;
  }

  void accepted(String mailbox) {
    takers.add(mailbox);
    suspects.remove(mailbox);
  }

  /**
   * A mailbox refuses the present token.
   *
   * @param demanded claims that the next token has to have, or null
   * @return whether to ask for another
   */
  boolean isReasonToRenew(String mailbox, @Nullable String demanded, Instant now) {
    AccessToken token = Objects.requireNonNull(this.token);
    boolean suspected = !suspects.add(mailbox);
    boolean took = takers.remove(mailbox);
    if (demanded != null && !demanded.equals(fulfilled)) {
      return !replacement || fulfilled == null || token.isOlderThan(DEMANDS_APART, now);
    }
    if (replacement && !token.isOlderThan(young, now)) {
      return took && token.isOlderThan(SOON, now);
    }
    // the first time it may be the token; after that only when nobody else takes it either
    return !suspected || (token.isOlderThan(young, now) && takers.isEmpty());
  }
}
