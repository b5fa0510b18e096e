package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.mailroom.MigratedDatabase;
import org.mailroom.Postgres;
import org.springframework.jdbc.core.JdbcTemplate;

/** The script that takes a site from the embedded database to PostgreSQL. */
class MoveToPostgresTest {

  private static final Path SCRIPT = Path.of("src/distribution/sql/h2-to-postgresql.sql");

  private final MigratedDatabase h2 = new MigratedDatabase();

  private static String script() throws IOException {
    return Files.readString(SCRIPT);
  }

  @Test
  void every_table_and_column_moves() throws IOException {
    String script = script().replaceAll("\\s+", " ");
    List<String> tables =
        h2.jdbc()
            .queryForList(
                "select table_name from information_schema.tables where table_schema = 'public'"
                    + " and lower(table_name) <> 'flyway_schema_history'",
                String.class);
    assertThat(tables)
        .isNotEmpty()
        .allSatisfy(
            table -> {
              String columns =
                  String.join(
                      ", ",
                      h2.jdbc()
                          .queryForList(
                              "select column_name from information_schema.columns where"
                                  + " table_schema = 'public' and table_name = ? and is_identity ="
                                  + " 'NO' order by ordinal_position",
                              String.class,
                              table));
              assertThat(script)
                  .contains(
                      "insert into target."
                          + table
                          + " ("
                          + columns
                          + ") select "
                          + columns
                          + " from "
                          + table
                          + ";");
            });
  }

  @Test
  void what_the_embedded_database_holds_is_in_postgresql_afterwards_and_rows_are_counted_on()
      throws Exception {
    JdbcTemplate from = h2.jdbc();
    from.update(
        "insert into mail_message (account, message_id, subject, body, has_attachments, document,"
            + " received_at, imported_at) values ('support', 'AAk=', ?, ?, true,"
            + " '{\"account\":\"support\"}', timestamp with time zone '2026-03-29"
            + " 02:30:00.123456+01:00', current_timestamp)",
        "Über \\ \"quotes\", 'ticks'",
        "line\r\nline\t€ 😀");
    from.update(
        "insert into delivery (account, message_id, destination, status, attempts) values"
            + " ('support', 'AAk=', 'database', 'DELIVERED', 1)");
    from.update(
        "insert into console_trail (done_at, who, action, subject) values (current_timestamp,"
            + " 'anna', 'retry', 'support')");
    from.update("update settings_revision set revision = 41");

    try (Postgres postgres = Postgres.start()) {
      Flyway.configure().dataSource(postgres.getPostgresDatabase()).load().migrate();
      JdbcTemplate to = new JdbcTemplate(postgres.getPostgresDatabase());
      String script =
          script()
              .replace(
                  "jdbc:postgresql://<host>:5432/mailroom",
                  postgres.getJdbcUrl("postgres", "postgres"))
              .replace("<user>", "postgres")
              .replace("<password>", "");
      from.execute(script);

      Map<String, Long> counts = counts(from);
      assertThat(counts(to))
          .isEqualTo(counts)
          .containsEntry("mail_message", 1L)
          .containsEntry("delivery", 1L)
          .containsEntry("console_trail", 1L);
      for (String column :
          List.of("subject", "body", "document", "received_at", "has_attachments")) {
        assertThat(to.queryForObject("select " + column + " from mail_message", Object.class))
            .as(column)
            .isEqualTo(
                column.equals("received_at")
                    ? to.queryForObject(
                        "select timestamp with time zone '2026-03-29 01:30:00.123456Z'",
                        Object.class)
                    : from.queryForObject("select " + column + " from mail_message", Object.class));
      }
      assertThat(to.queryForObject("select revision from settings_revision", Long.class))
          .isEqualTo(41);
      assertThat(
              to.update(
                  "insert into console_trail (done_at, who, action, subject) values"
                      + " (current_timestamp, 'bert', 'retry', 'support')"))
          .isEqualTo(1);
    }
  }

  private static Map<String, Long> counts(JdbcTemplate of) {
    return of
        .queryForList(
            "select table_name from information_schema.tables where table_schema = 'public' and"
                + " lower(table_name) <> 'flyway_schema_history'",
            String.class)
        .stream()
        .collect(
            Collectors.toMap(
                table -> table,
                table -> of.queryForObject("select count(*) from " + table, Long.class)));
  }
}
