package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Deliveries that fail: once, for good, and because their destination is down. */
@ExtendWith(OutputCaptureExtension.class)
class FailureTest {

  @RegisterExtension static final SharedMailroom SHARED = new SharedMailroom();

  @TempDir private static Path sharedFolder;

  @TempDir private Path folder;

  private final DemoTenant tenant = SHARED.tenant();
  private DemoMailbox mailbox;
  private Path picky;

  @BeforeAll
  static void addTheSharedDestination() throws Exception {
    addADestinationThatRefusesMessage42(sharedFolder);
  }

  @BeforeEach
  void ownMailbox() {
    mailbox = SHARED.mailbox();
    picky = sharedFolder.resolve("routes/deliver-to-picky.camel.yaml");
  }

  /**
   * For a test with a Mailroom of its own, which it starts again or with a route file that it
   * changes; it imports {@code support}.
   */
  private void goAlone() throws Exception {
    mailbox = tenant.mailbox("support@contoso.com");
    picky = addADestinationThatRefusesMessage42(folder);
  }

  private static Path addADestinationThatRefusesMessage42(Path folder) throws Exception {
    Path routes = folder.resolve("routes");
    ImportTest.copyRoutes(routes);
    ManyAccounts.routesOfShortWaits(folder);
    return Files.writeString(
        routes.resolve("deliver-to-picky.camel.yaml"),
        """
        - route:
            id: deliver-to-picky
            from:
              uri: direct:deliver-to-picky
              steps:
                - filter:
                    expression:
                      simple: ${body} contains 'Plain message 42'
                    steps:
                      - throwException:
                          exceptionType: java.lang.IllegalStateException
                          message: I don't like this one
        """);
  }

