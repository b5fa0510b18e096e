package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.h2.engine.Engine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseBreakerTest {

  @TempDir private Path folder;

  /**
   * As H2 leaves it where an instance that closed itself was let go of by its last connection after
   * the file had been opened anew.
   */
  private static void loseTheOpenDatabase() throws ReflectiveOperationException {
    Field databases = Engine.class.getDeclaredField("DATABASES");
    databases.setAccessible(true);
    ((Map<?, ?>) databases.get(null)).clear();
  }

  @Test
  void an_embedded_database_that_only_old_connections_can_come_to_is_opened_anew()
      throws Exception {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + folder.resolve("mailroom") + ";AUTO_SERVER=TRUE");
    config.setUsername("sa");
    config.setMaximumPoolSize(3);
    config.setConnectionTimeout(500);
    ReservedConnections reserved = new ReservedConnections();
    try (HikariDataSource pool = new HikariDataSource(config)) {
      DatabaseBreaker database = new DatabaseBreaker(pool, reserved, Clock.systemUTC());
      Connection old;
      try (Connection first = database.getConnection()) {
        old = first.unwrap(org.h2.jdbc.JdbcConnection.class);
        first.createStatement().execute("create table kept (id int primary key)");
        first.createStatement().execute("insert into kept values (1)");
        loseTheOpenDatabase();
        reserved.begin();
        assertThatThrownBy(database::getConnection).isInstanceOf(SQLException.class);
      }
      await().atMost(Duration.ofSeconds(30)).until(old::isClosed);
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptionsInstanceOf(SQLException.class)
          .untilAsserted(
              () -> {
                try (Connection again = database.getConnection();
                    var rows = again.createStatement().executeQuery("select count(*) from kept")) {
                  assertThat(rows.next()).isTrue();
                  assertThat(rows.getInt(1)).isEqualTo(1);
                }
              });
      assertThat(database.outage()).isEmpty();
    } finally {
      reserved.destroy();
    }
  }

  /** Cut off from its database for a while, by one failure after the other. */
  private static final class Unlucky extends HikariDataSource {
    private final transient Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    Unlucky(HikariConfig config) {
      super(config);
    }

    @Override
    public Connection getConnection() throws SQLException {
      Throwable failure = failures.poll();
      if (failure instanceof SQLException refusal) {
        throw refusal;
      }
      if (failure instanceof Error error) {
        throw error;
      }
      return super.getConnection();
    }
  }

  @Test
  void an_error_while_it_is_waited_for_does_not_leave_the_database_refused_for_ever() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:mem:unlucky");
    config.setUsername("sa");
    config.setMaximumPoolSize(1);
    ReservedConnections reserved = new ReservedConnections();
    try (Unlucky pool = new Unlucky(config)) {
      DatabaseBreaker database = new DatabaseBreaker(pool, reserved, Clock.systemUTC());
      pool.failures.add(
          new SQLTransientConnectionException("no connection", new SQLException("refused")));
      pool.failures.add(new NoClassDefFoundError("org/example/Gone"));
      assertThatThrownBy(database::getConnection).isInstanceOf(SQLException.class);
      await().atMost(Duration.ofSeconds(30)).until(() -> database.outage().isEmpty());
    } finally {
      reserved.destroy();
    }
  }
}
