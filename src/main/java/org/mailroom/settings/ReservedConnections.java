package org.mailroom.settings;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * A few connections to Mailroom's database that imports don't take, so that pages, health and
 * scrapers are answered while imports have all others. A thread that answers somebody says so.
 * Opened when the first one asks. Safe for use by several threads.
 */
@Component
public class ReservedConnections implements DisposableBean {

  private static final int CONNECTIONS = 4;
  private static final long IDLE_MILLIS = 60_000;

  private final ThreadLocal<Boolean> answers = new ThreadLocal<>();
  private @Nullable HikariDataSource reserved;
  private boolean closed;

  /** From now on this thread answers somebody. */
  public void begin() {
    answers.set(true);
  }

  public void end() {
    answers.remove();
  }

  /**
   * A connection for the calling thread.
   *
   * @param pool that all others use
   */
  Connection connection(HikariDataSource pool) throws SQLException {
    return (answers.get() == null ? pool : reserved(pool)).getConnection();
  }

  private synchronized HikariDataSource reserved(HikariDataSource pool) {
    if (closed || pool.isClosed()) {
      return pool;
    }
    if (reserved == null) {
      HikariConfig same = new HikariConfig();
      pool.copyStateTo(same);
      same.setPoolName("reserved");
      same.setMaximumPoolSize(Math.min(CONNECTIONS, pool.getMaximumPoolSize()));
      same.setMinimumIdle(1);
      same.setIdleTimeout(IDLE_MILLIS);
      // that the database is down shows with the first connection, as everywhere
      same.setInitializationFailTimeout(-1);
      same.setMetricsTrackerFactory(null);
      same.setRegisterMbeans(false);
      reserved = new HikariDataSource(same);
    }
    return reserved;
  }

  /** Those that are idle are closed, the others when they are given back. */
  synchronized void evict() {
    if (reserved != null && !reserved.isClosed()) {
      reserved.getHikariPoolMXBean().softEvictConnections();
    }
  }

  @Override
  public synchronized void destroy() {
    closed = true;
    if (reserved != null) {
      reserved.close();
    }
  }
}
