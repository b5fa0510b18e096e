package org.mailroom.delivery;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Dead Letter Channel: the deliveries that were given up. Each stays in the mailbox, unread, until
 * somebody decides.
 */
@Component("failedDeliveries")
public final class FailedDeliveries {

  /**
   * Which of them.
   *
   * @param account null: of all
   * @param messageId null: all messages
   * @param destination null: all destinations
   */
  public record Selection(
      @Nullable String account, @Nullable String messageId, @Nullable String destination) {}

  /**
   * A delivery that was given up.
   *
   * @param error the cause, with Graph's code and request-id where the service was the cause
   * @param sender name or address; null where it isn't known
   * @param since of the last attempt
   */
  public record FailedDelivery(
      String account,
      String messageId,
      String destination,
      int attempts,
      String error,
      @Nullable String subject,
      @Nullable String sender,
      @Nullable Instant receivedAt,
      @Nullable Instant since) {}

  private static final String WHERE =
      " where status = 'FAILED' and (cast(:account as varchar) is null or account = :account) and"
          + " (cast(:message as varchar) is null or message_id = :message) and (cast(:destination"
          + " as varchar) is null or destination = :destination)";

  private final NamedParameterJdbcTemplate jdbc;
  private final Clock clock;

  FailedDeliveries(NamedParameterJdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Oldest first. */
  public List<FailedDelivery> list(Selection selection, int most) {
    return jdbc.query(
        "select failed.account, failed.message_id, destination, attempts, last_error,"
            + " coalesce(failed.subject, known.subject), coalesce(sender_name, sender),"
            + " coalesce(known.received_at, failed.received_at), last_attempt_at from (select *"
            + " from delivery"
            + WHERE
            + " order by last_attempt_at, account, message_id, destination limit "
            + most
            + ") failed left join ledger_message known on known.account = failed.account and"
            + " known.message_id = failed.message_id order by last_attempt_at, failed.account,"
            + " failed.message_id, destination",
        parameters(selection),
        (row, number) ->
            new FailedDelivery(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                instant(row.getTimestamp(8)),
                instant(row.getTimestamp(9))));
  }

  /** How many there are, by account. */
  public Map<String, Long> count() {
    Map<String, Long> counts = new TreeMap<>();
    jdbc.query(
        "select account, count(*) from delivery where status = 'FAILED' group by account",
        Map.of(),
        row -> {
          counts.put(row.getString(1), row.getLong(2));
        });
    return counts;
  }

  /**
   * Delivers them again with the next import of their account, with all attempts anew.
   *
   * @return how many deliveries
   */
  public int retry(Selection selection) {
    // what couldn't be listed is found again, or not, by the next listing
    int unlistable =
        jdbc.update(
            "delete from delivery"
                + WHERE
                + " and message_id like '"
                + UnlistableMessages.ID
                + "%'",
            parameters(selection));
    // given up again, it is changed in the mailbox again
    jdbc.update(
        "delete from after_failure where (account, message_id) in (select account, message_id from"
            + " delivery"
            + WHERE
            + ")",
        parameters(selection));
    return unlistable
        + jdbc.update(
            "update delivery set status = 'PENDING', attempts = 0, next_attempt_at = :now" + WHERE,
            parameters(selection));
  }

  /**
   * Gives them up for good: the message counts as done for that destination, and is marked when
   * every other has it.
   *
   * @return how many deliveries
   */
  public int discard(Selection selection) {
    return jdbc.update(
        "update delivery set status = 'DISCARDED', next_attempt_at = null" + WHERE,
        parameters(selection));
  }

  private MapSqlParameterSource parameters(Selection selection) {
    return new MapSqlParameterSource("account", selection.account())
        .addValue("message", selection.messageId())
        .addValue("destination", selection.destination())
        .addValue("now", Utc.of(clock.instant()));
  }

  private static @Nullable Instant instant(@Nullable Timestamp time) {
    return time == null ? null : time.toInstant();
  }
}
