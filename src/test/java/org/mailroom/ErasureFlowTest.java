package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * The commands {@code export} and {@code erase} beside a Mailroom that runs, over the demo tenant,
 * into database, files and queue.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ErasureFlowTest {

  private static final int MESSAGES = 14;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
  private Path folder;
  private MailroomRun mailroom;

  @BeforeAll
  void importAll(@TempDir Path shared) {
    folder = shared;
    DemoMail maker = new DemoMail(7);
    for (int i = 0; i < MESSAGES; i++) {
      mailbox.deliver(maker.next());
    }
    mailroom =
        MailroomRun.start(
            tenant,
            folder,
            "--mailroom.accounts.support.deliver-to=database,file,queue",
            "--mailroom.accounts.support.content=both");
    assertThat(mailroom.importSupport().imported()).isEqualTo(MESSAGES);
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private int run(String... words) {
    List<String> all = MailroomRun.settings(tenant, folder);
    all.add("--mailroom.accounts.support.deliver-to=database,file,queue");
    return MailroomCommand.run(words, MailroomRun.launcher(all));
  }

  private long files() throws IOException {
    try (var files = Files.walk(folder.resolve("data/mail"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private String sender() {
    return mailroom.database().queryForObject("select min(sender) from mail_message", String.class);
  }

  @Test
  @Order(1)
  void what_is_no_use_of_a_command_ends_with_2_and_says_what_is_right(CapturedOutput output) {
    List.of(
            new String[] {"erase"},
            new String[] {"erase", "--sender", "a@b", "--message", "x"},
            new String[] {"erase", "--older-than", "365"},
            new String[] {"erase", "--older-than", "soon"},
            new String[] {"erase", "--sender", " "},
            new String[] {"export", "--format", "jsonl"},
            new String[] {"export", "--since", "2026-01-01"},
            new String[] {"export", "--since", "2026-01-01", "--format", "pst"},
            new String[] {
              "export", "--since", "2026-01-02", "--until", "2026-01-01", "--format", "mbox"
            },
            new String[] {
              "export", "--since", "2026-01-01", "--format", "mbox", "--output", "/nowhere/at/all"
            })
        .forEach(words -> assertThat(run(words)).as("%s", String.join(" ", words)).isEqualTo(2));
    assertThat(output.getErr().replaceAll("\\s+", " "))
        .contains("'365' is no age. Write a number with its unit, such as 365d or 12h.")
        .contains("must be a file in a folder that is there")
        .contains("Missing required argument")
        .contains("mutually exclusive")
        .doesNotContain("\tat ");
    assertThat(run("erase", "--help")).isZero();
    assertThat(run("export", "--help")).isZero();
    assertThat(output.getOut().replaceAll("\\s+", " "))
        .contains("9 not all could be erased")
        .contains("--dry-run")
        .contains("--older-than")
        .contains("9 not all could be read or written")
        .contains("JSONL");
  }

  @Test
  @Order(2)
  void an_export_is_the_documents_or_the_mails_and_nothing_but_them(CapturedOutput output)
      throws IOException {
    Path jsonl = folder.resolve("all.jsonl");
    assertThat(
            run(
                "export",
                "--since",
                "2000-01-01",
                "--format",
                "jsonl",
                "--output",
                jsonl.toString()))
        .isZero();
    List<String> lines = Files.readAllLines(jsonl);
    assertThat(lines)
        .hasSize(MESSAGES)
        .containsExactlyInAnyOrderElementsOf(
            mailroom.database().queryForList("select document from mail_message", String.class));
    assertThat(Files.getPosixFilePermissions(jsonl))
        .extracting(Enum::name)
        .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
    assertThat(output.getErr()).contains("Exported " + MESSAGES + " messages.");
    int before = output.getOut().length();
    assertThat(run("export", "--since", "2000-01-01", "--account", "support", "--format", "mbox"))
        .isZero();
    String mbox = output.getOut().substring(before);
    assertThat(mbox).startsWith("From ").doesNotContain("INFO").doesNotContain("Exported");
    assertThat(mbox.lines().filter(line -> line.startsWith("From ")).count()).isEqualTo(MESSAGES);
    for (DemoMessage message : mailbox.messages()) {
      assertThat(mbox)
          .contains(
              "Message-ID: "
                  + mailroom
                      .database()
                      .queryForObject(
                          "select internet_message_id from mail_message where message_id = ?",
                          String.class,
                          message.immutableId()));
    }
  }

  @Test
  @Order(3)
  void a_dry_run_changes_nothing_and_an_erasure_takes_all_and_nothing_comes_again(
      CapturedOutput output) throws IOException {
    String sender = sender();
    long its = mailroom.rows("mail_message where sender = '" + sender + "'");
    long rows = mailroom.rows("mail_message");
    long files = files();
    long keys = mailroom.rows("delivery");
    assertThat(run("erase", "--sender", sender.toUpperCase(java.util.Locale.ROOT), "--dry-run"))
        .isZero();
    assertThat(output.getOut())
        .contains(
            "Would erase " + (its == 1 ? "1 message" : its + " messages") + ": " + its + " rows")
        .contains("Destination queue has")
        .contains("can't be recalled");
    assertThat(files()).isEqualTo(files);
    assertThat(mailroom.rows("mail_message")).isEqualTo(rows);
    assertThat(mailroom.rows("console_trail")).as("exports alone").isEqualTo(2);
    assertThat(run("erase", "--sender", sender)).isZero();
    assertThat(output.getOut()).contains("Erased " + (its == 1 ? "1 message" : its + " messages"));
    assertThat(mailroom.rows("mail_message")).isEqualTo(rows - its);
    String id =
        mailroom
            .database()
            .queryForObject("select min(message_id) from mail_message", String.class);
    assertThat(run("erase", "--message", id, "--account", "support")).isZero();
    assertThat(mailroom.rows("mail_message where message_id = '" + id + "'")).isZero();
    assertThat(run("erase", "--older-than", "0s")).isZero();
    assertThat(mailroom.rows("mail_message")).isZero();
    assertThat(mailroom.rows("mail_attachment")).isZero();
    assertThat(mailroom.rows("ledger_message")).isZero();
    assertThat(files()).isZero();
    assertThat(mailroom.rows("delivery")).isEqualTo(keys);
    assertThat(run("erase", "--older-than", "0s")).isZero();
    assertThat(output.getOut()).contains("There is nothing to erase");
    List<String> trail =
        mailroom
            .database()
            .queryForList(
                "select who || ' ' || action || ' ' || subject || ' ' || detail from"
                    + " console_trail order by id",
                String.class);
    assertThat(trail)
        .hasSize(6)
        .allMatch(line -> line.startsWith(System.getProperty("user.name") + " (command line) "))
        .noneMatch(line -> line.contains("@"));
    assertThat(trail.get(2))
        .contains(
            "ERASED what a sender sent, of all accounts "
                + (its == 1 ? "1 message" : its + " messages")
                + ": "
                + its
                + " rows");
    assertThat(trail.get(0))
        .contains("EXPORTED messages of all accounts " + MESSAGES + " messages as jsonl");

    mailbox.unreadAll();
    ImportResult again = mailroom.importSupport();
    assertThat(again.isComplete()).isTrue();
    assertThat(again.imported()).isZero();
    assertThat(mailbox.unread()).isZero();
    assertThat(mailroom.rows("mail_message")).isZero();
    assertThat(files()).isZero();
    assertThat(mailroom.queued()).isEqualTo(MESSAGES);
  }

  @Test
  @Order(4)
  void what_waited_for_another_try_does_not_come_back_when_it_is_erased(CapturedOutput output)
      throws IOException {
    DemoMessage message = mailbox.deliver(DemoMail.plain(99));
    mailroom
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts, last_error,"
                + " next_attempt_at, subject) values ('support', ?, 'file', 'PENDING', 1,"
                + " 'refused', timestamp '2026-01-01 00:00:00', 'Plain message 99')",
            message.immutableId());
    mailroom
        .database()
        .update(
            "insert into ledger_message (account, message_id, listed_at, subject) values"
                + " ('support', ?, current_timestamp, 'Plain message 99')",
            message.immutableId());
    assertThat(run("erase", "--message", message.immutableId())).isZero();
    assertThat(output.getOut())
        .contains("1 delivery discarded")
        .contains("it isn't delivered, and counts as done when the mailbox is read");
    ImportResult result = mailroom.importSupport();
    assertThat(result.isComplete()).isTrue();
    assertThat(mailbox.unread()).isZero();
    assertThat(mailroom.rows("mail_message")).isZero();
    assertThat(files()).isZero();
  }

  @Test
  @Order(5)
  void an_account_that_nobody_knows_is_misuse_and_one_that_left_the_settings_is_not(
      CapturedOutput output) {
    assertThat(run("erase", "--older-than", "1d", "--account", "nobody")).isEqualTo(2);
    assertThat(output.getErr()).contains("There is no account 'nobody'");
    mailroom
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts) values"
                + " ('gone', 'A', 'queue', 'DELIVERED', 1)");
    assertThat(run("erase", "--older-than", "1d", "--account", "gone")).isZero();
  }
}
