package org.mailroom.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Circuit Breaker: which destinations are down. While one is, its deliveries wait and no message is blamed for it; one delivery at a time
 * is let through to see whether it is up again, first after a second, then at doubled intervals up to a minute.
 */
@Component("destinationHealth")
public final class DestinationHealth {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /**
   * A destination that is down.
   *
   * @param since when it was first noticed
   * @param nextTry when a delivery is let through again
   * @param cause and remedy, in words
   */
  public record Outage(Instant since, Instant nextTry, String cause, Exception failure, Duration pause) {}

  private final Map<String, Outage> outages = new HashMap<>();
  /** The last message that a destination failed on, where that may have been the fault of either. */
  private final Map<String, String> suspects = new HashMap<>();
  private final Clock clock;

  DestinationHealth(Clock clock) {
    this.clock = clock;
  }

  /** Whether a delivery may be tried: the destination is up, or it is time to see whether it is. */
  synchronized boolean admits(String destination) {
    Outage outage = outages.get(destination);
    if (outage == null) {
      return true;
    }
    Instant now = clock.instant();
    if (now.isBefore(outage.nextTry())) {
      return false;
    }
    // whoever asks now is the one to try
    outages.put(destination, new Outage(outage.since(), now.plus(outage.pause()), outage.cause(), outage.failure(), outage.pause()));
    return true;
  }

  synchronized Optional<Outage> outage(String destination) {
    return Optional.ofNullable(outages.get(destination));
  }

  /** Whether a destination that is down may be tried now; takes no turn. */
  synchronized boolean isWorthATry(String destination) {
    Outage outage = outages.get(destination);
    return outage == null || !clock.instant().isBefore(outage.nextTry());
  }

  /** All destinations that are down, by name. */
  public synchronized Map<String, Outage> outages() {
    return new TreeMap<>(outages);
  }

  /**
   * A delivery failed.
   *
   * @param messageId of one of its messages
   * @return whether the destination is down; otherwise it refuses this message
   */
  synchronized boolean failed(String destination, String messageId, Exception why) {
    DestinationFailure.Kind kind = DestinationFailure.kind(why);
    boolean down = switch (kind) {
      case NO -> false;
      case CERTAINLY -> true;
      case POSSIBLY -> outages.containsKey(destination) || !messageId.equals(suspects.getOrDefault(destination, messageId));
    };
    if (kind == DestinationFailure.Kind.POSSIBLY) {
      suspects.put(destination, messageId);
    }
    if (down) {
      open(destination, why);
    } else if (kind == DestinationFailure.Kind.NO) {
      succeeded(destination);
    }
    return down;
  }

  private void open(String destination, Exception why) {
    Outage before = outages.get(destination);
    Duration wait = before == null ? FIRST_WAIT : before.pause().multipliedBy(2);
    wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    Instant now = clock.instant();
    String words = DeliveryError.inWords(why, 500);
    String remedy = DestinationFailure.remedy(why);
    // a sentence of Mailroom's own may hold it
    String cause = words.contains("Check ") || words.contains(remedy) ? words : words + " " + remedy;
    outages.put(destination, new Outage(before == null ? now : before.since(), now.plus(wait), cause, why, wait));
    if (before == null) {
      LOG.error("destination {} is down: {} Its deliveries wait, other destinations go on; it is tried again by itself.", destination, cause);
    }
  }

  synchronized void succeeded(String destination) {
    suspects.remove(destination);
    Outage before = outages.remove(destination);
    if (before != null) {
      LOG.info("destination {} is up again after {} s", destination, Duration.between(before.since(), clock.instant()).toSeconds());
    }
  }
}
