package org.mailroom.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Circuit Breaker: which destinations are down, or ask to wait. While one does, its deliveries wait
 * and no message is blamed for it; one delivery at a time is let through to see whether it is up
 * again, first after a second, then at doubled intervals up to a minute, or after the Retry-After
 * that it gave. Threads: any.
 */
@Component("destinationHealth")
public final class DestinationHealth {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
  private static final int LONGEST_CAUSE = 500;

  /**
   * A destination that takes nothing.
   *
   * @param since when it was first noticed
   * @param nextTry when a delivery is let through again
   * @param cause and remedy, in words
   * @param busy it is up and asks to wait: nothing is to be mended
   */
  public record Outage(
      Instant since,
      Instant nextTry,
      String cause,
      Exception failure,
      Duration pause,
      boolean busy) {}

  /** What becomes of deliveries that failed. */
  enum Verdict {
    /** An attempt is counted. */
    REFUSED,
    /** They wait for themselves. */
    LATER,
    /** It isn't known yet whose fault it is: they wait for the next message to show. */
    IN_DOUBT,
    /** They wait for the destination. */
    WAITS
  }

  private final Map<String, Outage> outages = new HashMap<>();
  private final Map<String, Suspects> suspects = new HashMap<>();
  private final Map<String, RefusalsInARow> refusals = new HashMap<>();
  private final Clock clock;

  DestinationHealth(Clock clock) {
    this.clock = clock;
  }

  /**
   * Whether messages may be delivered: the destination is up, or it is time to see whether it is.
   * Messages that may themselves be the cause give way to others.
   */
  synchronized boolean admits(String destination, Collection<String> messageIds) {
    Instant now = clock.instant();
    Outage outage = outage(destination, now);
    if (outage == null) {
      return true;
    }
    Duration pause = outage.pause().compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : outage.pause();
    Instant turn =
        suspects(destination).areAll(messageIds) ? outage.nextTry().plus(pause) : outage.nextTry();
    if (now.isBefore(turn)) {
      return false;
    }
    // whoever asks now is the one to try
    nextTry(destination, outage, now.plus(pause));
    return true;
  }

  /**
   * Whoever was let through shares the turn: messages that failed together are tried each alone.
   */
  synchronized void givesBackTheTurn(String destination) {
    Outage outage = outages.get(destination);
    if (outage != null) {
      nextTry(destination, outage, clock.instant());
    }
  }

  /** A clock that was set back since makes no wait longer: the next delivery tries. */
  private @Nullable Outage outage(String destination, Instant now) {
    Outage outage = outages.get(destination);
    if (outage != null && outage.nextTry().isAfter(now.plus(outage.pause()))) {
      nextTry(destination, outage, now);
    }
    return outages.get(destination);
  }

  private void nextTry(String destination, Outage outage, Instant then) {
    outages.put(
        destination,
        new Outage(
            outage.since(), then, outage.cause(), outage.failure(), outage.pause(), outage.busy()));
  }

  private Suspects suspects(String destination) {
    return suspects.computeIfAbsent(destination, name -> new Suspects());
  }

  synchronized Optional<Outage> outage(String destination) {
    return Optional.ofNullable(outages.get(destination));
  }

  /** Whether a destination that is down may be tried now; takes no turn. */
  synchronized boolean isWorthATry(String destination) {
    Instant now = clock.instant();
    Outage outage = outage(destination, now);
    return outage == null || !now.isBefore(outage.nextTry());
  }

  /** Whether every destination takes messages. */
  synchronized boolean takesAll() {
    return outages.isEmpty();
  }

  /** All destinations that are down, by name; one that merely asks to wait isn't. */
  public synchronized Map<String, Outage> outages() {
    Map<String, Outage> down = new TreeMap<>(outages);
    down.values().removeIf(Outage::busy);
    return down;
  }

  /** A delivery failed; of several messages those that may be tried alone are. */
  synchronized Verdict failed(String destination, List<String> messageIds, Failure failure) {
    switch (failure.outcome()) {
      case REFUSED:
        answers(destination);
        return refused(destination, messageIds, failure);
      case LATER:
        answers(destination);
        return Verdict.LATER;
      case IN_DOUBT:
        return inDoubt(destination, messageIds, failure);
      default:
        open(destination, failure);
        return Verdict.WAITS;
    }
  }

  private Verdict refused(String destination, List<String> messageIds, Failure failure) {
    RefusalsInARow inARow = refusals.computeIfAbsent(destination, name -> new RefusalsInARow());
    if (inARow.isWorthTelling(failure.way(), messageIds)) {
      LOG.warn(
          "destination {} has refused {} messages one after the other in the same way, the last of"
              + " them: {} Each uses its attempts, and others are tried. If it is not about the"
              + " messages, mend the destination or its route, then: failed retry",
          destination,
          RefusalsInARow.MANY,
          DeliveryError.inWords(failure.why(), LONGEST_CAUSE));
    }
    return Verdict.REFUSED;
  }

  private Verdict inDoubt(String destination, List<String> messageIds, Failure failure) {
    Suspects those = suspects(destination);
    if (those.isBlamed(messageIds)) {
      return refused(destination, messageIds, failure);
    }
    boolean another = those.isAnyUnjudged() || outages.containsKey(destination);
    those.add(messageIds);
    if (!another) {
      return Verdict.IN_DOUBT;
    }
    open(destination, failure);
    return Verdict.WAITS;
  }

  private void open(String destination, Failure failure) {
    boolean busy = failure.outcome() == Outcome.BUSY;
    Outage before = outages.get(destination);
    Duration wait =
        failure.retryAfter() != null
            ? failure.retryAfter()
            : before == null ? FIRST_WAIT : before.pause().multipliedBy(2);
    wait =
        failure.retryAfter() == null && wait.compareTo(LONGEST_WAIT) > 0
            ? LONGEST_WAIT
            : wait.compareTo(FIRST_WAIT) < 0 ? FIRST_WAIT : wait;
    Instant now = clock.instant();
    boolean goesOn = before != null && before.busy() == busy;
    Instant since = before != null && goesOn ? before.since() : now;
    String words = DeliveryError.inWords(failure.why(), LONGEST_CAUSE);
    String remedy = DestinationFailure.remedy(failure.why());
    // a sentence of Mailroom's own may hold it
    String cause =
        busy || words.contains("Check ") || words.contains(remedy) ? words : words + " " + remedy;
    outages.put(destination, new Outage(since, now.plus(wait), cause, failure.why(), wait, busy));
    suspects(destination).outageBegins();
    if (!goesOn && busy) {
      LOG.info(
          "destination {} asks to wait: {} Its deliveries wait, without an attempt; it is tried"
              + " again by itself.",
          destination,
          cause);
    } else if (!goesOn) {
      LOG.error(
          "destination {} is down: {} Its deliveries wait, other destinations go on; it is tried"
              + " again by itself.",
          destination,
          cause);
    }
  }

  /** It took messages. */
  synchronized void succeeded(String destination, Collection<String> messageIds) {
    suspects(destination).othersGotThrough(messageIds);
    refusals.remove(destination);
    answers(destination);
  }

  private void answers(String destination) {
    Outage before = outages.remove(destination);
    if (before != null) {
      LOG.info(
          before.busy()
              ? "destination {} takes messages again after {} s"
              : "destination {} is up again after {} s",
          destination,
          Duration.between(before.since(), clock.instant()).toSeconds());
    }
  }
}
