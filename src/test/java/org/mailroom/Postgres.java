package org.mailroom;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * A real PostgreSQL with an empty database {@code postgres}. All tests of a JVM have one server,
 * for its start takes seconds; whoever starts it anew ends the sessions of the test before. A test
 * that needs two servers takes {@link EmbeddedPostgres}.
 */
public final class Postgres implements AutoCloseable {

  private static final String NAME = "postgres";
  private static final String ANOTHER = "template1";

  private static EmbeddedPostgres shared;

  private Postgres() {}

  public static Postgres start() {
    EmbeddedPostgres server = server();
    try (Connection session = server.getDatabase(NAME, ANOTHER).getConnection();
        Statement statement = session.createStatement()) {
      statement.execute("drop database if exists " + NAME + " with (force)");
      statement.execute("create database " + NAME);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new Postgres();
  }

  private static synchronized EmbeddedPostgres server() {
    try {
      shared = shared == null ? EmbeddedPostgres.start() : shared;
      return shared;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int getPort() {
    return server().getPort();
  }

  public String getJdbcUrl(String user, String database) {
    return server().getJdbcUrl(user, database);
  }

  public DataSource getPostgresDatabase() {
    return server().getPostgresDatabase();
  }

  /** Leaves it to the next test; the server ends with this JVM. */
  @Override
  public void close() {}
}
