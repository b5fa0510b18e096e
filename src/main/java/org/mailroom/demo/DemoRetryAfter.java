package org.mailroom.demo;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Until when nothing may be sent to a mailbox. What was on its way while the refusal was, isn't
 * wrong: requests within the grace don't count. Used while holding the lock of {@link DemoWatch}.
 */
final class DemoRetryAfter {

  /** More than a request takes from a client to the tenant on a busy machine. */
  static final Duration GRACE = Duration.ofSeconds(1);

  private static final Duration TIMER = Duration.ofMillis(25);

  private record Wait(long said, long over, String header) {}

  private final DemoClock clock;
  private final Map<String, Wait> waits = new HashMap<>();

  DemoRetryAfter(DemoClock clock) {
    this.clock = clock;
  }

  /** A mailbox is told to wait. */
  void told(String mailbox, String header) {
    long now = System.nanoTime();
    Wait wait = new Wait(now, now + parsed(header).toNanos(), header);
    // the earliest refusal that holds so long counts for the grace
    waits.merge(
        mailbox,
        wait,
        (before, after) ->
            before.over() - now <= 0
                ? after
                : after.over() - before.over() > 0
                    ? new Wait(before.said(), after.over(), after.header())
                    : before);
  }

  /** How a request that comes now breaks its wait; null when it doesn't. */
  String broken(String mailbox) {
    Wait wait = waits.get(mailbox);
    long now = System.nanoTime();
    if (wait == null
        || now - wait.said() < GRACE.toNanos()
        || wait.over() - now < TIMER.toNanos()) {
      return null;
    }
    return Duration.ofNanos(wait.over() - now).toMillis()
        + " ms before the end of Retry-After: "
        + wait.header();
  }

  void clear() {
    waits.clear();
  }

  /**
   * Seconds, decimals, a list of them (the longest counts), or a date in the service's time; what
   * can't be understood asks for no wait.
   */
  private Duration parsed(String header) {
    try {
      return clock.until(header);
    } catch (DateTimeException seconds) {
      Duration longest = Duration.ZERO;
      for (String one : header.split(",")) {
        try {
          Duration wait = Duration.ofMillis((long) (Double.parseDouble(one.strip()) * 1000));
          longest = wait.compareTo(longest) > 0 ? wait : longest;
        } catch (NumberFormatException unknown) {
          // another part may be one
        }
      }
      return longest;
    }
  }
}
