package org.mailroom.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.GraphException;
import org.mailroom.message.Fate;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MessageTooLargeException;
import org.mailroom.settings.Backoff;
import org.mailroom.settings.Causes;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.Utc;
import org.springframework.stereotype.Component;

/**
 * What the ledger has to say of a message after an import has dealt with it: its rows of the table
 * {@code delivery}.
 */
@Component
final class LedgerRows {

  /** How the error of a delivery begins that waits for its destination. */
  static final String OUTAGE = "the destination is down: ";

  /** How it begins when the destination asks all to wait. */
  static final String BUSY = "the destination asks to wait: ";

  /** How it begins when the destination wants this message later. */
  static final String LATER = "to be delivered later: ";

  /** How it begins until another message shows whether message or destination is the cause. */
  static final String IN_DOUBT = "asked for again before anything is to blame: ";

  /** The beginnings of errors by which a message uses no attempt. */
  private static final List<String> WITHOUT_AN_ATTEMPT = List.of(OUTAGE, BUSY, LATER, IN_DOUBT);

  /** Says of a waiting row that it waits for another attempt. */
  static final String IS_REFUSAL_IN_SQL =
      WITHOUT_AN_ATTEMPT.stream()
          .map(begins -> "last_error not like '" + begins + "%'")
          .collect(Collectors.joining(" and "));

  /**
   * Stands for a destination in the entry of a message that the site's rules leave as it is; its
   * error is the version of the message.
   */
  static final String LEFT = "(left)";

