package org.mailroom.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.mailroom.settings.Utc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * How many messages were imported in each minute of the last days, by all nodes. Each node adds
 * what it has imported since it last did: every few seconds while something is imported, and when
 * it stops. Safe for use by several threads.
 */
@Component
public class ImportedMinutes implements DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger(ImportedMinutes.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration KEPT = Duration.ofDays(4);

  private final JdbcTemplate jdbc;
  private final ImportProgress progress;
  private final Clock clock;
  private long added;
  private Instant addedAt = Instant.MIN;
  private Instant trimmedAt = Instant.MIN;

  ImportedMinutes(JdbcTemplate jdbc, ImportProgress progress, Clock clock) {
    this.jdbc = jdbc;
    this.progress = progress;
    this.clock = clock;
  }

  /**
   * Something was imported, or time went by: adds it unless it did so a moment ago. A database that
   * is down gets it later.
   */
  public void add() {
    Instant now = clock.instant();
    synchronized (this) {
      if (addedAt.isAfter(now.minus(EVERY)) || progress.imported() == added) {
        return;
      }
      addedAt = now;
    }
    addAll(now);
  }

  private synchronized void addAll(Instant now) {
    long imported = progress.imported();
    if (imported <= added) {
      return;
    }
    OffsetDateTime minute = Utc.of(now.truncatedTo(ChronoUnit.MINUTES));
    try {
      jdbc.update(
          "insert into imported_minute (minute_at, imported) values (?, 0) on conflict do nothing",
          minute);
      jdbc.update(
          "update imported_minute set imported = imported + ? where minute_at = ?",
          imported - added,
          minute);
      added = imported;
      if (trimmedAt.isBefore(now.minus(1, ChronoUnit.HOURS))) {
        trimmedAt = now;
        jdbc.update("delete from imported_minute where minute_at < ?", Utc.of(now.minus(KEPT)));
      }
    } catch (DataAccessException | TransactionException databaseDown) {
      LOG.debug("the imported messages can't be counted", databaseDown);
    }
  }

  /** By the beginning of each minute; a minute without any has no entry. */
  public Map<Instant, Long> since(Instant from) {
    Map<Instant, Long> minutes = new TreeMap<>();
    jdbc.query(
        "select minute_at, imported from imported_minute where minute_at >= ?",
        row -> {
          minutes.put(row.getTimestamp(1).toInstant(), row.getLong(2));
        },
        Utc.of(from));
    return minutes;
  }

  @Override
  public void destroy() {
    addAll(clock.instant());
  }
}
