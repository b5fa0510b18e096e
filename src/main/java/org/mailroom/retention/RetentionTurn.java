package org.mailroom.retention;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Whose turn it is to delete: one node's at a time, by a row that all see. The turn of a node that
 * died is over after {@link #LEASE}. That two have it for a moment does no harm, for what one has
 * deleted the other doesn't find. Used by one thread.
 */
@Component
final class RetentionTurn {

  static final Duration LEASE = Duration.ofMinutes(5);

  private static final Duration RENEWED_AFTER = Duration.ofSeconds(30);

  private final JdbcTemplate jdbc;
  private final Clock clock;
  private final String node = UUID.randomUUID().toString();
  private Instant renewed = Instant.MIN;

  RetentionTurn(JdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** When the last run of any node began; null before the first. */
  @Nullable Instant lastBegun() {
    return OldRows.instant(
        jdbc.queryForObject(
            "select begun_at from retention_turn where id = 1", java.sql.Timestamp.class));
  }

  /** Takes the turn, unless another node has it. */
  boolean take() {
    OffsetDateTime now = now();
    boolean taken =
        jdbc.update(
                "update retention_turn set node = ?, lease_until = ? where id = 1 and (lease_until"
                    + " is null or lease_until <= ? or lease_until > ? or node = ?)",
                // what ends later than it can is of a clock that was wrong
                node,
                now.plus(LEASE),
                now,
                now.plus(LEASE.multipliedBy(2)),
                node)
            == 1;
    renewed = taken ? clock.instant() : renewed;
    return taken;
  }

  /** A run by the settings begins: from now on the next one's time is reckoned. */
  void begins() {
    jdbc.update("update retention_turn set begun_at = ? where id = 1 and node = ?", now(), node);
  }

  /** Says that this node still lives; false when another one took over meanwhile. */
  boolean keep() {
    if (clock.instant().isBefore(renewed.plus(RENEWED_AFTER))) {
      return true;
    }
    boolean kept =
        jdbc.update(
                "update retention_turn set lease_until = ? where id = 1 and node = ?",
                now().plus(LEASE),
                node)
            == 1;
    renewed = clock.instant();
    return kept;
  }

  void give() {
    jdbc.update(
        "update retention_turn set lease_until = null, ended_at = ? where id = 1 and node = ?",
        now(),
        node);
  }

  private OffsetDateTime now() {
    return Utc.of(clock.instant());
  }
}
