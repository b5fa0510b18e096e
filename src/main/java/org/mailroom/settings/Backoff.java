package org.mailroom.settings;

import java.time.Duration;

/** Waits that grow: each twice the one before it, up to a longest one. */
public final class Backoff {

  /** So often even a millisecond has become longer than any wait here. */
  private static final int MOST_DOUBLINGS = 30;

  private Backoff() {}

  /**
   * The wait after so many doublings.
   *
   * @param first the wait after none
   * @param longest no wait is longer, the first one included
   */
  public static Duration doubled(Duration first, int times, Duration longest) {
    Duration wait = first.multipliedBy(1L << Math.max(0, Math.min(times, MOST_DOUBLINGS)));
    return wait.compareTo(longest) > 0 ? longest : wait;
  }
}
