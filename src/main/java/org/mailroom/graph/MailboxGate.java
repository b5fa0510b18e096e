package org.mailroom.graph;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Limits;

/**
 * Lets as many requests to one mailbox pass as the service allows: at most so many in flight, at
 * most so many in a window, and none before the wait is over that a throttled answer asked for.
 * First come, first served, so that a batch that takes all places isn't starved.
 */
final class MailboxGate {

  private static final Duration UNTIL_AN_ANSWER = Duration.ofMillis(20);

  /** A longer wait ends when the runtime stops, or when somebody waits for whoever waits here. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final String mailbox;
  private final int places;
  private final Clock clock;
  private final StopSignal stop;
  private final Semaphore inFlight;
  private final AtomicLong requests = new AtomicLong();
  private final QuotaWindow quota;
  private final Throttling throttling = new Throttling();
  private int users;
  private Instant lastUsed;

  MailboxGate(String mailbox, Limits limits, Clock clock, StopSignal stop) {
    this.mailbox = mailbox;
    this.places = limits.requestsInFlight();
    this.clock = clock;
    this.stop = stop;
    this.inFlight = new Semaphore(places, true);
    this.quota = new QuotaWindow(limits.requestsPerWindow(), limits.window());
    this.lastUsed = clock.instant();
  }

  /**
   * Waits for {@code weight} places, for room in the window, and for the end of a pause.
   *
   * @param parts how often the request counts
   * @throws StoppingException when the wait is longer than a second and the runtime stops
   * @throws MailboxClosedException when the wait is longer than a second and somebody else waits
   *     for whoever waits here
   */
  void enter(int weight, int parts, Patience patience) throws InterruptedException {
    int wanted = Math.min(weight, places);
    inFlight.acquire(wanted);
    boolean entered = false;
    try {
      requests.incrementAndGet();
      Instant from = clock.instant();
      // a pause can be prolonged by another answer while this one waits: look again until it is
      // over
      for (Duration wait = admit(parts); wait.compareTo(Duration.ZERO) > 0; wait = admit(parts)) {
        rest(wait, from, patience);
      }
      entered = true;
    } finally {
      if (!entered) {
        inFlight.release(wanted);
      }
    }
  }

  private void rest(Duration wait, Instant from, Patience patience) throws InterruptedException {
    Instant now = clock.instant();
    if (wait.compareTo(SHORT) > 0 || Duration.between(from, now).compareTo(SHORT) > 0) {
      if (stop.isStopping()) {
        throw new StoppingException(mailbox);
      }
      if (patience.isAnyoneWaiting()) {
        throw new MailboxClosedException(mailbox, now.plus(wait));
      }
    }
    // somebody may come to wait meanwhile
    stop.rest(wait.compareTo(SHORT) > 0 ? SHORT : wait.plusMillis(1));
  }

  /**
   * Counts the request when it may pass now; otherwise returns how long it has to wait at least.
   */
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
    Duration pause = throttling.wait(now);
    Duration room = quota.roomIn(parts, now).orElse(UNTIL_AN_ANSWER);
    return pause.compareTo(room) > 0 ? pause : room;
  }

  void leave(int weight, int parts) {
    synchronized (this) {
      quota.answered(parts, clock.instant());
    }
    inFlight.release(Math.min(weight, places));
  }

  /**
   * An answer asked for patience: nothing passes before it is over; a shorter wait never shortens a
   * longer one.
   *
   * @param asked how long, or null when it didn't say
   * @param trouble it was a 503 and not a 429
   * @return whether this is to be told
   */
  synchronized boolean pause(@Nullable Duration asked, boolean trouble) {
    Instant now = clock.instant();
    throttling.asked(asked, trouble, now);
    return throttling.isToBeTold(now);
  }

  /**
   * A request that was sent then was a success; returns whether this ends throttling that was told.
   */
  synchronized boolean succeeded(Instant sent) {
    return throttling.succeeded(sent);
  }

  /** What whoever works on the mailbox next has to know. */
  synchronized GateState state() {
    Instant now = clock.instant();
    Instant until = throttling.closedUntil();
    return new GateState(
        until.isAfter(now) ? until : null, throttling.isTrouble(), quota.used(now));
  }

  /** Goes on as another node left it. */
  synchronized void goOnWith(GateState state) {
    if (state.closedUntil() != null) {
      throttling.goOnWith(state.closedUntil(), state.trouble());
    }
    quota.goOnWith(state.used());
  }

  /** How many requests came to it so far. */
  long requests() {
    return requests.get();
  }

  synchronized Instant closedUntil() {
    return throttling.closedUntil();
  }

  /** It is closed because the service has trouble, not because it is asked too often. */
  synchronized boolean isInTrouble() {
    return throttling.isTrouble();
  }

  /** Since when every answer asks for patience; null when the last one didn't. */
  synchronized @Nullable Instant throttledSince() {
    return throttling.since();
  }

  synchronized MailboxGate use() {
    users++;
    return this;
  }

  synchronized void unuse() {
    users--;
    lastUsed = clock.instant();
  }

  /** Nobody is in it, and nothing that it remembers matters any more. */
  synchronized boolean isForgettable(Duration unused) {
    Instant now = clock.instant();
    return users == 0 && now.isAfter(lastUsed.plus(unused)) && opensIn(1).isZero();
  }
}
