package org.mailroom.listing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.GraphException;

/**
 * How many messages a page is asked for: half of it after a refusal, twice as many after a success.
 * A size that got no answer in time isn't tried again for a while, once smaller pages brought all
 * its messages; where one of them can't be had in any page, it wasn't the size. One thread at a
 * time uses it.
 */
final class PageSize {

  private static final Duration WHILE = Duration.ofHours(6);

  private final Clock clock;
  private int most;
  private @Nullable Instant until;
  private int now;

  /** The smallest size that got no answer in time; 0: there is none. */
  private int tooLarge;

  /** How many of its messages weren't brought by smaller pages yet. */
  private int missing;

  /**
   * @param usual what is asked for when nothing is in the way
   */
  PageSize(int usual, Hints hints, Clock clock) {
    this.clock = clock;
    Instant begun = clock.instant();
    // later than ever it ends by a clock that has been set back
    boolean limited =
        hints.most() > 0
            && begun.isBefore(hints.until())
            && !hints.until().isAfter(begun.plus(WHILE));
    this.most = limited ? Math.min(usual, hints.most()) : usual;
    this.until = limited ? hints.until() : null;
    this.now = hints.first() > 0 ? Math.min(hints.first(), most) : most;
  }

  int now() {
    return now;
  }

  /** A page of this size was refused. */
  void refused(GraphException refusal) {
    if (isOutOfTime(refusal)) {
      missing = tooLarge == 0 ? now : missing;
      tooLarge = now;
    }
  }

  /** Asks for half; false when that is less than one message. */
  boolean shrink() {
    boolean shrinks = now > 1;
    now = Math.max(1, now / 2);
    return shrinks;
  }

  /** A page of this size was answered, with so many messages. */
  void answered(int messages) {
    missing -= messages;
    if (tooLarge > 0 && missing <= 0) {
      limit(now);
    }
    int twice = Math.min(most, now * 2);
    now = tooLarge > 0 && twice >= tooLarge ? now : twice;
  }

  private void limit(int size) {
    most = size;
    until = clock.instant().plus(WHILE);
    tooLarge = 0;
  }

  /** No page of any size is answered here: that isn't due to the size. */
  void one() {
    tooLarge = 0;
    now = 1;
  }

  /**
   * @param careful whether messages that can't be listed are in the way
   */
  Hints hints(boolean careful) {
    if (tooLarge > 0) {
      limit(Math.max(1, tooLarge / 2));
    }
    return new Hints(
        careful ? 1 : 0, until == null ? 0 : most, until == null ? Instant.MIN : until);
  }

  /** The gateway's word for it is 504. */
  static boolean isOutOfTime(GraphException refusal) {
    return refusal.isOutOfTime() || refusal.status() == 504 || refusal.status() == 408;
  }
}
