package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * What a node of the last version uses of the database is there for it while nodes of this version
 * have brought the schema up to theirs. A release raises {@link #LAST}.
 */
class RollingUpgradeTest {

  /** The newest migration of the last version. */
  private static final int LAST = 58;

  private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

  @TempDir private Path folder;

  /**
   * @param room longest text, or number of digits; null where there is none
   */
  private record Column(String type, Integer room, boolean nullable, boolean given) {}

  private static int version(Path migration) {
    return Integer.parseInt(migration.getFileName().toString().replaceFirst("V(\\d+)__.*", "$1"));
  }

  private static List<Path> migrations() throws IOException {
    try (Stream<Path> files = Files.list(MIGRATIONS)) {
      return files.sorted().toList();
    }
  }

  private Flyway ofTheLastVersion(DataSource database) throws IOException {
    Path old = Files.createDirectories(folder.resolve("old"));
    for (Path migration : migrations()) {
      if (version(migration) <= LAST) {
        Files.copy(
            migration,
            old.resolve(migration.getFileName()),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return Flyway.configure().dataSource(database).locations("filesystem:" + old).load();
  }

  private static Map<String, Column> columns(JdbcTemplate jdbc) {
    Map<String, Column> columns = new TreeMap<>();
    jdbc.query(
        "select table_name, column_name, data_type, coalesce(character_maximum_length,"
            + " numeric_precision), is_nullable, column_default, is_identity from"
            + " information_schema.columns where lower(table_schema) = 'public' and"
            + " lower(table_name) <> 'flyway_schema_history'",
        row -> {
          Object room = row.getObject(4);
          columns.put(
              (row.getString(1) + "." + row.getString(2)).toLowerCase(Locale.ROOT),
              new Column(
                  row.getString(3),
                  room == null ? null : ((Number) room).intValue(),
                  "YES".equals(row.getString(5)),
                  row.getString(6) != null || "YES".equals(row.getString(7))));
        });
    return columns;
  }

  /**
   * What must be unique, or there, or true, of each table: what is added there can refuse what the
   * last version writes.
   */
  private static List<String> conditions(JdbcTemplate jdbc) {
    return jdbc.queryForList(
        "select lower(table_name) || ' ' || constraint_type || ' ' || count(*) from"
            + " information_schema.table_constraints where lower(table_schema) = 'public' and"
            + " lower(table_name) <> 'flyway_schema_history' and constraint_type in ('PRIMARY KEY',"
            + " 'UNIQUE', 'FOREIGN KEY') group by lower(table_name), constraint_type order by 1",
        String.class);
  }

  private void prove(DataSource database) throws IOException {
    JdbcTemplate jdbc = new JdbcTemplate(database);
    ofTheLastVersion(database).migrate();
    Map<String, Column> before = columns(jdbc);
    List<String> conditions = conditions(jdbc);
    List<String> tables =
        before.keySet().stream()
            .map(name -> name.substring(0, name.indexOf('.')))
            .distinct()
            .toList();
    asTheLastVersionDoes(jdbc, "before");

    Flyway.configure().dataSource(database).load().migrate();

    Map<String, Column> after = columns(jdbc);
    before.forEach(
        (name, column) -> {
          assertThat(after).as("a column that the last version uses").containsKey(name);
          Column now = after.get(name);
          assertThat(now.type()).as(name).isEqualTo(column.type());
          assertThat(now.room() == null || column.room() != null && now.room() >= column.room())
              .as("%s has room", name)
              .isTrue();
          assertThat(now.nullable() || !column.nullable())
              .as("%s may be left out as before", name)
              .isTrue();
          assertThat(now.given() || !column.given())
              .as("%s has a default as before", name)
              .isTrue();
        });
    after.forEach(
        (name, column) -> {
          if (!before.containsKey(name) && tables.contains(name.substring(0, name.indexOf('.')))) {
            assertThat(column.nullable() || column.given())
                .as("%s, which the last version leaves out, may be left out", name)
                .isTrue();
          }
        });
    assertThat(
            conditions(jdbc).stream()
                .filter(each -> tables.contains(each.substring(0, each.indexOf(' '))))
                .toList())
        .isEqualTo(conditions);
    asTheLastVersionDoes(jdbc, "after");
    // a node of the last version that is started now finds migrations that it doesn't know
    assertThat(ofTheLastVersion(database).migrate().migrationsExecuted).isZero();
  }

  /** Statements of version V58, as its code has them. */
  private static void asTheLastVersionDoes(JdbcTemplate jdbc, String id) {
    jdbc.update(
        "insert into mail_message (account, message_id, has_attachments, document, imported_at)"
            + " values (?, ?, false, '{}', current_timestamp)",
        "a",
        id);
    jdbc.update(
        "insert into delivery (account, message_id, destination, status, attempts) values (?, ?,"
            + " 'file', 'PENDING', 1)",
        "a",
        id);
    assertThat(
            jdbc.update(
                "update delivery set status = 'DELIVERED', delivered_at = current_timestamp where"
                    + " account = ? and message_id = ? and destination = 'file'",
                "a",
                id))
        .isEqualTo(1);
    jdbc.update("insert into credential_token (credential, revision) values (?, 0)", id);
    jdbc.update(
        "insert into backfill (account, received_since, received_until, include_read, position_at,"
            + " begun_at, mailbox) values (?, current_timestamp, null, true, current_timestamp,"
            + " current_timestamp, 'a@contoso.com')",
        id);
    jdbc.update(
        "insert into backfill_folder (account, mailbox, folder, position_at, through) values (?,"
            + " 'a@contoso.com', 'inbox', current_timestamp, false)",
        id);
    jdbc.update(
        "insert into delta_position (account, mailbox, folder, link, begun_at, updated_at) values"
            + " (?, 'a@contoso.com', 'inbox', 'https://x', current_timestamp, current_timestamp)",
        id);
    jdbc.update("insert into account_pause (account, paused_at) values (?, current_timestamp)", id);
    assertThat(jdbc.update("delete from account_pause where account = ?", id)).isEqualTo(1);
    jdbc.update(
        "insert into console_trail (done_at, who, address, action, subject, detail) values"
            + " (current_timestamp, 'anna', null, 'PAUSED', ?, null)",
        id);
    assertThat(
            jdbc.queryForList(
                "select id, done_at, who, address, action, subject, detail from console_trail where"
                    + " subject = ?",
                id))
        .hasSize(1);
    assertThat(
            jdbc.queryForList(
                "select account, received_since, received_until, include_read, position_at,"
                    + " begun_at, ended_at from backfill where account = ?",
                id))
        .hasSize(1);
  }

  @Test
  void on_h2_a_node_of_the_last_version_works_on_beside_this_one() throws IOException {
    prove(
        new DriverManagerDataSource(
            "jdbc:h2:mem:"
                + java.util.UUID.randomUUID()
                + ";DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"));
  }

  @Test
  void on_postgresql_a_node_of_the_last_version_works_on_beside_this_one() throws IOException {
    try (Postgres postgres = Postgres.start()) {
      prove(postgres.getPostgresDatabase());
    }
  }

  @Test
  void migrations_add_and_take_nothing_away() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Path migration : migrations()) {
      if (version(migration) > LAST) {
        String statements =
            Files.readString(migration)
                .replaceAll("(?m)--.*$", "")
                .replaceAll("\\s+", " ")
                .toLowerCase(Locale.ROOT);
        for (String each : statements.split(";")) {
          if (each.matches(".*\\b(drop|rename|truncate)\\b.*")
              || each.matches(".*\\balter column\\b.*\\b(type|set not null)\\b.*")
              || each.matches(".*\\badd (column )?(?!constraint)\\S+ .*\\bnot null\\b.*")
                  && !each.contains(" default ")) {
            wrong.add(migration.getFileName() + ":" + each);
          }
        }
      }
    }
    assertThat(wrong)
        .as("a version that takes something away does so one release after the last that uses it")
        .isEmpty();
  }
}