  private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);
  private static final int LONGEST_ERROR = 1000;

  /** What was given up because the service couldn't give it is looked at again so much later. */
  private static final Duration LOOKED_AT_AGAIN = Duration.ofHours(6);

  private final DestinationHealth health;
  private final Destinations destinations;
  private final MailroomProperties.Retry retry;
  private final Clock clock;

  LedgerRows(
      DestinationHealth health,
      Destinations destinations,
      MailroomProperties properties,
      Clock clock) {
    this.health = health;
    this.destinations = destinations;
    this.retry = properties.retry();
    this.clock = clock;
  }

  /** The rows that say what became of a message; none when there is nothing to remember. */
  List<LedgerEntry> of(IncomingMessage message) {
    Fate fate = message.fate();
    return switch (fate.kind()) {
      case OPEN -> List.of();
      case GONE -> message.isTriedBefore() ? each(message, name -> gone(message, name)) : List.of();
      case TOO_OLD ->
          message.isTriedBefore()
              ? message.awaitedBy().stream()
                  .map(
                      name ->
                          row(
                              message,
                              name,
                              LedgerEntry.DISCARDED,
                              0,
                              "the message is older than the account's max-age."))
                  .toList()
              : List.of();
      case LEFT ->
          Stream.of(row(message, LEFT, LedgerEntry.DISCARDED, 0, version(message))).toList();
      case SKIPPED ->
          each(
              message,
              name ->
                  row(
                      message,
                      name,
                      LedgerEntry.DISCARDED,
                      0,
                      "the site's rules skip the message."));
      case WAITING ->
          each(
              message,
              name ->
                  waiting(
                      message,
                      name,
                      DeliveryError.inShort(fate.reason(), LONGEST_ERROR),
                      now().plus(backoff(1, retry)),
                      false));
      case FAILED ->
          each(
              message,
              name ->
                  fate.isInDoubt()
                      ? waiting(
                          message,
                          name,
                          DeliveryError.inWords(fate.cause(), LONGEST_ERROR),
                          now().plus(backoff(message.earlierAttempts(name) + 1, retry)),
                          true)
                      : refused(message, name, fate.cause(), retry));
      case READY ->
          each(
              message,
              name ->
                  message.delivered().contains(name)
                      ? delivered(message, name)
                      : message.outages().containsKey(name)
                          ? awaits(message, name)
                          : refused(
                              message,
                              name,
                              message.refusals().get(name),
                              destinations.retry(name)));
    };
  }

  private static List<LedgerEntry> each(
      IncomingMessage message, Function<String, LedgerEntry> row) {
    return message.destinations().stream().map(row).toList();
  }

  /** Due, should a listing bring the message after all; see {@link LedgerState#isGone}. */
  private LedgerEntry gone(IncomingMessage message, String destination) {
    return entry(
        message,
        destination,
        LedgerEntry.DISCARDED,
        message.earlierAttempts(destination),
        false,
        "somebody deleted the message from the mailbox.",
        now());
  }

  LedgerEntry delivered(IncomingMessage message, String destination) {
    return new LedgerEntry(
        message.account().id(),
        message.id(),
        destination,
        LedgerEntry.DELIVERED,
        message.earlierAttempts(destination) + 1,
        message.wasTriedBefore(destination),
        false,
        null,
        null,
        now(),
        Envelope.of(message));
  }

  /** Its destination is down, or asks to wait: no attempt of this message. */
  LedgerEntry awaits(IncomingMessage message, String destination) {
    if (message.outages().get(destination) instanceof DeliverLater later) {
      return waiting(
          message,
          destination,
          later.begins() + DeliveryError.inWords(later, LONGEST_ERROR),
          Utc.of(later.until()),
          false);
    }
    var outage = health.outage(destination);
    String error =
        outage
            .map(DestinationHealth.Outage::cause)
            .orElseGet(
                () -> DeliveryError.inWords(message.outages().get(destination), LONGEST_ERROR));
    String begins = outage.isPresent() && outage.get().busy() ? BUSY : OUTAGE;
    OffsetDateTime nextTry = outage.map(down -> Utc.of(down.nextTry())).orElseGet(this::now);
    return waiting(message, destination, begins + error, nextTry, false);
  }

  private LedgerEntry waiting(
      IncomingMessage message,
      String destination,
      String error,
      OffsetDateTime nextAttempt,
      boolean inDoubt) {
    return entry(
        message,
        destination,
        LedgerEntry.PENDING,
        message.earlierAttempts(destination),
        inDoubt,
        error,
        nextAttempt);
  }

  /** Whether an entry waits for another attempt, not for its destination. */
  static boolean isRefusal(LedgerEntry entry) {
    return entry.is(LedgerEntry.PENDING)
        && !entry.inDoubt()
        && entry.attempts() > 0
        && entry.error() != null
        && WITHOUT_AN_ATTEMPT.stream().noneMatch(entry.error()::startsWith);
  }

  private LedgerEntry refused(
      IncomingMessage message,
      String destination,
      @Nullable Exception why,
      MailroomProperties.Retry rules) {
    return refused(
        entry(
            message,
            destination,
            LedgerEntry.PENDING,
            message.earlierAttempts(destination),
            false,
            DeliveryError.inWords(why, LONGEST_ERROR),
            null),
        Causes.first(why, MessageTooLargeException.class).isPresent(),
        Causes.first(why, GraphException.class).isPresent(),
        rules);
  }

  /** The same by the rules of {@code mailroom.retry}. */
  LedgerEntry refused(LedgerEntry entry, boolean hopeless, boolean byService) {
    return refused(entry, hopeless, byService, retry);
  }

  /**
   * An attempt is counted.
   *
   * @param hopeless trying again doesn't help
   * @param byService the service couldn't give it: so it is looked at again even when it is given
   *     up
   */
  private LedgerEntry refused(
      LedgerEntry entry, boolean hopeless, boolean byService, MailroomProperties.Retry rules) {
    int attempts = entry.attempts() + 1;
    boolean givenUp = attempts >= rules.maxAttempts() || hopeless;
    OffsetDateTime next =
        !givenUp
            ? now().plus(backoff(attempts, rules))
            : byService && !hopeless ? now().plus(LOOKED_AT_AGAIN) : null;
    return new LedgerEntry(
        entry.account(),
        entry.messageId(),
        entry.destination(),
        givenUp ? LedgerEntry.FAILED : LedgerEntry.PENDING,
        attempts,
        entry.again(),
        false,
        givenUp ? DeliveryError.whenGivenUp(entry.error(), next != null) : entry.error(),
        next,
        null,
        entry.envelope());
  }

  private LedgerEntry row(
      IncomingMessage message, String destination, String status, int more, String error) {
    return entry(
        message,
        destination,
        status,
        message.earlierAttempts(destination) + more,
        false,
        error,
        null);
  }

  private static LedgerEntry entry(
      IncomingMessage message,
      String destination,
      String status,
      int attempts,
      boolean inDoubt,
      String error,
      @Nullable OffsetDateTime nextAttempt) {
    return new LedgerEntry(
        message.account().id(),
        message.id(),
        destination,
        status,
        attempts,
        message.wasTriedBefore(destination),
        inDoubt,
        error,
        nextAttempt,
        null,
        destination.equals(LEFT) ? null : Envelope.of(message));
  }

  /**
   * What tells whether a message has changed since; empty where the service gave none, so that it
   * is asked about again.
   */
  static String version(IncomingMessage message) {
    return message.version() == null ? "" : message.version();
  }

  private static Duration backoff(int attempts, MailroomProperties.Retry rules) {
    return Backoff.doubled(rules.backoff(), attempts - 1, LONGEST_BACKOFF);
  }

  private OffsetDateTime now() {
    return Utc.of(clock.instant());
  }
}