  private String[] settings(String deliverTo, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--mailroom.routes=file:" + picky.getParent(),
                "--mailroom.destinations.picky=direct:deliver-to-picky",
                "--mailroom.accounts.support.deliver-to=" + deliverTo,
                "--mailroom.retry.backoff=1ms",
                "--mailroom.retry.max-attempts=3"));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  private MailroomRun run(String deliverTo, String... more) {
    return SHARED.start(settings(deliverTo, more));
  }

  private MailroomRun restart(String deliverTo, String... more) {
    return MailroomRun.start(tenant, folder, settings(deliverTo, more));
  }

  private int command(String deliverTo, String... arguments) {
    List<String> all = MailroomRun.settings(tenant, folder);
    all.addAll(Arrays.asList(settings(deliverTo)));
    return MailroomCommand.run(arguments, MailroomRun.launcher(all));
  }

  private void deliverPlain(int count) {
    for (int i = 1; i <= count; i++) {
      mailbox.deliver(DemoMail.plain(i));
    }
  }

  private DemoMessage message42() {
    return mailbox.messages().get(41);
  }

  private void importUntilGivenUp(MailroomRun mailroom) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              mailroom.importSupport();
              return mailroom.rows("delivery where status = 'FAILED'") == 1;
            });
  }

  @Test
  void
      a_message_that_is_refused_for_good_is_listed_stays_unread_gets_a_category_and_is_not_fetched_again() {
    deliverPlain(50);
    try (MailroomRun mailroom = run("database,picky")) {
      importUntilGivenUp(mailroom);
      Map<String, Object> entry =
          mailroom.database().queryForMap("select * from delivery where status = 'FAILED'");
      assertThat(entry)
          .containsEntry("destination", "picky")
          .containsEntry("attempts", 3)
          .containsEntry("message_id", message42().immutableId());
      assertThat((String) entry.get("last_error")).contains("I don't like this one");
      assertThat(mailbox.unread()).isEqualTo(1);
      assertThat(message42().isRead()).isFalse();
      assertThat(message42().resource().path("categories").toString()).contains("Mailroom failed");
      assertThat(mailroom.rows("mail_message")).isEqualTo(50);
      int before = tenant.requests().size();
      ImportResult again = mailroom.importSupport();
      assertThat(again.givenUpBefore()).isEqualTo(1);
      assertThat(tenant.requests()).as("one listing and nothing else").hasSize(before + 1);
    }
  }

  @Test
  void
      only_the_destination_that_failed_gets_the_message_again_and_then_it_is_marked_and_its_category_taken_off(
          CapturedOutput output) throws Exception {
    goAlone();
    deliverPlain(50);
    try (MailroomRun mailroom = restart("database,queue,picky")) {
      importUntilGivenUp(mailroom);
    }
    assertThat(command("database,queue,picky", "failed", "list")).isZero();
    assertThat(output.getOut())
        .contains("support to picky, 3 attempts")
        .contains(message42().immutableId())
        .contains("Plain message 42")
        .contains("I don't like this one");
    Files.writeString(picky, Files.readString(picky).replace("Plain message 42", "nothing of it"));
    assertThat(command("database,queue,picky", "failed", "retry", "--account", "support")).isZero();
    assertThat(command("database,queue,picky", "import", "--once")).isZero();
    assertThat(mailbox.unread()).isZero();
    assertThat(message42().resource().path("categories").toString())
        .doesNotContain("Mailroom failed");
    assertThat(command("database,queue,picky", "failed", "retry", "--all"))
        .as("nothing is left")
        .isEqualTo(7);
    try (MailroomRun mailroom = restart("database,queue,picky")) {
      assertThat(mailroom.rows("mail_message")).isEqualTo(50);
      assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(150);
      assertThat(mailroom.queued()).isEqualTo(50);
    }
  }

  @Test
  void a_discarded_delivery_counts_as_done_and_the_message_is_marked() throws Exception {
    goAlone();
    deliverPlain(50);
    try (MailroomRun mailroom = restart("database,picky")) {
      importUntilGivenUp(mailroom);
    }
    assertThat(
            command(
                "database,picky",
                "failed",
                "discard",
                "--message",
                message42().immutableId(),
                "--destination",
                "picky"))
        .isZero();
    assertThat(command("database,picky", "import", "--once")).isZero();
    assertThat(mailbox.unread()).isZero();
  }

  @Test
  void failed_says_what_is_missing_when_nothing_is_selected() throws Exception {
    goAlone();
    assertThat(command("database", "failed", "retry")).isEqualTo(2);
    assertThat(command("database", "failed", "list")).isZero();
  }

  @Test
  void a_message_that_somebody_reads_before_its_retry_is_delivered_all_the_same() throws Exception {
    goAlone();
    deliverPlain(50);
    // due again at once, but not given up however slow the machine is
    String attempts = "--mailroom.retry.max-attempts=100";
    try (MailroomRun mailroom = restart("database,picky", attempts)) {
      mailroom.importSupport();
      mailbox.read(message42());
    }
    Files.writeString(picky, Files.readString(picky).replace("Plain message 42", "nothing of it"));
    try (MailroomRun mailroom = restart("database,picky", attempts)) {
      await().atMost(Duration.ofSeconds(60)).until(() -> mailroom.importSupport().imported() == 1);
      assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(100);
    }
  }

  @Test
  void
      a_destination_that_is_down_holds_up_only_its_own_deliveries_costs_no_attempts_and_recovers_by_itself(
          CapturedOutput output) throws Exception {
    goAlone();
    deliverPlain(200);
    Path share = folder.resolve("share");
    Files.writeString(share, "not a folder: as a share that isn't mounted");
    String[] settings =
        settings("database,drop", "--mailroom.destinations.drop=file:" + share + "/mail");
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, settings)) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.imported()).isZero();
      assertThat(mailroom.rows("mail_message")).isEqualTo(200);
      assertThat(mailbox.unread()).isEqualTo(200);
      mailroom.importSupport();
      mailroom.importSupport();
      mailroom.importSupport();
      assertThat(mailroom.rows("delivery where status = 'FAILED'")).isZero();
      assertThat(output.getAll()).containsOnlyOnce("destination drop is down");
      Files.delete(share);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                mailroom.importSupport();
                return mailbox.unread() == 0;
              });
      assertThat(mailroom.rows("mail_message")).isEqualTo(200);
      assertThat(output.getAll()).contains("destination drop is up again");
      try (var files = Files.list(share.resolve("mail"))) {
        assertThat(files.count()).isEqualTo(200);
      }
    }
  }

  @Test
  void reading_pauses_while_so_many_deliveries_wait_as_the_limit_says() throws Exception {
    goAlone();
    deliverPlain(300);
    Path share = folder.resolve("share");
    Files.writeString(share, "not a folder");
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            settings(
                "database,drop",
                "--mailroom.destinations.drop=file:" + share + "/mail",
                "--mailroom.limits.waiting-deliveries=300"))) {
      mailroom.importSupport();
      deliverPlain(50);
      mailroom.importSupport();
      assertThat(mailroom.rows("mail_message")).as("nothing new is read").isEqualTo(300);
      Files.delete(share);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                mailroom.importSupport();
                return mailbox.unread() == 0;
              });
      assertThat(mailroom.rows("mail_message")).isEqualTo(350);
    }
  }

  @Test
  void a_message_larger_than_the_account_takes_is_given_up_at_once_and_the_others_are_imported() {
    deliverPlain(10);
    byte[] large =
        ("From: a@b.c\r\n"
                + "Subject: large\r\n"
                + "MIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
                + "--x\r\n"
                + "Content-Type: text/plain\r\n\r\n"
                + "hi\r\n"
                + "--x\r\n"
                + "Content-Type: application/octet-stream; name=a.bin\r\n"
                + "Content-Disposition: attachment; filename=a.bin\r\n\r\n"
                + "0123456789".repeat(300_000)
                + "\r\n--x--\r\n")
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    DemoMessage message = mailbox.deliver(large);
    try (MailroomRun mailroom = run("database", "--mailroom.accounts.support.max-size=1MB")) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.imported()).isEqualTo(10);
      assertThat(result.failed()).isEqualTo(1);
      assertThat(
              mailroom
                  .database()
                  .queryForMap(
                      "select message_id, last_error from delivery where status = 'FAILED'"))
          .containsEntry("message_id", message.immutableId())
          .extractingByKey("last_error")
          .asString()
          .contains("max-size");
      assertThat(tenant.requests())
          .as("its content isn't fetched")
          .noneMatch(request -> request.path().endsWith("/$value"));
      assertThat(mailbox.unread()).isEqualTo(1);
    }
  }

  @Test
  void a_corrupt_message_that_fails_every_listing_is_found_and_listed_and_all_others_are_imported(
      CapturedOutput output) {
    deliverPlain(250);
    mailbox.messages().get(137).corrupt();
    mailbox.messages().get(249).corrupt();
    try (MailroomRun mailroom = run("database,file")) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.failure()).isNull();
      assertThat(result.imported()).isEqualTo(248);
      assertThat(mailbox.unread()).isEqualTo(2);
      assertThat(mailroom.rows("delivery where status = 'FAILED'"))
          .as("two messages, two destinations")
          .isEqualTo(4);
      assertThat(output.getAll())
          .contains("2 messages of the mailbox can't be listed by the service");
      deliverPlain(5);
      int before = tenant.requests().size();
      ImportResult again = mailroom.importSupport();
      assertThat(again.imported()).isEqualTo(5);
      assertThat(again.givenUpBefore()).isEqualTo(2);
      assertThat(tenant.requests().size() - before)
          .as("what was found is remembered")
          .isLessThan(25);
      mailbox.remove(mailbox.messages().get(137));
      mailroom.importSupport();
      assertThat(mailroom.rows("delivery where status = 'FAILED'")).isEqualTo(2);
    }
  }

  @Test
  void a_service_that_fails_altogether_makes_no_message_corrupt() {
    deliverPlain(20);
    tenant.faults().status(call -> call.startsWith("GET"), 500, "generalException", Map.of(), 1000);
    try (MailroomRun mailroom = run("database")) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.couldBeRead()).isFalse();
      assertThat(result.failure()).hasMessageContaining("the service has trouble");
      assertThat(mailroom.rows("delivery")).isZero();
    }
  }
}
