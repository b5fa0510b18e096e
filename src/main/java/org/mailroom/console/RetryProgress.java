package org.mailroom.console;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** How far the failed deliveries are that somebody wants to be tried again. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class RetryProgress {

  /**
   * @param done of {@code all}; some of them may have failed anew
   */
  record Progress(long done, long all) {}

  private final JdbcTemplate jdbc;
  private final Clock clock;
  private long all;
  private OffsetDateTime askedAt;

  RetryProgress(JdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  synchronized void begin(int deliveries) {
    if (deliveries > 0) {
      all = waiting(null) > deliveries && askedAt != null ? all + deliveries : deliveries;
      askedAt = OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
    }
  }

  /** Empty when none are underway. */
  synchronized Optional<Progress> now() {
    if (askedAt == null) {
      return Optional.empty();
    }
    long waiting = waiting(askedAt);
    if (waiting == 0) {
      askedAt = null;
      return Optional.empty();
    }
    return Optional.of(new Progress(Math.max(0, all - waiting), Math.max(all, waiting)));
  }

  /** Those that wait since then and weren't tried yet. */
  private long waiting(OffsetDateTime until) {
    OffsetDateTime latest = until == null ? OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC) : until;
    return jdbc.queryForObject("select count(*) from delivery where status = 'PENDING' and attempts = 0 and next_attempt_at <= ?", Long.class, latest);
  }
}
