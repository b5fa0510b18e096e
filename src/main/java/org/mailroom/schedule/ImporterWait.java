package org.mailroom.schedule;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.mailroom.settings.RouteNotRunningException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long commands wait for a route that takes their tasks: all of them together, so that many
 * accounts don't wait one after the other. Safe for use by several threads.
 */
final class ImporterWait {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  /** A shorter wait, as while routes are reloaded, isn't worth a word. */
  private static final Duration WORTH_TELLING = Duration.ofSeconds(1);

  private final BooleanSupplier served;
  private final Duration longest;
  private final LongSupplier nanos;
  private boolean waiting;
  private boolean told;
  private long since;

  /**
   * @param served whether a route takes tasks
   * @param longest {@code mailroom.limits.importer-wait}
   * @param nanos a clock that nobody sets
   */
  ImporterWait(BooleanSupplier served, Duration longest, LongSupplier nanos) {
    this.served = served;
    this.longest = longest;
    this.nanos = nanos;
  }

  /** Whether no route takes tasks, and none has for as long as is waited. */
  synchronized boolean isOver() {
    if (served.getAsBoolean()) {
      waiting = false;
      return false;
    }
    long now = nanos.getAsLong();
    if (!waiting) {
      waiting = true;
      told = false;
      since = now;
    }
    Duration waited = Duration.ofNanos(now - since);
    if (waited.compareTo(longest) >= 0) {
      return true;
    }
    if (!told && waited.compareTo(WORTH_TELLING) >= 0) {
      told = true;
      LOG.info(
          "no route that runs begins with {}, so that nothing is imported; waiting for it, at most"
              + " {} s",
          TaskQueue.ENDPOINT,
          longest.toSeconds());
    }
    return false;
  }

  /** That it is over. */
  RouteNotRunningException why() {
    return new RouteNotRunningException(
        TaskQueue.ENDPOINT,
        ", and none did within " + longest.toSeconds() + " s (mailroom.limits.importer-wait)");
  }
}
