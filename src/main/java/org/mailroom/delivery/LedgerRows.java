package org.mailroom.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.mailroom.graph.GraphException;
import org.mailroom.message.Fate;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MessageTooLargeException;
import org.mailroom.settings.Causes;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/** What the ledger has to say of a message after an import has dealt with it: its rows of the table {@code delivery}. */
@Component
final class LedgerRows {

  /** How the error of a delivery begins that waits for its destination. */
  static final String OUTAGE = "the destination is down: ";

  /** Stands for a destination in the entry of a message that the site's rules leave as it is; its error is the version of the message. */
  static final String LEFT = "(left)";

  private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);
  private static final int LONGEST_ERROR = 1000;

  /** What was given up because the service couldn't give it is looked at again so much later. */
  private static final Duration LOOKED_AT_AGAIN = Duration.ofHours(6);

  private final DestinationHealth health;
  private final MailroomProperties.Retry retry;
  private final Clock clock;

  LedgerRows(DestinationHealth health, MailroomProperties properties, Clock clock) {
    this.health = health;
    this.retry = properties.retry();
    this.clock = clock;
  }

  /** The rows that say what became of a message; none when there is nothing to remember. */
  List<LedgerEntry> of(IncomingMessage message) {
    Fate fate = message.fate();
    return switch (fate.kind()) {
      case OPEN -> List.of();
      case GONE -> message.isTriedBefore() ? each(message, name -> row(message, name, LedgerEntry.DISCARDED, 0, "somebody deleted the message from the mailbox.")) : List.of();
      case LEFT -> Stream.of(row(message, LEFT, LedgerEntry.DISCARDED, 0, version(message))).toList();
      case SKIPPED -> each(message, name -> row(message, name, LedgerEntry.DISCARDED, 0, "the site's rules skip the message."));
      case WAITING -> each(message, name -> waiting(message, name, DeliveryError.inShort(fate.reason(), LONGEST_ERROR), now().plus(backoff(1)), false));
      case FAILED -> each(message, name -> fate.isInDoubt()
          ? waiting(message, name, DeliveryError.inWords(fate.cause(), LONGEST_ERROR), now().plus(backoff(message.earlierAttempts(name) + 1)), true)
          : refused(message, name, fate.cause()));
      case READY -> each(message, name -> message.delivered().contains(name) ? delivered(message, name)
          : message.outages().containsKey(name) ? awaits(message, name) : refused(message, name, message.refusals().get(name)));
    };
  }

  private static List<LedgerEntry> each(IncomingMessage message, Function<String, LedgerEntry> row) {
    return message.destinations().stream().map(row).toList();
  }

  LedgerEntry delivered(IncomingMessage message, String destination) {
    return new LedgerEntry(message.account().id(), message.id(), destination, LedgerEntry.DELIVERED, message.earlierAttempts(destination) + 1,
        message.wasTriedBefore(destination), false, null, null, now(), Envelope.of(message));
  }

  /** Its destination is down: no attempt of this message. */
  LedgerEntry awaits(IncomingMessage message, String destination) {
    var outage = health.outage(destination);
    String error = outage.map(DestinationHealth.Outage::cause).orElseGet(() -> DeliveryError.inWords(message.outages().get(destination), LONGEST_ERROR));
    return waiting(message, destination, OUTAGE + error, outage.map(down -> OffsetDateTime.ofInstant(down.nextTry(), ZoneOffset.UTC)).orElseGet(this::now), false);
  }

  private LedgerEntry waiting(IncomingMessage message, String destination, String error, OffsetDateTime nextAttempt, boolean inDoubt) {
    return entry(message, destination, LedgerEntry.PENDING, message.earlierAttempts(destination), inDoubt, error, nextAttempt);
  }

  private LedgerEntry refused(IncomingMessage message, String destination, Exception why) {
    return refused(entry(message, destination, LedgerEntry.PENDING, message.earlierAttempts(destination), false, DeliveryError.inWords(why, LONGEST_ERROR), null),
        Causes.first(why, MessageTooLargeException.class).isPresent(), Causes.first(why, GraphException.class).isPresent());
  }

  /**
   * An attempt is counted.
   *
   * @param hopeless trying again doesn't help
   * @param byService the service couldn't give it: so it is looked at again even when it is given up
   */
  LedgerEntry refused(LedgerEntry entry, boolean hopeless, boolean byService) {
    int attempts = entry.attempts() + 1;
    boolean givenUp = attempts >= retry.maxAttempts() || hopeless;
    OffsetDateTime next = !givenUp ? now().plus(backoff(attempts)) : byService && !hopeless ? now().plus(LOOKED_AT_AGAIN) : null;
    return new LedgerEntry(entry.account(), entry.messageId(), entry.destination(), givenUp ? LedgerEntry.FAILED : LedgerEntry.PENDING, attempts, entry.again(), false,
        givenUp ? DeliveryError.whenGivenUp(entry.error(), next != null) : entry.error(), next, null, entry.envelope());
  }

  private LedgerEntry row(IncomingMessage message, String destination, String status, int more, String error) {
    return entry(message, destination, status, message.earlierAttempts(destination) + more, false, error, null);
  }

  private static LedgerEntry entry(
      IncomingMessage message, String destination, String status, int attempts, boolean inDoubt, String error, OffsetDateTime nextAttempt) {
    return new LedgerEntry(message.account().id(), message.id(), destination, status, attempts, message.wasTriedBefore(destination), inDoubt, error, nextAttempt, null,
        destination.equals(LEFT) ? null : Envelope.of(message));
  }

  /** What tells whether a message has changed since; empty where the service gave none, so that it is asked about again. */
  static String version(IncomingMessage message) {
    return message.version() == null ? "" : message.version();
  }

  private Duration backoff(int attempts) {
    Duration backoff = retry.backoff();
    for (int i = 1; i < attempts && backoff.compareTo(LONGEST_BACKOFF) < 0; i++) {
      backoff = backoff.multipliedBy(2);
    }
    return backoff.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : backoff;
  }

  private OffsetDateTime now() {
    return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
  }
}
