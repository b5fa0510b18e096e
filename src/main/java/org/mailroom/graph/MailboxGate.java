package org.mailroom.graph;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.mailroom.settings.MailroomProperties;

/**
 * Lets as many requests to one mailbox pass as the service allows: at most so many in flight, at most so many in a window, and none before
 * the wait is over that a throttled answer asked for. First come, first served, so that a batch that takes all places isn't starved.
 */
final class MailboxGate {

  private static final Duration UNTIL_AN_ANSWER = Duration.ofMillis(20);

  private final int places;
  private final Clock clock;
  private final Semaphore inFlight;
  private final AtomicLong requests = new AtomicLong();
  private final QuotaWindow quota;
  private volatile Instant closedUntil = Instant.MIN;

  MailboxGate(MailroomProperties.Limits limits, Clock clock) {
    this.places = limits.requestsInFlight();
    this.clock = clock;
    this.inFlight = new Semaphore(places, true);
    this.quota = new QuotaWindow(limits.requestsPerWindow(), limits.window());
  }

  /**
   * Waits for {@code weight} places, for room in the window, and for the end of a pause.
   *
   * @param parts how often the request counts
   */
  void enter(int weight, int parts) throws InterruptedException {
    int wanted = Math.min(weight, places);
    inFlight.acquire(wanted);
    requests.incrementAndGet();
    try {
      // a pause can be prolonged by another answer while this one waits: look again until it is over
      for (Duration wait = admit(parts); wait.compareTo(Duration.ZERO) > 0; wait = admit(parts)) {
        TimeUnit.MILLISECONDS.sleep(wait.toMillis() + 1);
      }
    } catch (InterruptedException e) {
      inFlight.release(wanted);
      throw e;
    }
  }

  /** Counts the request when it may pass now; otherwise returns how long it has to wait at least. */
  private synchronized Duration admit(int parts) {
    Duration wait = opensIn(parts);
    if (wait.isZero()) {
      quota.sent(parts);
    }
    return wait;
  }

  /** How long nothing passes that counts so often; zero when it may pass. */
  synchronized Duration opensIn(int parts) {
    Instant now = clock.instant();
    Duration pause = closedUntil.isAfter(now) ? Duration.between(now, closedUntil) : Duration.ZERO;
    Duration room = quota.roomIn(parts, now).orElse(UNTIL_AN_ANSWER);
    return pause.compareTo(room) > 0 ? pause : room;
  }

  void leave(int weight, int parts) {
    synchronized (this) {
      quota.answered(parts, clock.instant());
    }
    inFlight.release(Math.min(weight, places));
  }

  /** Nothing passes before {@code wait} is over; a shorter wait never shortens a longer one. */
  synchronized void pause(Duration wait) {
    Instant until = clock.instant().plus(wait);
    if (until.isAfter(closedUntil)) {
      closedUntil = until;
    }
  }

  /** How many requests came to it so far. */
  long requests() {
    return requests.get();
  }

  Instant closedUntil() {
    return closedUntil;
  }
}
