package org.mailroom.settings;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Circuit Breaker before the connections to Mailroom's database. The pool keeps everybody waiting
 * who asks for a connection while the database can't be reached; here the first one waits, then one
 * thread waits for all and everybody else is told at once, so that console, health and JMX answer
 * meanwhile. A pool whose connections are all in use is no outage.
 */
public final class DatabaseBreaker extends DelegatingDataSource {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");
  private static final Pattern FULL =
      Pattern.compile("(?i)no space left|not enough space|disk full|quota");

  /** H2: database already open. */
  private static final int IN_USE = 90020;

  private static final String CLOSED = "This connection has been closed.";
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(250);

  /**
   * The database can't be reached.
   *
   * @param since when it was noticed
   * @param cause and remedy, in words
   */
  public record Outage(Instant since, String cause) {}

  private record Refusal(Instant since, SQLException failure) {}

  private final HikariDataSource pool;
  private final ReservedConnections reserved;
  private final Clock clock;
  private volatile @Nullable Refusal refusal;

  DatabaseBreaker(HikariDataSource pool, ReservedConnections reserved, Clock clock) {
    super(pool);
    this.pool = pool;
    this.reserved = reserved;
    this.clock = clock;
  }

  /** Why the database can't be reached; empty while it can. */
  public Optional<Outage> outage() {
    Refusal known = refusal;
    return known == null
        ? Optional.empty()
        : Optional.of(new Outage(known.since(), inWords(known.failure())));
  }

  @Override
  public Connection getConnection() throws SQLException {
    Refusal known = refusal;
    if (known != null) {
      throw new SQLTransientConnectionException(
          "the database can't be reached",
          known.failure().getSQLState(),
          known.failure().getCause());
    }
    try {
      return reserved.connection(pool);
    } catch (SQLTransientConnectionException e) {
      if (isHeldByAnOldOne(e)) {
        evictAll();
      }
      // without a cause all connections are in use
      if (e.getCause() != null) {
        open(e);
      }
      throw e;
    }
  }

  /**
   * H2 says that its file is in use. Where it closed itself before, for its disk was full or memory
   * short, connections may still hold what it was opened as then, which nobody else can come to any
   * more.
   */
  private static boolean isHeldByAnOldOne(SQLException failure) {
    return Causes.of(failure)
        .anyMatch(
            cause -> cause instanceof SQLException refusal && refusal.getErrorCode() == IN_USE);
  }

  /** With the last of them it is closed, and the next connection opens it anew. */
  private void evictAll() {
    pool.getHikariPoolMXBean().softEvictConnections();
    reserved.evict();
  }

  private synchronized void open(SQLException why) {
    if (refusal != null || pool.isClosed()) {
      return;
    }
    refusal = new Refusal(clock.instant(), why);
    LOG.error("{}", inWords(why));
    Thread thread = new Thread(this::awaitDatabase, "database-wait");
    thread.setDaemon(true);
    thread.start();
  }

  private void awaitDatabase() {
    Instant since = Objects.requireNonNull(refusal).since();
    while (!pool.isClosed()) {
      try {
        pool.getConnection().close();
        LOG.info(
            "the database answers again after {} s",
            Duration.between(since, clock.instant()).toSeconds());
        refusal = null;
        return;
      } catch (SQLException e) {
        refusal = e.getCause() == null ? refusal : new Refusal(since, e);
        pause();
      } catch (Throwable unexpected) {
        // nobody else would ever say that the database is there again
        Daemons.survive(unexpected, "failed, and is tried again by itself");
        pause();
      }
    }
  }

  /**
   * Mailroom stops: what waits for a database that doesn't answer is given up, so that the stop
   * doesn't wait for it. What is given up is as after a kill: nothing of it is marked, and it comes
   * again.
   */
  void stopBegins() {
    Thread thread = new Thread(this::giveUpASilentDatabase, "database-stop");
    thread.setDaemon(true);
    thread.start();
  }

  private void giveUpASilentDatabase() {
    while (!pool.isClosed()) {
      if (!answers()) {
        if (!pool.isClosed()) {
          LOG.warn(
              "the database doesn't answer while Mailroom stops: what waits for it is given up, and"
                  + " comes again with the next start");
          pool.close();
          // those who answer somebody, or keep the schedule, wait for it on connections of their
          // own
          reserved.destroy();
        }
        return;
      }
      pause();
    }
  }

  private boolean answers() {
    try (Connection probe = pool.getConnection()) {
      return probe.isValid(
          (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(pool.getValidationTimeout())));
    } catch (SQLException e) {
      return false;
    }
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(BETWEEN_TRIES.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the database or its driver said, and what that was due to; without a full stop. */
  public static String reason(Throwable why) {
    Throwable told = why;
    for (Throwable cause : Causes.of(why).toList()) {
      told = cause instanceof SQLException || !(told instanceof SQLException) ? cause : told;
    }
    String outer = text(told);
    String inner = text(Causes.root(why));
    return outer.contains(inner) ? outer : inner.contains(outer) ? inner : outer + ", " + inner;
  }

  private static String text(Throwable failure) {
    // all that is left of a connection that was found dead
    return CLOSED.equals(failure.getMessage())
        ? "a connection gave no answer in time, or broke"
        : Causes.inShort(failure);
  }

  /**
   * What to do about it, without a full stop.
   *
   * @param reason as {@link #reason} gives it
   */
  public static String remedy(String reason) {
    return FULL.matcher(reason).find()
        ? "Free space on its disk"
        : "Check that it runs, the network, and spring.datasource.*";
  }

  private static String inWords(SQLException why) {
    return "Mailroom's database can't be reached ("
        + reason(why)
        + "). "
        + remedy(reason(why))
        + "; nothing is imported or marked"
        + " meanwhile, and Mailroom goes on by itself.";
  }
}
