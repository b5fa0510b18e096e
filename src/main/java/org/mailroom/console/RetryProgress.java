package org.mailroom.console;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.settings.Utc;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** How far the failed deliveries are that somebody wants to be tried again. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class RetryProgress {

  /**
   * @param done of {@code all}; some of them may have failed anew
   * @param paused accounts that have some left and aren't imported until somebody resumes them
   */
  record Progress(long done, long all, List<String> paused) {}

  private final JdbcTemplate jdbc;
  private final AccountSchedule schedule;
  private final Clock clock;
  private long all;
  private @Nullable OffsetDateTime askedAt;

  RetryProgress(JdbcTemplate jdbc, AccountSchedule schedule, Clock clock) {
    this.jdbc = jdbc;
    this.schedule = schedule;
    this.clock = clock;
  }

  synchronized void begin(int deliveries) {
    if (deliveries > 0) {
      OffsetDateTime now = Utc.of(clock.instant());
      all = askedAt != null && sum(waiting(now)) > deliveries ? all + deliveries : deliveries;
      askedAt = now;
    }
  }

  /** Empty when none are underway, or the database doesn't answer. */
  synchronized Optional<Progress> now() {
    if (askedAt == null) {
      return Optional.empty();
    }
    try {
      Map<String, Long> waiting = waiting(askedAt);
      long left = sum(waiting);
      if (left == 0) {
        askedAt = null;
        return Optional.empty();
      }
      return Optional.of(
          new Progress(
              Math.max(0, all - left),
              Math.max(all, left),
              waiting.keySet().stream().filter(schedule::isPaused).toList()));
    } catch (DataAccessException | TransactionException databaseDown) {
      return Optional.empty();
    }
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Those that wait since then and weren't tried yet, by account. */
  private Map<String, Long> waiting(OffsetDateTime until) {
    Map<String, Long> waiting = new TreeMap<>();
    jdbc.query(
        "select account, count(*) from delivery where status = 'PENDING' and attempts = 0 and"
            + " next_attempt_at <= ? group by account",
        row -> {
          waiting.put(row.getString(1), row.getLong(2));
        },
        until);
    return waiting;
  }
}
