package org.mailroom.schedule;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.mailroom.MigratedDatabase;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A database that several processes of a test share: H2 in memory, or a PostgreSQL. */
final class SharedSchedule {

  final JdbcTemplate jdbc;
  final TransactionTemplate transaction;

  private SharedSchedule(JdbcTemplate jdbc, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  static SharedSchedule h2() {
    MigratedDatabase database = new MigratedDatabase();
    return new SharedSchedule(database.jdbc(), database.transaction());
  }

  /**
   * Makes the database of a server that runs the one that {@link #of} copies: the migrations run
   * once.
   */
  static void migrate(EmbeddedPostgres server) {
    Flyway.configure().dataSource(server.getPostgresDatabase()).load().migrate();
  }

  /** A new database of a server that runs, as {@link #migrate} left it. */
  static SharedSchedule of(EmbeddedPostgres server) {
    String name = "d" + UUID.randomUUID().toString().replace("-", "");
    new JdbcTemplate(server.getTemplateDatabase())
        .execute("create database " + name + " template postgres");
    DataSource database = server.getDatabase("postgres", name);
    return new SharedSchedule(
        new JdbcTemplate(database),
        new TransactionTemplate(new DataSourceTransactionManager(database)));
  }

  NodeProcess node(String name, String... settings) {
    String[] all = new String[settings.length + 2];
    all[0] = "node";
    all[1] = name;
    System.arraycopy(settings, 0, all, 2, settings.length);
    return new NodeProcess(jdbc, transaction, all);
  }

  long rows(String table) {
    return jdbc.queryForObject("select count(*) from " + table, Long.class);
  }

  long token(String mailbox) {
    return jdbc.queryForObject(
        "select token from mailbox_lease where mailbox = ?", Long.class, mailbox);
  }
}
