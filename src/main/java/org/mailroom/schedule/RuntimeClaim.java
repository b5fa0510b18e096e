package org.mailroom.schedule;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.mailroom.settings.AnotherRuntimeException;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Keeps a second runtime from a PostgreSQL database: two would import each mailbox both. The claim is an advisory lock of a connection
 * that is used for nothing else, so that it goes with the process; where the machine goes, the server drops the connection within
 * {@code mailroom.takeover-after}. Commands that end by themselves don't poll, and need no claim. (Of an embedded database the broker
 * beside it is claimed.) Safe for use by several threads.
 */
@Component("runtimeClaim")
public final class RuntimeClaim implements DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");

  /** The first half of the lock's key, "mail" in ASCII; the second is the schema: each can be another Mailroom's. */
  private static final int KEY = 0x6d61696c;

  private static final String LOCK = "select pg_try_advisory_lock(" + KEY + ", hashtext(current_schema()))";
  private static final String INTRODUCTION = """
      select set_config('application_name', ?, false), set_config('tcp_keepalives_idle', ?, false),
        set_config('tcp_keepalives_interval', ?, false), set_config('tcp_keepalives_count', '3', false)""";
  private static final String HOLDER = """
      select session.application_name from pg_locks held join pg_stat_activity session on session.pid = held.pid
        where held.locktype = 'advisory' and held.granted and held.classid = %d
          and held.objid::bigint = hashtext(current_schema())::bigint & 4294967295
          and held.database = (select oid from pg_database where datname = current_database())""".formatted(KEY);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(250);
  private static final int PARTS = 6;

  private static final Pattern NAME = Pattern.compile("mailroom (\\S+) (\\d+) (.+)");
  private static final int LONGEST_NAME = 63;

  private final DataSource database;
  private final Duration takeoverAfter;
  private final Clock clock;
  /** How this runtime introduces itself to others. */
  private final String name;
  private ScheduledExecutorService timer;
  private volatile Connection connection;
  private volatile AnotherRuntimeException another;

  /**
   * Waits for the claim; that is over soon where the one before was killed.
   *
   * @throws AnotherRuntimeException when another runtime keeps it
   */
  RuntimeClaim(DataSource database, MailroomProperties properties, Clock clock) throws SQLException {
    this.database = database;
    this.takeoverAfter = properties.takeoverAfter();
    this.clock = clock;
    Instant since = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    String text = "mailroom " + since + " " + ProcessHandle.current().pid() + " " + host();
    this.name = text.length() > LONGEST_NAME ? text.substring(0, LONGEST_NAME) : text;
    if (properties.polling() && isPostgres()) {
      await();
      timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "runtime-claim");
        thread.setDaemon(true);
        return thread;
      });
      long every = takeoverAfter.toMillis() / PARTS;
      timer.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
    }
  }

  /** Which other runtime has the claim, and what to do, while this one lost it; empty when this one may poll. */
  public Optional<String> lostTo() {
    return Optional.ofNullable(another).map(why -> why.getMessage() + " " + AnotherRuntimeException.remedy());
  }

  private boolean isPostgres() throws SQLException {
    try (Connection some = database.getConnection()) {
      return some.getMetaData().getDatabaseProductName().equals("PostgreSQL");
    }
  }

  private void await() throws SQLException {
    Instant end = clock.instant().plus(takeoverAfter);
    for (Optional<String> holder = take(); holder.isPresent(); holder = take()) {
      AnotherRuntimeException other = new AnotherRuntimeException(inWords(holder.get()));
      if (clock.instant().isAfter(end)) {
        throw other;
      }
      pause(other);
    }
  }

  private static void pause(AnotherRuntimeException other) {
    try {
      TimeUnit.NANOSECONDS.sleep(BETWEEN_TRIES.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw other;
    }
  }

  /** Returns the name of who has it, which may be empty; nothing when it is this runtime's now. */
  private synchronized Optional<String> take() throws SQLException {
    Connection candidate = database.getConnection();
    boolean taken = false;
    try {
      taken = isTrue(candidate, LOCK);
      if (!taken) {
        return Optional.of(holder(candidate));
      }
      connection = candidate;
      introduce(candidate);
      return Optional.empty();
    } finally {
      if (!taken) {
        candidate.close();
      }
    }
  }

  private static boolean isTrue(Connection asked, String question) throws SQLException {
    try (PreparedStatement statement = asked.prepareStatement(question); ResultSet answer = statement.executeQuery()) {
      return answer.next() && answer.getBoolean(1);
    }
  }

  /** Says who has it where others look, and has the server see soon that this machine is gone. */
  private void introduce(Connection own) throws SQLException {
    try (PreparedStatement statement = own.prepareStatement(INTRODUCTION)) {
      String part = Long.toString(Math.max(1, takeoverAfter.toSeconds() / PARTS));
      statement.setString(1, name);
      statement.setString(2, part);
      statement.setString(3, part);
      statement.executeQuery().close();
    }
  }

  private static String host() {
    try {
      return java.net.InetAddress.getLocalHost().getHostName();
    } catch (java.net.UnknownHostException nameless) {
      return "a host without a name";
    }
  }

  private static String holder(Connection asked) throws SQLException {
    try (PreparedStatement statement = asked.prepareStatement(HOLDER);
        ResultSet found = statement.executeQuery()) {
      return found.next() && found.getString(1) != null ? found.getString(1) : "";
    }
  }

  private static String inWords(String holder) {
    Matcher name = NAME.matcher(holder);
    return name.matches() ? "process " + name.group(2) + " on " + name.group(3) + ", since " + name.group(1)
        : "the database doesn't tell which process; look for a session that holds an advisory lock";
  }

  /** Takes it again where its connection got lost, unless another runtime was faster. */
  private synchronized void look() {
    try {
      if (connection != null && connection.isValid((int) Math.max(1, takeoverAfter.toSeconds() / PARTS))) {
        return;
      }
      letGo();
      Optional<String> holder = take();
      if (holder.isEmpty() && another != null) {
        another = null;
        LOG.info("no other Mailroom runs on this database any more: this one polls again");
      }
      // the server may not have noticed yet that the connection before is gone
      if (holder.isPresent() && another == null && !holder.get().equals(name)) {
        another = new AnotherRuntimeException(inWords(holder.get()));
        LOG.error("{}", lostTo().orElseThrow());
      }
    } catch (SQLException databaseDown) {
      LOG.debug("the claim of this runtime can't be looked after", databaseDown);
    }
  }

  /** Ends the session without asking the server, which may not answer. */
  private void letGo() {
    Connection lost = connection;
    try (lost) {
      connection = null;
      if (lost != null) {
        lost.abort(Runnable::run);
      }
    } catch (SQLException alreadyClosed) {
      LOG.debug("a connection can't be closed", alreadyClosed);
    }
  }

  @Override
  public void destroy() {
    if (timer != null) {
      // doesn't wait for whoever looks after it, who may wait for the database
      timer.shutdownNow();
      letGo();
    }
  }
}
