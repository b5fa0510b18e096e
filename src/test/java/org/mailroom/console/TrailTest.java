package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.Postgres;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What the trail and the users' table keep, in both databases. */
class TrailTest {

  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  @TempDir private Path folder;

  @Test
  void who_did_what_is_kept_read_back_and_forgotten_after_a_time_in_h2() {
    check(
        new DriverManagerDataSource(
            "jdbc:h2:file:"
                + folder.resolve("trail")
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1"));
  }

  @Test
  void who_did_what_is_kept_read_back_and_forgotten_after_a_time_in_postgresql() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      check(postgres.getPostgresDatabase());
    }
  }

  private static void check(DataSource database) {
    Flyway.configure().dataSource(database).load().migrate();
    JdbcTemplate jdbc = new JdbcTemplate(database);
    Trail early =
        new Trail(
            new NamedParameterJdbcTemplate(database),
            Clock.fixed(NOW.minus(Duration.ofDays(401)), ZoneOffset.UTC));
    early.record("anna", Trail.Action.PAUSED, Trail.account("support"), null);
    Trail trail =
        new Trail(new NamedParameterJdbcTemplate(database), Clock.fixed(NOW, ZoneOffset.UTC));
    trail.record("anna", Trail.Action.PAUSED, Trail.account("orders"), null);
    trail.record("bert\r\nforged", Trail.Action.PAUSED, Trail.account("orders"), "x".repeat(5000));
    trail.record("carl", Trail.Action.CHANGED, Trail.account("orders"), "filter = nothing");
    assertThat(trail.list(null, null, 10))
        .extracting(Trail.Entry::who)
        .containsExactly("carl", "bert  forged", "anna");
    assertThat(trail.list(null, null, 10)).extracting(Trail.Entry::at).containsOnly(NOW);
    assertThat(trail.list(trail.list(null, null, 1).get(0).id(), null, 1))
        .extracting(Trail.Entry::who)
        .containsExactly("bert  forged");
    assertThat(trail.list(null, "anna", 10))
        .extracting(Trail.Entry::subject)
        .containsExactly("account orders");
    assertThat(trail.whoPaused(List.of("orders", "support")))
        .isEqualTo(Map.of("orders", "bert  forged"));
    // strangers don't fill the disk
    for (int i = 0; i < 500; i++) {
      trail.record("an unknown user", Trail.Action.SIGN_IN_FAILED, "the console", null);
    }
    assertThat(
            jdbc.queryForObject(
                "select count(*) from console_trail where action = 'SIGN_IN_FAILED'",
                Integer.class))
        .isEqualTo(200);
    assertThat(trail.list(null, null, 1).get(0).detail()).contains("more of them");

    AdminPassword passwords = new AdminPassword(jdbc, Clock.fixed(NOW, ZoneOffset.UTC));
    passwords.createIfMissing();
    UserTable users = new UserTable(jdbc, passwords, Clock.fixed(NOW, ZoneOffset.UTC));
    assertThat(users.find("admin").orElseThrow().role()).isEqualTo(ConsoleRole.ADMINISTRATOR);
    String password = users.create("olga", ConsoleRole.OPERATOR).orElseThrow();
    assertThat(users.create("olga", ConsoleRole.ADMINISTRATOR)).isEmpty();
    assertThat(users.find("olga").orElseThrow())
        .satisfies(
            olga -> {
              assertThat(olga.role()).isEqualTo(ConsoleRole.OPERATOR);
              assertThat(olga.hash()).doesNotContain(password);
              assertThat(passwords.encoder().matches(password, olga.hash())).isTrue();
            });
    users.give("olga", ConsoleRole.VIEWER);
    assertThat(
            passwords
                .encoder()
                .matches(users.renew("olga"), users.find("olga").orElseThrow().hash()))
        .isTrue();
    assertThat(users.all()).extracting(UserTable.User::name).containsExactly("admin", "olga");
    users.delete("olga");
    assertThat(users.find("olga")).isEmpty();
  }
}
