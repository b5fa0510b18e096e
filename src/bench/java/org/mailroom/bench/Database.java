package org.mailroom.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A real PostgreSQL, with its own defaults: a commit is on disk when it returns. */
final class Database implements AutoCloseable {

  private static final String TABLE =
      "create table loop_message (message_id varchar(512) primary key, subject text, sender"
          + " text, received_at timestamp with time zone, body text)";

  private final EmbeddedPostgres postgres;
  private int databases;

  private Database(EmbeddedPostgres postgres) {
    this.postgres = postgres;
  }

  static Database start() throws IOException, SQLException {
    Database database =
        new Database(
            EmbeddedPostgres.builder()
                .setServerConfig(
                    "synchronous_commit", System.getProperty("bench.synchronous-commit", "on"))
                .start());
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
    }
    return database;
  }

  Connection connect() throws SQLException {
    return postgres.getPostgresDatabase().getConnection();
  }

  /** The address of the database that {@link #connect} leads to. */
  String url() {
    return postgres.getJdbcUrl("postgres", "postgres");
  }

  /** The address of a new, empty database. */
  String create() throws SQLException {
    String name = "mailroom_" + ++databases;
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    return postgres.getJdbcUrl("postgres", name);
  }

  /** The address of a new database that has nothing but the loop's table, empty. */
  String createWithTable() throws SQLException {
    String url = create();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
    }
    return url;
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }
}
