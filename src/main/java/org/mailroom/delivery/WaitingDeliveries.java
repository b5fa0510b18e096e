package org.mailroom.delivery;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** The deliveries that a destination has refused and that are tried again. Those that wait without an attempt, such as for a destination that is down, aren't of them. */
@Component("waitingDeliveries")
public final class WaitingDeliveries {

  /**
   * What an account tries again.
   *
   * @param deliveries how many
   * @param next when the first of them is due
   * @param error why one of them was refused
   */
  public record Refused(long deliveries, Instant next, String error) {}

  private final JdbcTemplate jdbc;

  WaitingDeliveries(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /** By account; an account without any has no entry. */
  public Map<String, Refused> refused() {
    Map<String, Refused> refused = new TreeMap<>();
    jdbc.query("select account, count(*), min(next_attempt_at), min(cast(last_error as varchar(1000))) from delivery where status = 'PENDING' and attempts > 0"
            + " and " + LedgerRows.IS_REFUSAL_IN_SQL + " group by account", row -> {
          Timestamp next = row.getTimestamp(3);
          refused.put(row.getString(1), new Refused(row.getLong(2), next == null ? null : next.toInstant(), row.getString(4)));
        });
    return refused;
  }
}
