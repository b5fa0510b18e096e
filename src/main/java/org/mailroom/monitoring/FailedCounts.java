package org.mailroom.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.mailroom.delivery.FailedDeliveries;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * How many deliveries of each account were given up, asked of the database once for all accounts
 * and at most every ten seconds.
 */
@Component
final class FailedCounts {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");
  private static final Duration REMEMBERED = Duration.ofSeconds(10);

  private final FailedDeliveries failures;
  private final Clock clock;
  private Map<String, Long> counts = Map.of();
  private Instant readAt = Instant.MIN;

  FailedCounts(FailedDeliveries failures, Clock clock) {
    this.failures = failures;
    this.clock = clock;
  }

  synchronized long of(String account) {
    return all().getOrDefault(account, 0L);
  }

  synchronized Map<String, Long> all() {
    if (clock.instant().isAfter(readAt.plus(REMEMBERED))) {
      try {
        counts = failures.count();
      } catch (DataAccessException databaseDown) {
        LOG.debug("failed deliveries can't be counted", databaseDown);
      }
      readAt = clock.instant();
    }
    return counts;
  }
}
