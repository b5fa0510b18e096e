package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;

/** The embedded database keeps what it said it has, as PostgreSQL does. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EmbeddedDatabaseTest {

  private static final String DELETE = "--mailroom.accounts.support.after-import.delete=true";

  @TempDir private Path folder;

  /** Takes longer on a busy machine than a test may. */
  @BeforeAll
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  static void makeTheClassArchive() {
    ClassArchive.get();
  }

  @Test
  void a_message_that_was_marked_just_before_a_kill_is_in_the_database() throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      mailbox.deliver(DemoMail.plain(1));
      List<String> settings = MailroomRun.settings(tenant, folder);
      settings.addAll(
          List.of(
              "--server.port=0",
              "--mailroom.poll-every=1s",
              "--mailroom.accounts.support.deliver-to=database"));
      try (MailroomProcess mailroom =
          MailroomProcess.start(
              Files.createDirectories(folder.resolve("process")), List.of(), settings)) {
        for (int i = 2; i <= 4; i++) {
          awaitMarked(mailbox, mailroom);
          mailbox.deliver(DemoMail.plain(i));
        }
        awaitMarked(mailbox, mailroom);
        mailroom.kill();
      }
      try (MailroomRun mailroom = MailroomRun.start(tenant, folder)) {
        assertThat(mailroom.rows("mail_message")).isEqualTo(4);
        assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(4);
      }
    }
  }

  @Test
  void
      kills_between_delivery_and_deletion_before_and_after_the_service_did_it_delete_each_message_once_and_purge_none()
          throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      for (int i = 1; i <= 5; i++) {
        mailbox.deliver(DemoMail.plain(i));
      }
      tenant
          .faults()
          .kind(
              call -> call.startsWith("POST /v1.0/$batch"),
              DemoFaults.Kind.SILENT,
              DemoFaults.ALWAYS);
      killOnceFaultsHit(tenant, 1, "before");
      assertThat(mailbox.messages())
          .extracting(DemoMessage::folder)
          .containsOnly(mailbox.folder("Inbox"));

      tenant.faults().clear();
      tenant
          .faults()
          .kind(call -> call.startsWith("POST /v1.0/$batch"), DemoFaults.Kind.RESET_AFTER, 1);
      tenant
          .faults()
          .kind(
              call -> call.startsWith("POST /v1.0/$batch"),
              DemoFaults.Kind.SILENT,
              DemoFaults.ALWAYS);
      killOnceFaultsHit(tenant, 2, "after");
      tenant.faults().clear();

      try (MailroomRun mailroom =
          MailroomRun.start(
              tenant, folder, "--mailroom.accounts.support.deliver-to=database", DELETE)) {
        assertThat(mailroom.importSupport())
            .satisfies(
                result -> {
                  assertThat(result.isComplete()).as("%s", result).isTrue();
                  assertThat(result.imported()).as("delivered before the first kill").isZero();
                });
        assertThat(mailroom.rows("mail_message")).isEqualTo(5);
        assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(5);
        assertThat(mailroom.rows("after_import")).as("nothing is left to look up").isZero();
      }
      assertThat(mailbox.messages())
          .hasSize(5)
          .extracting(DemoMessage::folder)
          .containsOnly(mailbox.folder("Deleted Items"));
      assertThat(mailbox.purged()).isEmpty();
      assertThat(tenant.counters().deletes()).isZero();
      assertThat(tenant.requests())
          .filteredOn(request -> request.path().endsWith("/move"))
          .as("each is moved once")
          .hasSize(5);
      assertThat(tenant.violations()).isEmpty();
    }
  }

  private void killOnceFaultsHit(DemoTenant tenant, int times, String name) throws Exception {
    List<String> settings = MailroomRun.settings(tenant, folder);
    settings.addAll(
        List.of(
            "--server.port=0",
            "--mailroom.poll-every=1s",
            "--mailroom.accounts.support.deliver-to=database",
            DELETE));
    try (MailroomProcess mailroom =
        MailroomProcess.start(Files.createDirectories(folder.resolve(name)), List.of(), settings)) {
      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> tenant.faults().hits() >= times || !mailroom.isAlive());
      assertThat(mailroom.isAlive()).as(mailroom::output).isTrue();
      mailroom.kill();
    }
  }

  @Test
  void a_stop_in_the_middle_of_an_import_finishes_what_is_in_hand_and_loses_nothing()
      throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      for (int i = 1; i <= 300; i++) {
        mailbox.deliver(DemoMail.plain(i));
      }
      tenant.latency().set(Duration.ofMillis(150), Duration.ofMillis(20));
      List<String> settings = MailroomRun.settings(tenant, folder);
      settings.addAll(
          List.of("--server.port=0", "--mailroom.accounts.support.deliver-to=database"));
      try (MailroomProcess mailroom =
          MailroomProcess.start(
              Files.createDirectories(folder.resolve("process")), List.of(), settings)) {
        // all is listed and delivered, a third of it marked; the end of the import asks the
        // database again
        await()
            .atMost(Duration.ofMinutes(3))
            .until(() -> mailbox.unread() <= 200 || !mailroom.isAlive());
        assertThat(mailroom.stop()).as(mailroom::output).isZero();
        assertThat(mailroom.output()).contains("Mailroom stops").doesNotContain("ERROR");
      }
      try (MailroomRun mailroom = MailroomRun.start(tenant, folder)) {
        assertThat(mailroom.rows("mail_message"))
            .as("none is marked that isn't in the database")
            .isGreaterThanOrEqualTo(300 - mailbox.unread());
        tenant.latency().set(Duration.ZERO, Duration.ZERO);
        mailroom.importSupport();
        assertThat(mailroom.rows("mail_message")).isEqualTo(300);
        assertThat(mailbox.unread()).isZero();
      }
    }
  }

  private static void awaitMarked(DemoMailbox mailbox, MailroomProcess mailroom) {
    await()
        .pollInterval(Duration.ofMillis(1))
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofMinutes(3))
        .until(() -> mailbox.unread() == 0 || !mailroom.isAlive());
    assertThat(mailroom.isAlive()).as(mailroom::output).isTrue();
  }
}
