package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.mailroom.settings.Utc;
import org.mailroom.settings.Wait;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Which accounts are paused: the table {@code account_pause}, which all nodes share. It is read
 * again in the background every few seconds, so that asking costs nothing and a database that is
 * down holds nobody up.
 */
@Component
final class AccountPauses {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");
  private static final Duration READ_EVERY = Duration.ofSeconds(2);

  private final JdbcTemplate jdbc;
  private final ExecutorService threads;
  private final Clock clock;
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile Map<String, Instant> paused = Map.of();
  private volatile Wait untilRead = Wait.NONE;

  AccountPauses(JdbcTemplate jdbc, ExecutorService importThreads, Clock clock) {
    this.jdbc = jdbc;
    this.threads = importThreads;
    this.clock = clock;
    read();
  }

  /** The paused accounts and since when each is. */
  Map<String, Instant> all() {
    if (untilRead.isOver(clock.instant()) && reading.compareAndSet(false, true)) {
      threads.execute(
          () -> {
            try {
              read();
            } catch (DataAccessException databaseDown) {
              LOG.debug("pauses can't be read", databaseDown);
            } finally {
              untilRead = Wait.of(READ_EVERY, clock.instant());
              reading.set(false);
            }
          });
    }
    return paused;
  }

  /** One at a time: an older answer never replaces a newer one. */
  private synchronized void read() {
    Map<String, Instant> found = new ConcurrentHashMap<>();
    jdbc.query(
        "select account, paused_at from account_pause",
        row -> {
          found.put(row.getString(1), row.getTimestamp(2).toInstant());
        });
    paused = found;
    untilRead = Wait.of(READ_EVERY, clock.instant());
  }

  void pause(String account) {
    jdbc.update(
        "insert into account_pause (account, paused_at) values (?, ?) on conflict do nothing",
        account,
        Utc.of(clock.instant()));
    read();
  }

  void resume(String account) {
    jdbc.update("delete from account_pause where account = ?", account);
    read();
  }
}
