package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.command.Launcher;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoAttachment;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoSpot;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What is told of a failure is what it is, and what to do about it is what helps. */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RightWordsTest {

  private static final String NO_SETTING_IS_WRONG = "Check the account's filter and folder";

  private ManyAccounts accounts;

  @BeforeAll
  void start(@TempDir Path folder) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "original",
                "foreign",
                "protected",
                "full403",
                "full507",
                "slash",
                "slashless",
                "umlaut",
                "blank",
                "cash",
                "dollars",
                "html",
                "nothing"));
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--mailroom.accounts.original.content=both",
                "--mailroom.accounts.slash.folder=Inbox/Tickets 24\\/7",
                "--mailroom.accounts.slashless.folder=Inbox/Tickets 24/7",
                "--mailroom.accounts.umlaut.folder=Posteingang/\u00dcbergabe",
                "--mailroom.accounts.blank.folder=Inbox/Tickets",
                "--mailroom.accounts.cash.mailbox=$cash@contoso.com",
                "--mailroom.accounts.dollars.mailbox=$dollars@contoso.com",
                "--mailroom.accounts.dollars.after-import.move-to=Archive/Imported"));
    for (String own : List.of("html", "nothing")) {
      String credential = "--mailroom.credentials." + own + ".";
      settings.addAll(
          List.of(
              "--mailroom.accounts." + own + ".credential=" + own,
              credential + "grant-type=client-credentials",
              credential + "tenant-id=" + DemoTenant.TENANT_ID,
              credential + "client-id=client-of-" + own,
              credential + "client-secret=secret-of-" + own));
    }
    accounts = ManyAccounts.start(folder, all, settings.toArray(String[]::new));
    List.of("html", "nothing")
        .forEach(
            own ->
                accounts
                    .tenant()
                    .register("client-of-" + own, "secret-of-" + own, Set.of("Mail.ReadWrite")));
  }

  @AfterAll
  void stop() {
    accounts.close();
  }

  @AfterEach
  void nothing_was_done_that_a_client_must_not_do() {
    accounts.tenant().faults().clear();
    accounts.assertNoViolations();
  }

  @Test
  void an_original_that_the_service_can_not_give_is_told_as_that() {
    accounts
        .fill("original", 2)
        .get(0)
        .fails(DemoSpot.ORIGINAL, Fault.status(400, "ErrorMimeContentInvalid"));
    ImportResult result = accounts.importOnce("original");
    assertThat(result.failure()).isNull();
    assertThat(result.imported()).isEqualTo(1);
    assertThat(accounts.errors("original"))
        .singleElement()
        .asString()
        .contains("the service doesn't give the original", "ErrorMimeContentInvalid")
        .contains("Open the message in Outlook")
        .doesNotContain(NO_SETTING_IS_WRONG);
  }

  @Test
  void a_message_that_belongs_to_another_mailbox_is_told_as_that(CapturedOutput output) {
    accounts
        .fill("foreign", 3)
        .get(1)
        .fails(DemoSpot.CHANGE, Fault.status(400, "ErrorInvalidMailboxItemId"));
    ImportResult result = accounts.importOnce("foreign");
    assertThat(result.imported()).isEqualTo(3);
    assertThat(result.unmarked()).isEqualTo(1);
    assertThat(result.firstUnmarked())
        .hasMessageContaining("the message doesn't belong to this mailbox");
    assertThat(output)
        .contains("account foreign: 1 message delivered but not marked as read: ")
        .contains("the message doesn't belong to this mailbox")
        .doesNotContain(NO_SETTING_IS_WRONG);
  }

  @Test
  void a_message_that_rights_management_protects_is_told_as_that_and_no_permission_is_asked_for() {
    DemoMessage bad = accounts.withFile("protected", 1, "a.pdf", "application/pdf", 100);
    accounts.withFile("protected", 2, "b.pdf", "application/pdf", 100);
    bad.fails(DemoSpot.ATTACHMENTS, Fault.status(403, "ErrorAccessDenied"));
    ImportResult result = accounts.importOnce("protected");
    assertThat(result.failure()).isNull();
    assertThat(result.imported()).isEqualTo(1);
    assertThat(accounts.errors("protected"))
        .singleElement()
        .asString()
        .contains("rights management", "the list of its attachments")
        .doesNotContain("Grant");
  }

  @Test
  void a_full_mailbox_is_told_as_full_whatever_status_says_so() {
    Map.of("full403", 403, "full507", 507)
        .forEach(
            (account, status) -> {
              accounts.fill(account, 2);
              accounts.mailbox(account).fails(Fault.status(status, "ErrorQuotaExceeded"));
              ImportResult result = accounts.importOnce(account);
              assertThat(result.failure())
                  .as(account)
                  .hasMessageContaining(
                      "the mailbox is full (HTTP " + status + " ErrorQuotaExceeded")
                  .hasMessageContaining("Free space in it, raise its quota, or give it an archive");
              assertThat(accounts.requests(account)).as(account).hasSizeLessThan(10);
            });
  }

  @Test
  void folders_are_found_with_a_slash_a_decomposed_umlaut_or_a_blank_at_the_end_of_their_name() {
    Map<String, String[]> folders =
        Map.of(
            "slash",
            new String[] {"Inbox", "Tickets 24/7"},
            "umlaut",
            new String[] {"Posteingang", "U\u0308bergabe"},
            "blank",
            new String[] {"Inbox", "Tickets "});
    folders.forEach(
        (account, names) -> {
          String id = accounts.mailbox(account).createFolder(names);
          accounts
              .mailbox(account)
              .deliver(id, DemoMail.plain(1), java.time.Instant.parse("2026-01-05T08:00:00Z"));
          assertThat(accounts.importOnce(account))
              .as(account)
              .satisfies(
                  result -> {
                    assertThat(result.failure()).isNull();
                    assertThat(result.imported()).isEqualTo(1);
                  });
        });
  }

  @Test
  void
      a_folder_that_is_not_found_because_of_a_slash_in_its_name_is_told_with_the_way_to_write_it() {
    accounts.mailbox("slashless").createFolder("Inbox", "Tickets 24/7");
    assertThat(accounts.importOnce("slashless").failure())
        .hasMessageContaining("the mailbox has no such folder")
        .hasMessageContaining("Tickets 24/7")
        .hasMessageContaining("\\/");
  }

  @Test
  void a_mailbox_whose_name_begins_with_a_dollar_is_read_and_marked() {
    for (int number = 1; number <= 3; number++) {
      accounts.tenant().mailbox("$cash@contoso.com").deliver(DemoMail.plain(number));
    }
    ImportResult result = accounts.importOnce("cash");
    assertThat(result.isComplete()).as("%s", result).isTrue();
    assertThat(result.imported()).isEqualTo(3);
    assertThat(accounts.tenant().mailbox("$cash@contoso.com").unread()).isZero();
  }

  @Test
  void
      each_batch_of_a_mailbox_whose_name_begins_with_a_dollar_is_understood_changes_look_ups_and_moves() {
    DemoMailbox mailbox = accounts.tenant().mailbox("$dollars@contoso.com");
    for (int number = 1; number <= 3; number++) {
      mailbox.deliver(DemoMail.plain(number));
    }
    // what was done isn't known, so that it has to be looked up
    accounts
        .tenant()
        .faults()
        .kind(call -> call.startsWith("POST /v1.0/$batch"), Kind.RESET_AFTER, DemoFaults.ALWAYS);
    assertThat(accounts.importOnce("dollars"))
        .satisfies(
            result -> {
              assertThat(result.imported()).isEqualTo(3);
              assertThat(result.unmarked()).as("%s", result).isEqualTo(3);
            });
    accounts.tenant().faults().clear();
    assertThat(accounts.importOnce("dollars").isComplete()).isTrue();
    assertThat(mailbox.unread()).isZero();
    assertThat(mailbox.messages())
        .hasSize(3)
        .extracting(DemoMessage::folder)
        .containsOnly(mailbox.folder("Archive/Imported"));
    List<DemoRequest> parts =
        accounts.tenant().requests().stream()
            .filter(request -> request.part() && request.mailbox().equals("$dollars@contoso.com"))
            .toList();
    assertThat(parts).extracting(DemoRequest::status).allMatch(status -> status < 300);
    assertThat(parts).extracting(DemoRequest::method).contains("PATCH", "GET", "POST");
  }

  @Test
  void a_token_endpoint_that_answers_with_something_else_is_told_as_not_entra_s(
      CapturedOutput output) {
    Map.of("html", Fault.of(Kind.HTML), "nothing", Fault.of(Kind.EMPTY))
        .forEach(
            (account, fault) -> {
              accounts.fill(account, 1);
              accounts
                  .tenant()
                  .faults()
                  .add(call -> call.contains("/oauth2/v2.0/token"), fault, DemoFaults.ALWAYS);
              ImportResult result = accounts.importOnce(account);
              assertThat(result.failure())
                  .as(account)
                  .hasMessageContaining("the answer isn't Entra ID's")
                  .hasMessageContaining("mailroom.login-url")
                  .hasMessageContaining("mailroom.proxy");
              assertThat(accounts.tenant().faults().hits()).as(account).isLessThan(10);
              accounts.tenant().faults().clear();
            });
    assertThat(output)
        .doesNotContain("NullPointerException")
        .doesNotContain("could not be reached");
  }

  @Test
  void
      exit_3_never_comes_without_a_word_and_a_delivery_that_is_given_up_names_its_attachment_and_what_to_do(
          @TempDir Path own, CapturedOutput output) {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMessage bad = tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
      bad.attach(
          new DemoAttachment(
              "AAkALgAtt1",
              "itemAttachment",
              "Fwd: the offer",
              "message/rfc822",
              false,
              null,
              "Subject: x\r\n\r\ny".getBytes(StandardCharsets.UTF_8)));
      bad.fails(DemoSpot.CONTENT, Fault.status(500, "ErrorInternalServerError"));
      List<String> settings = MailroomRun.settings(tenant, own);
      settings.addAll(
          Arrays.asList(ManyAccounts.settings(own, List.of(), "--mailroom.retry.max-attempts=1")));
      Launcher launcher = MailroomRun.launcher(settings);
      assertThat(
              MailroomCommand.run(
                  new String[] {"import", "--once", "--account", "support"}, launcher))
          .isEqualTo(3);
      assertThat(output)
          .contains("attachment 1 (Fwd: the offer)")
          .contains("Given up after 1 attempt")
          .contains("failed list --account support");
      int before = output.getAll().length();
      tenant.identity().clientsRestart();
      assertThat(
              MailroomCommand.run(
                  new String[] {"import", "--once", "--account", "support"}, launcher))
          .isEqualTo(3);
      assertThat(output.getAll().substring(before))
          .contains("account support: 1 message is given up; see: failed list --account support");
      before = output.getAll().length();
      assertThat(MailroomCommand.run(new String[] {"failed", "list"}, launcher)).isZero();
      assertThat(output.getAll().substring(before))
          .contains("attachment 1 (Fwd: the offer)")
          .contains("failed retry")
          .contains("failed discard")
          .doesNotContain("by itself");
      assertThat(tenant.violations()).isEmpty();
    }
  }
}
