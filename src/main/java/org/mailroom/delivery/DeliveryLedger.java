package org.mailroom.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.mailroom.account.Account;
import org.mailroom.account.AccountImport;
import org.mailroom.account.AccountImport.Finished;
import org.mailroom.account.AccountImport.Outcome;
import org.mailroom.account.ChangesInMailbox;
import org.mailroom.account.IncomingMessage;
import org.mailroom.account.MessageTooLargeException;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.listing.ListedMessage;
import org.mailroom.message.MailMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Idempotent Receiver: the table {@code delivery} tells which destination has which message. Camel's idempotent consumer knows one key
 * and two states; here a message has a state for each destination, and an attempt has a time.
 */
@Component("deliveryLedger")
public final class DeliveryLedger {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);
  private static final int LONGEST_ERROR = 1000;

  /** How the error of a delivery begins that waits for its destination. */
  static final String OUTAGE = "the destination is down: ";

  /** Stands for the id of a message that the service can't list. */
  static final String UNLISTABLE = "unlistable-";

  private final JdbcTemplate jdbc;
  private final LedgerTable table;
  private final NamedParameterJdbcTemplate named;
  private final TransactionTemplate transaction;
  private final DestinationHealth health;
  private final DeliveryMetrics metrics;
  private final ChangesInMailbox changes;
  private final MailroomProperties.Retry retry;
  private final MailroomProperties.Limits limits;
  private final Clock clock;
  private final Map<String, Integer> unlistable = new ConcurrentHashMap<>();
  private final Set<String> paused = ConcurrentHashMap.newKeySet();

  DeliveryLedger(
      JdbcTemplate jdbc, LedgerTable table, TransactionTemplate transaction, DestinationHealth health, DeliveryMetrics metrics, ChangesInMailbox changes, MailroomProperties properties, Clock clock) {
    this.jdbc = jdbc;
    this.table = table;
    this.named = new NamedParameterJdbcTemplate(jdbc);
    this.transaction = transaction;
    this.health = health;
    this.metrics = metrics;
    this.changes = changes;
    this.retry = properties.retry();
    this.limits = properties.limits();
    this.clock = clock;
  }

  /**
   * Looks before an import reads anything: while a destination of the account is down, reading pauses when nothing could be delivered
   * anywhere, or when as many deliveries wait as {@code mailroom.limits.waiting-deliveries} says. What waits is still tried.
   */
  public void begin(@ExchangeProperty("import") AccountImport running) {
    Account account = running.account();
    // asks the database in any case: without it nothing is to be read
    long waiting = jdbc.queryForObject("select count(*) from delivery where status = 'PENDING' and account = ?", Long.class, account.id());
    running.deliveriesWait(waiting > 0);
    List<String> down = account.deliverTo().stream().filter(name -> health.outage(name).isPresent()).toList();
    boolean nowhere = down.size() == account.deliverTo().size() && down.stream().noneMatch(health::isWorthATry);
    if (nowhere || (!down.isEmpty() && waiting >= limits.waitingDeliveries())) {
      running.pauseReading();
      if (paused.add(account.id())) {
        LOG.warn("account {}: reading pauses while {} is down; {} deliveries wait", account.id(), String.join(", ", down), waiting);
      }
    } else if (paused.remove(account.id())) {
      LOG.info("account {}: reading goes on", account.id());
    }
  }

  /**
   * Returns those of the listed messages that a destination of their account is waiting for. What every destination has already (its
   * marking was lost) goes on to be marked; what failed and isn't due again is counted as waiting.
   */
  public List<IncomingMessage> undelivered(@ExchangeProperty("import") AccountImport running, @Body List<ListedMessage> listed) {
    if (listed.isEmpty() || running.isStopping()) {
      return List.of();
    }
    Account account = running.account();
    Map<String, Map<String, LedgerState>> entries = table.states(account.id(), listed.stream().map(ListedMessage::id).toList());
    Instant now = clock.instant();
    List<IncomingMessage> undelivered = new ArrayList<>();
    List<LedgerEntry> waiting = new ArrayList<>();
    for (ListedMessage message : listed) {
      Map<String, LedgerState> known = entries.getOrDefault(message.id(), Map.of());
      List<String> wanted = account.deliverTo().stream().filter(name -> !known.containsKey(name) || known.get(name).isDue(now)).toList();
      List<String> due = wanted.stream().filter(health::isWorthATry).toList();
      Map<String, Integer> attempts = new HashMap<>();
      known.forEach((name, entry) -> attempts.put(name, entry.attempts()));
      IncomingMessage incoming = new IncomingMessage(account, message, due, attempts);
      boolean othersSettled = account.deliverTo().stream()
          .allMatch(name -> due.contains(name) || (known.containsKey(name) && known.get(name).isSettled()));
      if (!othersSettled) {
        running.countWaiting();
        wanted.stream().filter(name -> !due.contains(name) && !known.containsKey(name)).forEach(name -> waiting.add(waiting(incoming, name)));
      }
      if (!due.isEmpty()) {
        incoming.othersSettled(othersSettled);
        undelivered.add(incoming);
      } else if (othersSettled && !account.afterImport().isReadOnly()) {
        changes.note(account, List.of(message.id()));
        running.finished(new Finished(message.id(), message.receivedAt(), message.resource() == null ? null : incoming.categories(), Outcome.IMPORTED));
      }
    }
    if (!waiting.isEmpty()) {
      transaction.executeWithoutResult(status -> table.write(waiting));
      running.deliveriesWait(true);
    }
    return undelivered;
  }

  /**
   * Takes up deliveries that are due and that no listing brings any more, because somebody has read or moved the message or it isn't
   * listed again (delta query). While a destination is down one message a time is enough to see whether it is up.
   */
  public void retry(@ExchangeProperty("import") AccountImport running) {
    List<String> up = running.account().deliverTo().stream().filter(health::isWorthATry).toList();
    boolean allUp = running.account().deliverTo().stream().noneMatch(name -> health.outage(name).isPresent());
    if (up.isEmpty() || !running.isAnythingWaiting()) {
      running.retry(List.of());
      return;
    }
    List<String> ids = named.queryForList("select message_id from delivery where status = 'PENDING' and account = :account and next_attempt_at <= :now"
            + " and destination in (:up) group by message_id order by min(next_attempt_at) limit :limit",
        Map.of("account", running.account().id(), "now", now(), "up", up, "limit", allUp ? limits.pageSize() : 1), String.class);
    running.retry(ids.stream().map(ListedMessage::ofId).toList());
  }

  /** Lists as failed what the service couldn't list: there is no id to name it by, so the messages are counted. */
  public void end(@ExchangeProperty("import") AccountImport running) {
    if (running.messageListing() == null || !running.messageListing().isEnded()) {
      return;
    }
    Account account = running.account();
    int now = running.messageListing().unlistable();
    Integer before = unlistable.put(account.id(), now);
    if (before != null && before == now) {
      IntStream.range(0, now).forEach(each -> running.countWaiting());
      return;
    }
    transaction.executeWithoutResult(status -> {
      List<LedgerEntry> rows = new ArrayList<>();
      for (int i = 1; i <= now; i++) {
        for (String destination : account.deliverTo()) {
          rows.add(new LedgerEntry(account.id(), UNLISTABLE + i, destination, "FAILED", 1, false, "the service answers an error to every listing that holds this message,"
              + " so its id isn't known. It is between the messages that were imported: open the mailbox, find the oldest unread message, and move or delete it.",
              null, null, null, null));
        }
      }
      table.write(rows);
      named.update("delete from delivery where account = :account and message_id like '" + UNLISTABLE + "%' and message_id not in (:ids)",
          Map.of("account", account.id(), "ids", IntStream.rangeClosed(0, now).mapToObj(i -> UNLISTABLE + i).toList()));
    });
    IntStream.range(0, now).forEach(each -> {
      running.countFailed();
      running.countGivenUp();
    });
    if (now > 0) {
      LOG.error("account {}: {} messages of the mailbox are corrupt: the service can't list them. All others are imported; see: failed list", account.id(), now);
    }
  }

  /** Within the transaction of a destination that writes to Mailroom's own database: entry and rows are committed together. */
  public void deliveredInTransaction(@ExchangeProperty("delivery") Delivery delivery) {
    table.write(delivery.messages().stream().map(message -> delivered(message, delivery.destination())).toList());
    delivery.messages().forEach(message -> message.recordedFor(delivery.destination()));
  }

  /**
   * Records what became of the messages of a page, in one transaction, and hands those that every destination has to the marking.
   */
  public void record(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("messages") List<IncomingMessage> messages) {
    Account account = running.account();
    Map<IncomingMessage, List<LedgerEntry>> rows = new LinkedHashMap<>();
    for (IncomingMessage message : messages) {
      if (!message.isPostponed() && (!message.isGone() || message.isTriedBefore())) {
        rows.put(message, rows(message));
      }
    }
    List<LedgerEntry> all = rows.values().stream().flatMap(List::stream).toList();
    List<IncomingMessage> complete = rows.keySet().stream()
        .filter(message -> message.isOthersSettled() && rows.get(message).stream().allMatch(row -> row.status().equals("DELIVERED"))).toList();
    List<LedgerEntry> unwritten = rows.entrySet().stream().flatMap(message -> message.getValue().stream()
        .filter(row -> !message.getKey().isRecordedFor(row.destination()))).toList();
    if (!unwritten.isEmpty() || account.afterImport().isInSteps()) {
      transaction.executeWithoutResult(status -> {
        table.write(unwritten);
        changes.note(account, complete.stream().map(IncomingMessage::id).toList());
      });
    }
    if (all.stream().anyMatch(row -> row.status().equals("PENDING"))) {
      running.deliveriesWait(true);
    }
    for (IncomingMessage message : complete) {
      running.finished(new Finished(message.id(), message.receivedAt(), message.categories(), Outcome.IMPORTED));
    }
    all.forEach(row -> metrics.count(row.account(), row.destination(), row.status()));
    running.countImported(complete.size());
    rows.forEach((message, written) -> {
      count(running, message, written);
      if (written.stream().anyMatch(row -> row.status().equals("FAILED")) && account.afterImport().categoriseFailures()
          && !account.afterImport().isReadOnly()) {
        running.finished(new Finished(message.id(), message.receivedAt(), message.isContentSeen() ? message.categories() : null, Outcome.FAILED));
      }
    });
    tell(all);
  }

  /** A message that merely waits for a destination that is down has failed nowhere. */
  private static void count(AccountImport running, IncomingMessage message, List<LedgerEntry> rows) {
    if (rows.stream().anyMatch(row -> row.status().equals("FAILED"))) {
      running.countFailed();
      running.countGivenUp();
    } else if (rows.stream().anyMatch(row -> row.status().equals("PENDING") && !message.outages().containsKey(row.destination()))) {
      running.countFailed();
    } else if (message.isOthersSettled() && rows.stream().anyMatch(row -> row.status().equals("PENDING"))) {
      running.countWaiting();
    }
  }

  private List<LedgerEntry> rows(IncomingMessage message) {
    return message.destinations().stream().map(name -> message.isGone() ? gone(message, name)
        : message.delivered().contains(name) ? delivered(message, name)
        : message.outages().containsKey(name) ? waiting(message, name) : refused(message, name)).toList();
  }

  private LedgerEntry delivered(IncomingMessage message, String destination) {
    int earlier = message.earlierAttempts(destination);
    return row(message, destination, "DELIVERED", earlier + 1, null, null, now());
  }

  /** Somebody deleted it before it could be delivered everywhere: there is nothing left to deliver. */
  private LedgerEntry gone(IncomingMessage message, String destination) {
    return row(message, destination, "DISCARDED", message.earlierAttempts(destination), "somebody deleted the message from the mailbox.", null, null);
  }

  /** Its destination is down: no attempt of this message. */
  private LedgerEntry waiting(IncomingMessage message, String destination) {
    var outage = health.outage(destination);
    String error = outage.map(DestinationHealth.Outage::cause).orElseGet(() -> DeliveryError.inWords(message.outages().get(destination), LONGEST_ERROR));
    return row(message, destination, "PENDING", message.earlierAttempts(destination), OUTAGE + error,
        outage.map(down -> OffsetDateTime.ofInstant(down.nextTry(), ZoneOffset.UTC)).orElseGet(this::now), null);
  }

  private LedgerEntry refused(IncomingMessage message, String destination) {
    Exception why = message.failure() != null ? message.failure() : message.refusals().get(destination);
    int attempts = message.earlierAttempts(destination) + 1;
    boolean givenUp = attempts >= retry.maxAttempts() || why instanceof MessageTooLargeException;
    return row(message, destination, givenUp ? "FAILED" : "PENDING", attempts, DeliveryError.inWords(why, LONGEST_ERROR),
        givenUp ? null : now().plus(backoff(attempts)), null);
  }

  private static LedgerEntry row(
      IncomingMessage message, String destination, String status, int attempts, String error, OffsetDateTime nextAttempt, OffsetDateTime deliveredAt) {
    String subject = message.subject() == null ? null : message.subject().replaceAll("[\\x00\\p{Cs}]", "\uFFFD");
    return new LedgerEntry(message.account().id(), message.id(), destination, status, attempts, message.wasTriedBefore(destination), error, nextAttempt, deliveredAt,
        subject, message.receivedAt() == null ? null : OffsetDateTime.ofInstant(message.receivedAt(), ZoneOffset.UTC));
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

  /** One line a cause. That a destination is down, its health has told. */
  private static void tell(List<LedgerEntry> rows) {
    rows.stream().filter(row -> row.status().equals("FAILED") || (row.status().equals("PENDING") && row.attempts() > 0 && !row.error().startsWith(OUTAGE))).collect(Collectors.groupingBy(row -> row.destination() + row.status() + row.error(), LinkedHashMap::new, Collectors.toList()))
        .values().forEach(same -> {
          LedgerEntry first = same.get(0);
          String which = same.size() == 1 ? "message " + first.messageId() + " was" : same.size() + " messages were";
          String next = first.status().equals("FAILED") ? "Given up after " + first.attempts() + " attempts; it stays unread in the mailbox. See: failed list"
              : "Tried again at " + first.nextAttempt().truncatedTo(ChronoUnit.SECONDS) + ".";
          LOG.error("account {}: {} not delivered to {}: {} {}", first.account(), which, first.destination(), first.error(), next);
        });
  }
}
