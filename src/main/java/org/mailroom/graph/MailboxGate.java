package org.mailroom.graph;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the requests to one mailbox within what the service allows: at most so many in flight, and none before the wait is over
 * that a throttled answer asked for. First come, first served, so that a batch, which takes all places, isn't starved.
 */
final class MailboxGate {

  private final int places;
  private final Clock clock;
  private final Semaphore inFlight;
  private final AtomicLong requests = new AtomicLong();
  private volatile Instant closedUntil = Instant.MIN;

  MailboxGate(int places, Clock clock) {
    this.places = places;
    this.clock = clock;
    this.inFlight = new Semaphore(places, true);
  }

  /** Waits for {@code weight} places and for the end of a pause. */
  void enter(int weight) throws InterruptedException {
    int wanted = Math.min(weight, places);
    inFlight.acquire(wanted);
    requests.incrementAndGet();
    try {
      awaitEndOfPause();
    } catch (InterruptedException e) {
      inFlight.release(wanted);
      throw e;
    }
  }

  private void awaitEndOfPause() throws InterruptedException {
    // a pause can be prolonged by another answer while this one waits: look again until it is over
    for (Duration left = leftOfPause(); left.compareTo(Duration.ZERO) > 0; left = leftOfPause()) {
      java.util.concurrent.TimeUnit.MILLISECONDS.sleep(left.toMillis() + 1);
    }
  }

  private Duration leftOfPause() {
    Instant until = closedUntil;
    return until.equals(Instant.MIN) ? Duration.ZERO : Duration.between(clock.instant(), until);
  }

  void leave(int weight) {
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
