package org.mailroom;

import java.lang.ref.Cleaner;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A new H2 in memory with the tables as the migrations make them, in the mode that Mailroom uses it
 * in.
 */
public final class MigratedDatabase {

  /**
   * The migrations run once in a JVM: each database is made by the statements that the first of
   * them came to.
   */
  private static final class Template {
    private static final String STATEMENTS = statements();

    private static String statements() {
      DataSource migrated = database();
      Flyway.configure().dataSource(migrated).load().migrate();
      return String.join("\n", new JdbcTemplate(migrated).queryForList("script", String.class));
    }
  }

  /**
   * A database that nobody can reach any more ends; otherwise all of them would stay as long as
   * this JVM.
   */
  private static final Cleaner ENDS = Cleaner.create();

  private final DataSource database = database();
  private final JdbcTemplate jdbc = new JdbcTemplate(database);

  public MigratedDatabase() {
    jdbc.execute(Template.STATEMENTS);
  }

  private static DataSource database() {
    String url =
        "jdbc:h2:mem:"
            + UUID.randomUUID()
            + ";DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";
    DataSource database = new DriverManagerDataSource(url);
    ENDS.register(database, () -> shutDown(url));
    return database;
  }

  private static void shutDown(String url) {
    try (Connection last = DriverManager.getConnection(url);
        Statement statement = last.createStatement()) {
      statement.execute("shutdown");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public JdbcTemplate jdbc() {
    return jdbc;
  }

  public TransactionTemplate transaction() {
    return new TransactionTemplate(new DataSourceTransactionManager(database));
  }

  public long rows(String table) {
    return jdbc.queryForObject("select count(*) from " + table, Long.class);
  }
}
