package org.mailroom.delivery;

import java.sql.Timestamp;
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
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.mailroom.account.AccountImport;
import org.mailroom.account.AccountImport.Finished;
import org.mailroom.account.IncomingMessage;
import org.mailroom.configuration.MailroomProperties;
import org.mailroom.graph.ListedMessage;
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

  private record Entry(String status, int attempts, Instant nextAttempt) {
    boolean isSettled() {
      return status.equals("DELIVERED") || status.equals("DISCARDED");
    }

    boolean isDue(Instant now) {
      return status.equals("PENDING") && (nextAttempt == null || !now.isBefore(nextAttempt));
    }
  }

  private final JdbcTemplate jdbc;
  private final NamedParameterJdbcTemplate named;
  private final TransactionTemplate transaction;
  private final MailroomProperties.Retry retry;
  private final Clock clock;

  DeliveryLedger(JdbcTemplate jdbc, TransactionTemplate transaction, MailroomProperties properties, Clock clock) {
    this.jdbc = jdbc;
    this.named = new NamedParameterJdbcTemplate(jdbc);
    this.transaction = transaction;
    this.retry = properties.retry();
    this.clock = clock;
  }

  /**
   * Returns those of the listed messages that a destination of their account is waiting for. What every destination has already (its
   * marking was lost) goes on to be marked; what failed and isn't due again is counted as waiting.
   */
  public List<IncomingMessage> undelivered(@ExchangeProperty("import") AccountImport running, @Body List<ListedMessage> listed) {
    if (listed.isEmpty() || running.isStopping()) {
      return List.of();
    }
    Map<String, Map<String, Entry>> entries = entries(running.account().id(), listed);
    Instant now = clock.instant();
    List<IncomingMessage> undelivered = new ArrayList<>();
    for (ListedMessage message : listed) {
      Map<String, Entry> known = entries.getOrDefault(message.id(), Map.of());
      List<String> due = running.account().deliverTo().stream()
          .filter(name -> !known.containsKey(name) || known.get(name).isDue(now)).toList();
      Map<String, Integer> attempts = new HashMap<>();
      known.forEach((name, entry) -> attempts.put(name, entry.attempts()));
      IncomingMessage incoming = new IncomingMessage(running.account(), message, due, attempts);
      boolean othersSettled = running.account().deliverTo().stream()
          .allMatch(name -> due.contains(name) || known.get(name).isSettled());
      if (!othersSettled) {
        running.countWaiting();
      }
      if (!due.isEmpty()) {
        incoming.othersSettled(othersSettled);
        undelivered.add(incoming);
      } else if (othersSettled) {
        running.finished(new Finished(message.id(), message.receivedAt(), incoming.categories()));
      }
    }
    return undelivered;
  }

  private Map<String, Map<String, Entry>> entries(String account, List<ListedMessage> listed) {
    Map<String, Map<String, Entry>> entries = new HashMap<>();
    named.query(
        "select message_id, destination, status, attempts, next_attempt_at from delivery where account = :account and message_id in (:ids)",
        Map.of("account", account, "ids", listed.stream().map(ListedMessage::id).toList()),
        row -> {
          Timestamp next = row.getTimestamp("next_attempt_at");
          entries.computeIfAbsent(row.getString("message_id"), id -> new HashMap<>()).put(row.getString("destination"),
              new Entry(row.getString("status"), row.getInt("attempts"), next == null ? null : next.toInstant()));
        });
    return entries;
  }

  /** Within the transaction of a destination that writes to Mailroom's own database: entry and rows are committed together. */
  public void deliveredInTransaction(@ExchangeProperty("delivery") Delivery delivery) {
    write(delivery.messages().stream().map(message -> delivered(message, delivery.destination())).toList());
  }

  /**
   * Records what became of the messages of a page, in one transaction, and hands those that every destination has to the marking.
   */
  public void record(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("messages") List<IncomingMessage> messages) {
    Map<IncomingMessage, List<Row>> rows = new LinkedHashMap<>();
    for (IncomingMessage message : messages) {
      if (!message.isGone() && !message.isPostponed()) {
        rows.put(message, rows(message));
      }
    }
    List<Row> all = rows.values().stream().flatMap(List::stream).toList();
    if (!all.isEmpty()) {
      transaction.executeWithoutResult(status -> write(all));
    }
    rows.forEach((message, written) -> {
      boolean delivered = written.stream().allMatch(row -> row.status().equals("DELIVERED"));
      if (!delivered) {
        running.countFailed();
      } else if (message.isOthersSettled()) {
        running.countImported(1);
        running.finished(new Finished(message.id(), message.receivedAt(), message.categories()));
      }
    });
    tell(all.stream().filter(row -> !row.status().equals("DELIVERED")).toList());
  }

  private record Row(
      String account, String messageId, String destination, String status, int attempts, boolean again, String error,
      OffsetDateTime nextAttempt, OffsetDateTime deliveredAt) {}

  private List<Row> rows(IncomingMessage message) {
    return message.destinations().stream()
        .map(name -> message.delivered().contains(name) ? delivered(message, name) : refused(message, name))
        .toList();
  }

  private Row delivered(IncomingMessage message, String destination) {
    int earlier = message.earlierAttempts(destination);
    return new Row(message.account().id(), message.id(), destination, "DELIVERED", earlier + 1, earlier > 0, null, null, now());
  }

  private Row refused(IncomingMessage message, String destination) {
    Exception why = message.failure() != null ? message.failure() : message.refusals().get(destination);
    int attempts = message.earlierAttempts(destination) + 1;
    boolean givenUp = attempts >= retry.maxAttempts();
    return new Row(message.account().id(), message.id(), destination, givenUp ? "FAILED" : "PENDING", attempts, attempts > 1,
        DeliveryError.inWords(why, LONGEST_ERROR), givenUp ? null : now().plus(backoff(attempts)), null);
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

  private void write(List<Row> rows) {
    List<Row> again = rows.stream().filter(Row::again).toList();
    if (!again.isEmpty()) {
      jdbc.batchUpdate("delete from delivery where account = ? and message_id = ? and destination = ? and status <> 'DELIVERED'", again, again.size(),
          (statement, row) -> {
            statement.setString(1, row.account());
            statement.setString(2, row.messageId());
            statement.setString(3, row.destination());
          });
    }
    // "do nothing": the entry of a destination that wrote it in its own transaction, or of another process, stands
    jdbc.batchUpdate("insert into delivery (account, message_id, destination, status, attempts, last_error, next_attempt_at, delivered_at)"
        + " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing", rows, Math.max(1, rows.size()),
        (statement, row) -> {
          statement.setString(1, row.account());
          statement.setString(2, row.messageId());
          statement.setString(3, row.destination());
          statement.setString(4, row.status());
          statement.setInt(5, row.attempts());
          statement.setString(6, row.error());
          statement.setObject(7, row.nextAttempt());
          statement.setObject(8, row.deliveredAt());
        });
  }

  /** One line a cause: a destination that is down refuses every message of a page for the same reason. */
  private static void tell(List<Row> refused) {
    refused.stream().collect(Collectors.groupingBy(row -> row.destination() + row.status() + row.error(), LinkedHashMap::new, Collectors.toList()))
        .values().forEach(rows -> {
          Row first = rows.get(0);
          String which = rows.size() == 1 ? "message " + first.messageId() + " was" : rows.size() + " messages were";
          String next = first.status().equals("FAILED") ? "Given up after " + first.attempts() + " attempts; unread in the mailbox."
              : "Tried again at " + first.nextAttempt().truncatedTo(ChronoUnit.SECONDS) + ".";
          LOG.error("account {}: {} not delivered to {}: {} {}", first.account(), which, first.destination(), first.error(), next);
        });
  }
}
