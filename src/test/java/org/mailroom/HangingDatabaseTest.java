package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.mailroom.listing.Backfills;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatuses;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The database takes connections and answers nothing, as when its processes are stopped or a
 * firewall drops what is sent.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(300)
class HangingDatabaseTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /**
   * If nothing else ended it, a stop would last so long: by default half a minute, for which a
   * machine may stand still.
   */
  private static final Duration LONGEST_STOP = Duration.ofMinutes(3);

  private static final String TOLD = "Mailroom's database doesn't answer as it should";

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");

  @AfterEach
  void stop() {
    tenant.close();
  }

  /** Its bounds are settings of a site, too. */
  private static List<String> database(TcpProxy proxy) {
    String hikari = "--spring.datasource.hikari.";
    return List.of(
        "--spring.datasource.url=jdbc:postgresql://localhost:" + proxy.port() + "/postgres",
        "--spring.datasource.username=postgres",
        hikari + "connection-timeout=2000",
        hikari + "validation-timeout=1000",
        hikari + "data-source-properties.connectTimeout=2",
        hikari + "data-source-properties.socketTimeout=4");
  }

  private MailroomRun start(TcpProxy proxy) {
    List<String> settings = new java.util.ArrayList<>(database(proxy));
    settings.addAll(
        List.of(
            "--mailroom.limits.page-size=20",
            "--mailroom.accounts.past.mailbox=past@contoso.com",
            "--mailroom.accounts.past.credential=demo",
            "--mailroom.accounts.past.deliver-to=database",
            "--mailroom.accounts.past.poll-every=1h"));
    return MailroomRun.startRuntime(tenant, folder, settings.toArray(String[]::new));
  }

  private void deliver(int first, int last) {
    for (int number = first; number <= last; number++) {
      mailbox.deliver(DemoMail.plain(number));
    }
  }

  private static AccountStatus status(MailroomRun mailroom, String account) {
    return mailroom.bean(AccountStatuses.class).find(account).orElseThrow();
  }

  @Test
  void
      every_channel_says_so_within_the_bounds_and_everything_goes_on_once_it_answers_with_nothing_lost_or_doubled(
          CapturedOutput output) throws Exception {
    DemoMailbox past = tenant.mailbox("past@contoso.com");
    past.read(past.deliver(DemoMail.plain(1)));
    try (Postgres postgres = Postgres.start();
        TcpProxy proxy = new TcpProxy(postgres.getPort());
        MailroomRun mailroom = start(proxy)) {
      deliver(1, 50);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  mailbox.unread() == 0
                      && mailroom.bean(AccountSchedule.class).lastSuccess("past").isPresent());
      ConsoleSession console = ConsoleSession.signIn(mailroom);
      mailroom
          .bean(Backfills.class)
          .request("past", Instant.parse("2020-01-01T00:00:00Z"), null, true);

      proxy.hang();
      deliver(51, 100);
      mailroom.bean(AccountSchedule.class).importNow("past");
      for (String account : List.of("support", "past")) {
        await()
            .atMost(PATIENCE)
            .until(() -> output.getAll().contains("ERROR account " + account + ": " + TOLD));
        assertThat(status(mailroom, account).reason())
            .as(account)
            .contains(TOLD)
            .contains("goes on by itself");
      }
      assertThat(OutageTest.health(mailroom))
          .contains("\"support\":{\"status\":\"DOWN\"")
          .contains("\"db\":{\"status\":\"DOWN\"")
          .contains(TOLD);
      assertThat(output.getAll()).containsOnlyOnce("ERROR Mailroom's database can't be reached");
      assertThat(console.get("/").body().replace("&#39;", "'")).contains(TOLD);
      var asked =
          console.post(
              "/account/support", "/account/support/backfill", Map.of("since", "2026-01-01"));
      assertThat(asked.statusCode()).isEqualTo(503);
      assertThat(asked.body())
          .contains("Mailroom’s database doesn’t answer")
          .contains("spring.datasource");

      proxy.goOn();
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      await().atMost(PATIENCE).until(() -> status(mailroom, "support").reason() == null);
      JdbcTemplate rows = new JdbcTemplate(postgres.getPostgresDatabase());
      assertThat(
              rows.queryForObject(
                  "select count(*) from mail_message where account = 'support'", Long.class))
          .isEqualTo(100);
      assertThat(
              rows.queryForObject(
                  "select count(*) from delivery where account = 'support' and status ="
                      + " 'DELIVERED'",
                  Long.class))
          .isEqualTo(200);
      assertThat(
              rows.queryForObject(
                  "select count(*) from delivery where status <> 'DELIVERED'", Long.class))
          .isZero();
      mailroom.bean(AccountSchedule.class).importNow("past");
      await()
          .atMost(PATIENCE)
          .until(() -> mailroom.rows("mail_message where account = 'past'") == 1);
      await()
          .atMost(PATIENCE)
          .until(
              () -> mailroom.rows("backfill where account = 'past' and ended_at is not null") == 1);
      await()
          .atMost(PATIENCE)
          .until(() -> OutageTest.health(mailroom).contains("\"accounts\":{\"status\":\"UP\""));
      assertThat(output.getAll())
          .contains("the database answers again")
          .contains("account support: the mailbox can be read again")
          .doesNotContain("\tat ")
          .doesNotContain("Another Mailroom");
      assertThat(tenant.violations()).isEmpty();
    }
  }

  @Test
  void a_stop_waits_for_a_database_that_hangs_no_longer_than_for_a_connection(CapturedOutput output)
      throws Exception {
    try (Postgres postgres = Postgres.start();
        TcpProxy proxy = new TcpProxy(postgres.getPort());
        MailroomRun mailroom =
            MailroomRun.startRuntime(tenant, folder, withoutSocketTimeout(proxy))) {
      deliver(1, 1);
      await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      proxy.hangAt("COMMIT");
      deliver(2, 30);
      await().atMost(PATIENCE).until(proxy::isHanging);
      Assertions.assertTimeoutPreemptively(LONGEST_STOP.dividedBy(2), mailroom::close);
      assertThat(output.getAll())
          .contains("the database doesn't answer while Mailroom stops")
          .doesNotContain("\tat ")
          .doesNotContain("Timeout occurred during graceful shutdown");
      assertThat(mailbox.unread()).isEqualTo(29);
    }
  }

  /**
   * Then only what the stop does ends a wait that has begun; and each statement is sent in words.
   */
  private static String[] withoutSocketTimeout(TcpProxy proxy) {
    return Stream.concat(
            Stream.of("--camel.main.shutdown-timeout=" + LONGEST_STOP.toSeconds()),
            database(proxy).stream()
                .map(
                    setting ->
                        setting
                            .replace("socketTimeout=4", "socketTimeout=0")
                            .replace("/postgres", "/postgres?prepareThreshold=0")))
        .toArray(String[]::new);
  }

  @Test
  void a_backfill_asked_for_by_command_while_it_hangs_or_is_down_ends_with_1_in_words(
      CapturedOutput output) throws Exception {
    try (Postgres postgres = Postgres.start();
        TcpProxy proxy = new TcpProxy(postgres.getPort())) {
      List<String> settings = MailroomRun.settings(tenant, folder);
      settings.addAll(database(proxy));
      String[] words = {"import", "--since", "2026-01-01"};
      proxy.hang();
      assertThat(MailroomCommand.run(words, MailroomRun.launcher(settings))).isEqualTo(1);
      proxy.down();
      assertThat(MailroomCommand.run(words, MailroomRun.launcher(settings))).isEqualTo(1);
      assertThat(output.getAll())
          .contains("The database refuses: ")
          .contains("Check spring.datasource.url")
          .doesNotContain("\tat ");
      proxy.goOn();
      proxy.up();
      assertThat(MailroomCommand.run(words, MailroomRun.launcher(settings))).isZero();
    }
  }

  @Test
  void a_migration_may_take_longer_than_any_other_answer() throws Exception {
    Path migrations = Files.createDirectories(folder.resolve("migrations"));
    Files.writeString(migrations.resolve("V999__a_large_table.sql"), "select pg_sleep(3);");
    try (Postgres postgres = Postgres.start();
        TcpProxy proxy = new TcpProxy(postgres.getPort())) {
      List<String> settings = new java.util.ArrayList<>(database(proxy));
      settings.replaceAll(setting -> setting.replace("socketTimeout=4", "socketTimeout=2"));
      settings.add("--spring.flyway.locations=classpath:db/migration,filesystem:" + migrations);
      try (MailroomRun mailroom =
          MailroomRun.start(tenant, folder, settings.toArray(String[]::new))) {
        assertThat(mailroom.rows("flyway_schema_history where version = '999' and success"))
            .isEqualTo(1);
        assertThatThrownBy(() -> mailroom.database().execute("select pg_sleep(30)"))
            .hasStackTraceContaining("SocketTimeoutException");
      }
    }
  }
}
