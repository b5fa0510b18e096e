package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class ReservedConnectionsTest {

  private static HikariDataSource pool() {
    HikariConfig one = new HikariConfig();
    one.setJdbcUrl("jdbc:h2:mem:reserved" + System.nanoTime());
    one.setMaximumPoolSize(1);
    one.setConnectionTimeout(250);
    return new HikariDataSource(one);
  }

  @Test
  void who_answers_somebody_gets_a_connection_while_imports_have_all_others() throws SQLException {
    ReservedConnections reserved = new ReservedConnections();
    try (HikariDataSource pool = pool()) {
      DatabaseBreaker database = new DatabaseBreaker(pool, reserved, Clock.systemUTC());
      try (Connection ofAnImport = database.getConnection()) {
        reserved.begin();
        try (Connection ofAPage = database.getConnection()) {
          assertThat(ofAPage.isValid(1)).isTrue();
          assertThat(ofAPage.unwrap(Connection.class))
              .isNotSameAs(ofAnImport.unwrap(Connection.class));
        }
        reserved.end();
        assertThatThrownBy(database::getConnection)
            .isInstanceOf(SQLTransientConnectionException.class);
        assertThat(database.outage()).as("all in use is no outage").isEmpty();
      }
    }
    reserved.destroy();
  }

  @Test
  void once_it_is_stopped_there_is_the_pool_for_all() throws SQLException {
    ReservedConnections reserved = new ReservedConnections();
    try (HikariDataSource pool = pool()) {
      DatabaseBreaker database = new DatabaseBreaker(pool, reserved, Clock.systemUTC());
      reserved.destroy();
      reserved.begin();
      try (Connection only = database.getConnection()) {
        assertThatThrownBy(database::getConnection)
            .isInstanceOf(SQLTransientConnectionException.class);
        assertThat(only.isValid(1)).isTrue();
      }
    }
  }
}
