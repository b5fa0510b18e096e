package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.Postgres;
import org.springframework.jdbc.core.JdbcTemplate;

/** On the tables as the migrations make them, in both databases. */
class UnsettledMessagesTest {

  @TempDir private Path folder;

  private void holds(DataSource database) {
    Flyway.configure().dataSource(database).load().migrate();
    JdbcTemplate jdbc = new JdbcTemplate(database);
    Preparing clock = new Preparing(folder);
    UnsettledMessages unsettled = new UnsettledMessages(jdbc, clock);
    var first = clock.now;
    assertThat(unsettled.since("support", "A")).isEqualTo(first);
    clock.now = first.plus(Duration.ofMinutes(5));
    assertThat(unsettled.since("support", "A")).isEqualTo(first);
    assertThat(unsettled.since("other", "A")).isEqualTo(clock.now);
    assertThat(new UnsettledMessages(jdbc, clock).since("support", "A")).isEqualTo(first);
    clock.now = first.plus(Duration.ofDays(91));
    unsettled.since("support", "B");
    assertThat(jdbc.queryForObject("select count(*) from unsettled_message", Integer.class))
        .isEqualTo(1);

    String unknown = "x".repeat(255);
    jdbc.update(
        "insert into mail_message (account, message_id, importance, body_type, has_attachments,"
            + " document, imported_at) values ('a', 'A', ?, ?, false, '{}', now())",
        unknown,
        unknown);
    jdbc.update(
        "insert into mail_attachment (account, message_id, position, kind, is_inline) values ('a',"
            + " 'A', 1, ?, false)",
        unknown);
    assertThat(jdbc.queryForMap("select importance, body_type from mail_message"))
        .containsEntry("importance", unknown)
        .containsEntry("body_type", unknown);
  }

  @Test
  void since_when_a_message_is_not_settled_is_remembered_and_unknown_values_have_room_in_h2() {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL(
        "jdbc:h2:mem:unsettled;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
    holds(h2);
  }

  @Test
  void
      since_when_a_message_is_not_settled_is_remembered_and_unknown_values_have_room_in_postgresql()
          throws Exception {
    try (Postgres postgres = Postgres.start()) {
      holds(postgres.getPostgresDatabase());
    }
  }
}
