package org.mailroom.graph;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Backoff;
import org.mailroom.settings.Wait;

/**
 * How long one mailbox is left alone because its answers ask for it, and since when they do. An
 * answer that says how long is believed. One that doesn't, or that says "at once" again and again,
 * is answered by waits that double. Not safe for use by several threads at once.
 */
final class Throttling {

  private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /**
   * A 503 may be one message's fault or an outage: the redelivery of the request waits, too, and
   * smaller pages must be reached soon.
   */
  private static final Duration LONGEST_WAIT_OF_TROUBLE = Duration.ofSeconds(4);

  /** Less than this is no wait. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  /** Throttling that lasts, or will last, so long is told; and told again so often. */
  private static final Duration WORTH_TELLING = Duration.ofSeconds(10);

  private static final Duration TOLD_FOR = Duration.ofHours(1);

  private Instant closedUntil = Instant.MIN;
  private @Nullable Instant since;
  private Instant lastAsked = Instant.MIN;
  private Wait untilToldAgain = Wait.NONE;
  private boolean toldSince;
  private int rounds;
  private boolean trouble;

  /**
   * An answer asked for patience.
   *
   * @param asked how long, or null when it didn't say
   * @param trouble it was a 503 and not a 429
   */
  void asked(@Nullable Duration asked, boolean trouble, Instant now) {
    this.trouble = trouble;
    since = since == null ? now : since;
    lastAsked = now;
    if (rounds == 0 || !now.isBefore(closedUntil)) {
      // what was in flight when the first one was refused is of the same round
      rounds++;
    }
    Duration own = own(trouble);
    boolean believed = asked != null && (asked.compareTo(AT_ONCE) >= 0 || rounds == 1);
    Instant until = now.plus(believed ? asked : own);
    closedUntil = until.isAfter(closedUntil) ? until : closedUntil;
  }

  /** The service asked for it because it has trouble, not because it is asked too often. */
  boolean isTrouble() {
    return trouble;
  }

  private Duration own(boolean trouble) {
    return Backoff.doubled(
        FIRST_WAIT, rounds - 1, trouble ? LONGEST_WAIT_OF_TROUBLE : LONGEST_WAIT);
  }

  /**
   * A request was a success.
   *
   * @param sent when it was; one that was under way when another was throttled says nothing
   * @return whether this ends throttling that was told
   */
  boolean succeeded(Instant sent) {
    if (since == null || sent.isBefore(lastAsked)) {
      return false;
    }
    since = null;
    rounds = 0;
    boolean ends = toldSince;
    toldSince = false;
    return ends;
  }

  /** Another node was asked for it, who had the mailbox before. */
  void goOnWith(Instant until, boolean ofTrouble) {
    if (until.isAfter(closedUntil)) {
      closedUntil = until;
      trouble = ofTrouble;
    }
  }

  /** Whether it is time to tell; the caller does. */
  boolean isToBeTold(Instant now) {
    boolean lasts =
        since != null
            && Duration.between(since, closedUntil.isAfter(now) ? closedUntil : now)
                    .compareTo(WORTH_TELLING)
                >= 0;
    if (!lasts || !untilToldAgain.isOver(now)) {
      return false;
    }
    untilToldAgain = Wait.of(TOLD_FOR, now);
    toldSince = true;
    return true;
  }

  /** How long nothing passes; nothing is waited for by a clock that was set back since. */
  Duration wait(Instant now) {
    if (now.isBefore(lastAsked)) {
      closedUntil = Instant.MIN;
      lastAsked = Instant.MIN;
      since = since == null ? null : now;
    }
    return closedUntil.isAfter(now) ? Duration.between(now, closedUntil) : Duration.ZERO;
  }

  Instant closedUntil() {
    return closedUntil;
  }

  /** Since when every answer asks for patience; null when the last one didn't. */
  @Nullable Instant since() {
    return since;
  }
}
