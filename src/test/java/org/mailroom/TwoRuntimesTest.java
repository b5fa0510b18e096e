package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatuses;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.settings.AnotherRuntimeException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Two runtimes would import each message twice: one works on a database at a time. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(300)
class TwoRuntimesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String LOCKS = "select pid, classid::bigint, objid::bigint from pg_locks where locktype = 'advisory'";

  @TempDir
  private Path folder;

  private static String[] settings(EmbeddedPostgres postgres) {
    return new String[] {"--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"), "--spring.datasource.username=postgres",
        "--mailroom.takeover-after=2s"};
  }

  @Test
  void a_second_runtime_on_a_database_is_refused_in_words_until_the_first_has_ended_and_commands_work_beside_it(CapturedOutput output) throws Exception {
    Path here = Files.createDirectories(folder.resolve("here"));
    Path there = Files.createDirectories(folder.resolve("there"));
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(); DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      try (MailroomRun first = MailroomRun.startRuntime(tenant, here, settings(postgres))) {
        await().atMost(PATIENCE).until(() -> first.bean(AccountSchedule.class).lastSuccess("support").isPresent());
        first.bean(AccountSchedule.class).pause("support");
        assertThatThrownBy(() -> MailroomRun.startRuntime(tenant, there, settings(postgres)).close())
            .hasRootCauseInstanceOf(AnotherRuntimeException.class);
        assertThat(output.getAll()).contains("Another Mailroom runs on this database: process " + ProcessHandle.current().pid() + " on ").containsPattern(", since 20\\S+Z\\.")
            .contains("Stop one of the two, or give one a database of its own").doesNotContain("\tat ");
        try (MailroomRun command = MailroomRun.start(tenant, there, settings(postgres))) {
          mailbox.deliver(DemoMail.plain(1));
          assertThat(command.importSupport().imported()).isEqualTo(1);
        }
        first.bean(AccountSchedule.class).resume("support");
        mailbox.deliver(DemoMail.plain(2));
        await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
      }
      mailbox.deliver(DemoMail.plain(3));
      try (MailroomRun next = MailroomRun.startRuntime(tenant, there, settings(postgres))) {
        await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
        assertThat(next.rows("mail_message")).isEqualTo(3);
      }
    }
  }

  @Test
  void a_runtime_whose_claim_got_lost_to_another_one_says_so_and_polls_no_more_until_it_is_alone_again(CapturedOutput output) throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(); DemoTenant tenant = tenantWithTheMailbox();
        MailroomRun mailroom = MailroomRun.startRuntime(tenant, folder, settings(postgres));
        Connection other = postgres.getPostgresDatabase().getConnection(); Statement asked = other.createStatement()) {
      await().atMost(PATIENCE).until(() -> mailroom.bean(AccountSchedule.class).lastSuccess("support").isPresent());
      int process;
      long first;
      long second;
      try (ResultSet claim = asked.executeQuery(LOCKS)) {
        assertThat(claim.next()).isTrue();
        process = claim.getInt(1);
        first = claim.getLong(2);
        second = claim.getLong(3);
        assertThat(claim.next()).isFalse();
      }
      asked.execute("set application_name = 'mailroom 2026-05-04T08:00:00Z 4711 otherhost'");
      String key = "(" + (int) first + ", " + (int) second + ")";
      CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> execute(asked, "select pg_advisory_lock" + key));
      await().atMost(PATIENCE).until(() -> mailroom.rows("pg_locks where locktype = 'advisory' and not granted") == 1);
      mailroom.database().queryForObject("select pg_terminate_backend(" + process + ")", Boolean.class);
      assertThat(waiting.join()).isTrue();

      await().atMost(PATIENCE).until(() -> status(mailroom).state() == AccountStatus.State.NEEDS_ATTENTION);
      assertThat(status(mailroom).reason()).contains("Another Mailroom runs on this database: process 4711 on otherhost, since 2026-05-04T08:00:00Z")
          .contains("Stop one of the two");
      assertThat(output.getAll()).containsOnlyOnce("ERROR Another Mailroom runs on this database: process 4711 on otherhost").doesNotContain("\tat ");
      mailroom.bean(AccountSchedule.class).importNow("support");
      assertThat(mailroom.bean(AccountSchedule.class).due()).isEmpty();

      assertThat(execute(asked, "select pg_advisory_unlock" + key)).isTrue();
      tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
      await().atMost(PATIENCE).until(() -> tenant.mailbox("support@contoso.com").unread() == 0);
      assertThat(output.getAll()).contains("this one polls again");
      assertThat(status(mailroom).reason()).isNull();
    }
  }

  private static DemoTenant tenantWithTheMailbox() {
    DemoTenant tenant = DemoTenant.start();
    tenant.mailbox("support@contoso.com");
    return tenant;
  }

  private static AccountStatus status(MailroomRun mailroom) {
    return mailroom.bean(AccountStatuses.class).find("support").orElseThrow();
  }

  private static boolean execute(Statement statement, String question) {
    try {
      return statement.execute(question);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
