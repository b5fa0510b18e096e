package org.mailroom.settings;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Counts the changes of what is set at run time, on all nodes of a database. Whoever holds such
 * settings compares the count with that of what it read; the database is asked at most once a
 * second however many ask here.
 */
@Component
public final class SettingsRevision {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.settings");

  private static final long ASKED_EVERY_NANOS = 1_000_000_000L;

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final Executor threads;
  private final AtomicBoolean asking = new AtomicBoolean();
  private final AtomicLong known = new AtomicLong(-1);
  private volatile long askedAt = System.nanoTime() - ASKED_EVERY_NANOS;

  SettingsRevision(
      JdbcTemplate jdbc, TransactionTemplate transaction, ExecutorService importThreads) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.threads = importThreads;
  }

  /**
   * The count as it was a second or two ago; while the database can't be reached the last one
   * known. Nobody waits for the database but whoever asks first: it may hang.
   */
  public long current() {
    if (System.nanoTime() - askedAt >= ASKED_EVERY_NANOS && asking.compareAndSet(false, true)) {
      if (known.get() < 0) {
        ask();
      } else {
        askMeanwhile();
      }
    }
    return known.get();
  }

  private void askMeanwhile() {
    try {
      threads.execute(this::ask);
    } catch (RejectedExecutionException stopping) {
      asking.set(false);
    }
  }

  private void ask() {
    try {
      known.accumulateAndGet(read(), Math::max);
    } catch (DataAccessException | TransactionException e) {
      LOG.debug("the database doesn't tell whether settings have changed: {}", e.getMessage());
    } finally {
      askedAt = System.nanoTime();
      asking.set(false);
    }
  }

  private long read() {
    Long revision =
        jdbc.queryForObject("select revision from settings_revision where id = 1", Long.class);
    return revision == null ? 0 : revision;
  }

  /**
   * Changes settings in a transaction of their own. Only one change at a time is made on all nodes:
   * what the change reads stays as it is until it is committed.
   *
   * @param change gets the count that the change will be known by
   */
  public void change(LongConsumer change) {
    transaction.executeWithoutResult(
        status -> {
          jdbc.update("update settings_revision set revision = revision + 1 where id = 1");
          change.accept(read());
        });
    // this node sees its own changes at once
    known.accumulateAndGet(read(), Math::max);
  }
}
