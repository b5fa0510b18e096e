package org.mailroom.delivery;

import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.mailroom.graph.Fence;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The table {@code delivery}, as the ledger reads and writes it. */
@Component
final class LedgerTable {

  private final JdbcTemplate jdbc;
  private final NamedParameterJdbcTemplate named;
  private final TransactionTemplate transaction;
  private final Fence fence;
  private final Clock clock;

  LedgerTable(JdbcTemplate jdbc, TransactionTemplate transaction, Fence fence, Clock clock) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.fence = fence;
    this.named = new NamedParameterJdbcTemplate(jdbc);
    this.clock = clock;
  }

  /** What is known of messages: by message id, then by destination. */
  Map<String, Map<String, LedgerState>> states(String account, List<String> messageIds) {
    Map<String, Map<String, LedgerState>> states = new HashMap<>();
    named.query(
        "select message_id, destination, status, attempts, last_error, next_attempt_at,"
            + " received_at, erased_at from delivery where account = :account and message_id in"
            + " (:ids)",
        Map.of("account", account, "ids", messageIds),
        row -> {
          Timestamp next = row.getTimestamp("next_attempt_at");
          Timestamp received = row.getTimestamp("received_at");
          states
              .computeIfAbsent(row.getString("message_id"), id -> new HashMap<>())
              .put(
                  row.getString("destination"),
                  new LedgerState(
                      row.getString("status"),
                      row.getInt("attempts"),
                      row.getString("last_error"),
                      next == null ? null : next.toInstant(),
                      received == null ? null : received.toInstant(),
                      row.getTimestamp("erased_at") != null));
        });
    return states;
  }

  /**
   * Writes entries of an account, several statements in one round trip, and what their messages are
   * recognised by. An entry that says that a message was delivered is never replaced, and neither
   * is one of a message that was erased meanwhile. Where a transaction is under way they are part
   * of it.
   *
   * @param known ids of messages whose envelope was written just now
   * @throws org.mailroom.graph.LeaseLostException when an import wants to write whose mailbox
   *     another node has; nothing of the transaction stays
   */
  void write(List<LedgerEntry> rows, Set<String> known) {
    if (rows.isEmpty()) {
      return;
    }
    transaction.executeWithoutResult(
        status -> {
          fence.require(rows.get(0).account());
          writeWhatIsAllowed(rows, known);
        });
  }

  private void writeWhatIsAllowed(List<LedgerEntry> rows, Set<String> known) {
    List<LedgerEntry> again = rows.stream().filter(LedgerEntry::again).toList();
    if (!again.isEmpty()) {
      jdbc.batchUpdate(
          "delete from delivery where account = ? and message_id = ? and destination = ? and status"
              + " <> 'DELIVERED' and erased_at is null",
          again,
          again.size(),
          (statement, row) -> {
            statement.setString(1, row.account());
            statement.setString(2, row.messageId());
            statement.setString(3, row.destination());
          });
    }
    // "do nothing": the entry of a destination that wrote it in its own transaction, or of another
    // process, stands
    jdbc.batchUpdate(
        "insert into delivery (account, message_id, destination, status, attempts, last_error,"
            + " next_attempt_at, delivered_at, subject, received_at, last_attempt_at, in_doubt)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        rows,
        Math.max(1, rows.size()),
        (statement, row) -> {
          statement.setString(1, row.account());
          statement.setString(2, row.messageId());
          statement.setString(3, row.destination());
          statement.setString(4, row.status());
          statement.setInt(5, row.attempts());
          statement.setString(6, row.error());
          statement.setObject(7, row.nextAttempt());
          statement.setObject(8, row.deliveredAt());
          statement.setString(9, row.status().equals("DELIVERED") ? null : row.subject());
          statement.setObject(10, row.status().equals("DELIVERED") ? null : row.receivedAt());
          statement.setObject(
              11, row.status().equals("DELIVERED") ? null : Utc.of(clock.instant()));
          statement.setBoolean(12, row.inDoubt());
        });
    writeEnvelopes(rows, known);
  }

  /**
   * One row a message, whatever number of destinations it has. Where more is known of it than
   * before, that counts.
   */
  private void writeEnvelopes(List<LedgerEntry> rows, Set<String> known) {
    Map<String, LedgerEntry> byMessage = new LinkedHashMap<>();
    rows.stream()
        .filter(row -> row.envelope() != null && !known.contains(row.messageId()))
        .forEach(
            row ->
                byMessage.merge(row.messageId(), row, (one, other) -> one.again() ? one : other));
    List<LedgerEntry> again =
        byMessage.values().stream().filter(row -> row.again() && envelope(row).isKnown()).toList();
    if (!again.isEmpty()) {
      jdbc.batchUpdate(
          "delete from ledger_message where account = ? and message_id = ?",
          again,
          again.size(),
          (statement, row) -> {
            statement.setString(1, row.account());
            statement.setString(2, row.messageId());
          });
    }
    OffsetDateTime now = Utc.of(clock.instant());
    jdbc.batchUpdate(
        "insert into ledger_message (account, message_id, listed_at, received_at, subject, sender,"
            + " sender_name, internet_message_id, has_attachments, folder) values (?, ?, ?, ?, ?,"
            + " ?, ?, ?, ?, ?) on conflict do nothing",
        byMessage.values(),
        Math.max(1, byMessage.size()),
        (statement, row) -> {
          Envelope envelope = envelope(row);
          statement.setString(1, row.account());
          statement.setString(2, row.messageId());
          statement.setObject(3, envelope.receivedAt() == null ? now : envelope.receivedAt());
          statement.setObject(4, envelope.receivedAt());
          statement.setString(5, envelope.subject());
          statement.setString(6, envelope.sender());
          statement.setString(7, envelope.senderName());
          statement.setString(8, envelope.internetMessageId());
          statement.setObject(9, envelope.attachments(), Types.BOOLEAN);
          statement.setString(10, envelope.folder());
        });
  }

  private static Envelope envelope(LedgerEntry ofMessage) {
    return Objects.requireNonNull(ofMessage.envelope(), "the envelope of a message's entry");
  }
}
