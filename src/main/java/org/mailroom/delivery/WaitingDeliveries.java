package org.mailroom.delivery;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The deliveries that a destination has refused and that are tried again. Those that wait without
 * an attempt, such as for a destination that is down, aren't of them.
 */
@Component("waitingDeliveries")
public final class WaitingDeliveries {

  /**
   * What an account tries again.
   *
   * @param deliveries how many
   * @param next when the first of them is due
   * @param error why one of them was refused
   */
  public record Refused(long deliveries, @Nullable Instant next, String error) {}

  /**
   * A delivery that waits for another try.
   *
   * @param next null when it is due
   * @param error why it waits
   */
  public record Waiting(
      String messageId,
      String destination,
      int attempts,
      @Nullable Instant next,
      String error,
      @Nullable String subject) {}

  private final JdbcTemplate jdbc;

  WaitingDeliveries(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Those of an account, those that waited for a destination included, in the order in which they
   * are tried.
   */
  public List<Waiting> of(String account, int most) {
    return jdbc.query(
        "select waits.message_id, destination, attempts, next_attempt_at, last_error,"
            + " coalesce(waits.subject, known.subject) from (select * from delivery where status ="
            + " 'PENDING' and account = ? order by next_attempt_at, message_id, destination limit "
            + most
            + ") waits left join ledger_message known on known.account = waits.account and"
            + " known.message_id = waits.message_id order by next_attempt_at, waits.message_id,"
            + " destination",
        (row, number) -> {
          Timestamp next = row.getTimestamp(4);
          return new Waiting(
              row.getString(1),
              row.getString(2),
              row.getInt(3),
              next == null ? null : next.toInstant(),
              row.getString(5),
              row.getString(6));
        },
        account);
  }

  /** By account; an account without any has no entry. */
  public Map<String, Refused> refused() {
    Map<String, Refused> refused = new TreeMap<>();
    jdbc.query(
        "select account, count(*), min(next_attempt_at), min(cast(last_error as varchar(1000)))"
            + " from delivery where status = 'PENDING' and attempts > 0 and "
            + LedgerRows.IS_REFUSAL_IN_SQL
            + " group by account",
        row -> {
          Timestamp next = row.getTimestamp(3);
          refused.put(
              row.getString(1),
              new Refused(
                  row.getLong(2), next == null ? null : next.toInstant(), row.getString(4)));
        });
    return refused;
  }
}
