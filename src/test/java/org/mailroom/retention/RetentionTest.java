package org.mailroom.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mailroom.retention.RetentionParts.days;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.MigratedDatabase;
import org.mailroom.account.Account;
import org.mailroom.message.MailMessage;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

@ExtendWith(OutputCaptureExtension.class)
class RetentionTest {

  @TempDir private Path folder;

  @Test
  void without_a_setting_nothing_is_ever_deleted() {
    RetentionParts parts = new RetentionParts(folder);
    MailMessage old = parts.imports("support", "A", days(4000));
    parts.anHourLater();
    assertThat(parts.ids("mail_message")).containsExactly("A");
    assertThat(parts.ids("ledger_message")).containsExactly("A");
    assertThat(parts.hasFiles(old)).isTrue();
    assertThat(parts.health.health().getDetails())
        .containsEntry("database", "kept for ever")
        .containsEntry("files", "kept for ever");
  }

  @Test
  void rows_and_files_and_texts_of_what_was_imported_longer_ago_go_and_the_ledger_keeps_its_keys(
      CapturedOutput output) {
    RetentionParts parts =
        new RetentionParts(folder, "retention.database", "365d", "retention.files", "365d");
    MailMessage old = parts.imports("support", "A", days(366));
    MailMessage young = parts.imports("support", "B", days(364));
    MailMessage lately = parts.mail("support", "C", days(1000), "anna@example.com", null);
    Instant now = parts.clock.instant();
    parts.writeRow(parts.writeFiles(lately, now));
    parts.knows(lately, now, "database", "DELIVERED");
    MailMessage queued = parts.mail("support", "D", days(400), "anna@example.com", null);
    parts.knows(queued, queued.receivedAt(), "queue", "DELIVERED");
    MailMessage discarded = parts.mail("orders", "A", days(400), "anna@example.com", null);
    parts.knows(discarded, discarded.receivedAt(), "file", "DISCARDED");
    parts.retention.look();
    assertThat(parts.ids("mail_message"))
        .as("C was received long ago, and imported now")
        .containsExactly("B", "C");
    assertThat(parts.ids("mail_attachment")).containsExactly("B", "C");
    assertThat(parts.ids("ledger_message")).containsExactly("B", "C");
    assertThat(parts.hasFiles(old)).isFalse();
    assertThat(parts.hasFiles(young)).isTrue();
    assertThat(parts.hasFiles(lately)).isTrue();
    assertThat(parts.keys())
        .containsExactly(
            "orders A file DISCARDED",
            "support A database DELIVERED",
            "support A file DELIVERED",
            "support B database DELIVERED",
            "support B file DELIVERED",
            "support C database DELIVERED",
            "support D queue DELIVERED");
    assertThat(
            parts.jdbc.queryForObject(
                "select count(*) from delivery where last_error is not null or subject is not null"
                    + " or erased_at is not null",
                Integer.class))
        .isZero();
    assertThat(parts.deleted("messages")).isEqualTo(1);
    assertThat(parts.deleted("attachments")).isEqualTo(1);
    assertThat(parts.deleted("files")).isEqualTo(2);
    assertThat(output)
        .containsOnlyOnce("INFO")
        .contains(
            "1 messages with 1 attachments from the database (imported before 2025-03-01), 2 files")
        .doesNotContain("about A");
    parts.anHourLater();
    assertThat(output).as("a run that did nothing says nothing").containsOnlyOnce("INFO");
  }

  @Test
  void a_message_that_waits_or_was_given_up_stays_until_that_is_decided() {
    RetentionParts parts = new RetentionParts(folder, "retention.database", "365d");
    for (String status : new String[] {"PENDING", "FAILED"}) {
      MailMessage mail = parts.mail("support", status, days(400), "anna@example.com", null);
      parts.writeRow(mail);
      parts.knows(mail, mail.receivedAt(), "database", "DELIVERED");
      parts.knows(mail, mail.receivedAt(), "queue", status);
    }
    parts.retention.look();
    assertThat(parts.ids("mail_message")).containsExactly("FAILED", "PENDING");
    assertThat(parts.ids("ledger_message")).containsExactly("FAILED", "PENDING");
    parts.jdbc.update("update delivery set status = 'DISCARDED' where status = 'FAILED'");
    parts.anHourLater();
    assertThat(parts.ids("mail_message")).containsExactly("PENDING");
    assertThat(parts.ids("ledger_message")).containsExactly("PENDING");
    assertThat(parts.keys()).contains("support FAILED queue DISCARDED");
    assertThat(
            parts.jdbc.queryForList(
                "select last_error from delivery where message_id = 'FAILED' and destination ="
                    + " 'queue'",
                String.class))
        .containsOnlyNulls();
  }

  @Test
  void what_the_ledger_recognises_a_message_by_stays_as_long_as_files_of_it_do() {
    RetentionParts parts =
        new RetentionParts(folder, "retention.database", "100d", "retention.files", "200d");
    MailMessage mail = parts.imports("support", "A", days(150));
    parts.retention.look();
    assertThat(parts.ids("mail_message")).isEmpty();
    assertThat(parts.ids("ledger_message")).as("erase finds it by that").containsExactly("A");
    assertThat(parts.hasFiles(mail)).isTrue();
    parts.clock.pass(days(51));
    parts.retention.look();
    assertThat(parts.hasFiles(mail)).isFalse();
    assertThat(parts.ids("ledger_message")).isEmpty();
    assertThat(parts.keys())
        .containsExactly("support A database DELIVERED", "support A file DELIVERED");
  }

  @Test
  void rows_whose_files_are_gone_do_not_say_that_they_are_there() throws IOException {
    RetentionParts parts =
        new RetentionParts(folder, "retention.database", "365d", "retention.files", "90d");
    parts.imports("support", "A", days(100));
    MailMessage undated = parts.mail("support", "N", null, null, null);
    parts.writeRow(parts.writeFiles(undated, parts.clock.instant().minus(days(100))));
    parts.imports("support", "B", days(80));
    parts.retention.look();
    assertThat(parts.ids("mail_message")).containsExactly("A", "B", "N");
    assertThat(
            parts.jdbc.queryForList(
                "select message_id from mail_attachment where location is not null", String.class))
        .containsExactly("B");
    for (String id : new String[] {"A", "N"}) {
      MailMessage document =
          parts.json.read(
              parts.jdbc.queryForObject(
                  "select document from mail_message where message_id = ?", String.class, id));
      assertThat(document.attachments())
          .singleElement()
          .satisfies(
              attachment -> {
                assertThat(attachment.location()).isNull();
                assertThat(attachment.notStored()).isEqualTo("deleted by mailroom.retention.files");
                assertThat(attachment.name()).isEqualTo("order.txt");
              });
    }
    assertThat(parts.hasFiles(undated)).isFalse();
  }

  @Test
  void folders_of_days_go_when_nothing_lies_in_them_and_nothing_else_is_touched()
      throws IOException {
    RetentionParts parts = new RetentionParts(folder, "retention.files", "90d");
    Instant longAgo = parts.clock.instant().minus(days(400));
    MailMessage old = parts.imports("support", "A", days(400));
    MailMessage sameMonth = parts.imports("orders", "B", days(89));
    Path stray =
        parts
            .folders
            .root()
            .resolve("support/2025/01/notes/deadbeefdeadbeefdeadbeefdeadbeef/x.txt");
    Path beside = folder.resolve("database.mv.db");
    Path top = parts.folders.root().resolve("support/readme.txt");
    Path elsewhere = folder.resolve("elsewhere/0123456789abcdef0123456789abcdef/secret.txt");
    Path day = parts.folders.of("support", "L", longAgo).path().getParent();
    for (Path file : new Path[] {stray, beside, top, elsewhere}) {
      RetentionParts.write(file, "x", longAgo);
    }
    // a link in a message's folder goes itself; one in place of a folder isn't followed
    Files.createSymbolicLink(parts.folders.of(old).path().resolve("attachments/link"), elsewhere);
    Files.createSymbolicLink(
        day.resolve("0123456789abcdef0123456789abcdef"), elsewhere.getParent());
    Files.createSymbolicLink(parts.folders.root().resolve("linked"), folder.resolve("elsewhere"));
    Files.createSymbolicLink(folder.resolve("mail/support/2024"), folder.resolve("elsewhere"));
    parts.retention.look();
    assertThat(parts.hasFiles(old)).isFalse();
    assertThat(parts.hasFiles(sameMonth)).isTrue();
    assertThat(new Path[] {stray, beside, top, elsewhere}).allMatch(Files::exists);
    assertThat(day.resolve("0123456789abcdef0123456789abcdef")).isSymbolicLink();
  }

  @Test
  void empty_folders_of_days_months_and_years_go() {
    RetentionParts parts = new RetentionParts(folder, "retention.files", "90d");
    MailMessage old = parts.imports("support", "A", days(400));
    parts.retention.look();
    assertThat(parts.folders.of(old).path().getParent().getParent().getParent()).doesNotExist();
    assertThat(parts.folders.root().resolve("support")).exists();
  }

  @Test
  void a_file_that_can_not_be_deleted_is_told_by_log_and_health_the_others_go_and_it_is_tried_again(
      CapturedOutput output) {
    RetentionParts parts =
        new RetentionParts(folder, "retention.files", "90d", "retention.database", "90d");
    MailMessage stuck = parts.imports("support", "A", days(100));
    MailMessage other = parts.imports("support", "B", days(100));
    Path file = parts.folders.of(stuck).messageJson();
    parts.remover =
        path -> {
          if (path.equals(file)) {
            throw new java.nio.file.AccessDeniedException(path.toString());
          }
          return Files.deleteIfExists(path);
        };
    parts.retention.look();
    assertThat(parts.hasFiles(other)).isFalse();
    assertThat(file).exists();
    assertThat(parts.ids("mail_message")).isEmpty();
    assertThat(parts.ids("ledger_message")).containsExactly("A");
    assertThat(output)
        .containsOnlyOnce("WARN")
        .contains(file + " can't be deleted")
        .contains("let the user that Mailroom runs as write to its folder");
    assertThat(parts.health.health().getStatus()).isEqualTo(new Status("WARNING"));
    assertThat(parts.health.health().getDetails().get("reason"))
        .asString()
        .contains(file.toString())
        .contains("tried again");
    parts.anHourLater();
    assertThat(output).as("told once").containsOnlyOnce("WARN");
    parts.remover = Files::deleteIfExists;
    parts.anHourLater();
    assertThat(parts.hasFiles(stuck)).isFalse();
    assertThat(parts.ids("ledger_message")).isEmpty();
    assertThat(parts.health.health().getStatus()).isEqualTo(Status.UP);
  }

  @Test
  void a_run_that_was_killed_is_completed_by_the_next_one() {
    RetentionParts parts =
        new RetentionParts(folder, "retention.files", "90d", "retention.database", "90d");
    for (int number = 1; number <= 20; number++) {
      parts.imports("support", "M" + number, days(100));
    }
    AtomicInteger removed = new AtomicInteger();
    parts.remover =
        path -> {
          if (removed.incrementAndGet() == 25) {
            throw new InternalError("killed");
          }
          return Files.deleteIfExists(path);
        };
    try {
      parts.retention.look();
    } catch (InternalError killed) {
      assertThat(parts.ids("ledger_message")).isNotEmpty();
    }
    assertThat(removed).hasValue(25);
    parts.remover = Files::deleteIfExists;
    parts.anHourLater();
    assertThat(parts.ids("mail_message")).isEmpty();
    assertThat(parts.ids("ledger_message")).isEmpty();
    assertThat(parts.folders.root().resolve("support")).isEmptyDirectory();
    assertThat(parts.keys()).hasSize(40);
  }

  @Test
  void one_node_at_a_time_deletes_and_that_of_a_dead_one_is_taken_over() {
    RetentionParts parts = new RetentionParts(folder, "retention.database", "90d");
    parts.imports("support", "A", days(100));
    RetentionTurn other = parts.otherNode();
    assertThat(other.take()).isTrue();
    parts.retention.look();
    assertThat(parts.ids("mail_message")).containsExactly("A");
    parts.clock.pass(RetentionTurn.LEASE.minusSeconds(1));
    parts.retention.look();
    assertThat(parts.ids("mail_message")).containsExactly("A");
    parts.clock.passSeconds(1);
    parts.retention.look();
    assertThat(parts.ids("mail_message")).isEmpty();
    parts.clock.passSeconds(31);
    assertThat(other.keep()).as("the one before has lost it").isFalse();
    assertThat(other.take()).as("it was given back").isTrue();
  }

  @Test
  void it_runs_at_its_interval_or_times_whichever_node_did_so_last() {
    RetentionParts parts =
        new RetentionParts(folder, "retention.database", "90d", "retention.every", "6h");
    parts.retention.look();
    parts.imports("support", "A", days(100));
    parts.clock.pass(Duration.ofHours(6).minusSeconds(1));
    parts.retention.look();
    assertThat(parts.ids("mail_message")).containsExactly("A");
    parts.clock.passSeconds(1);
    parts.retention.look();
    assertThat(parts.ids("mail_message")).isEmpty();

    RetentionParts nightly =
        new RetentionParts(
            folder,
            "retention.database",
            "90d",
            "retention.at",
            "0 0 3 * * *",
            "retention.zone",
            "UTC");
    nightly.imports("support", "A", days(100));
    nightly.clock.pass(Duration.ofHours(3).minusSeconds(1));
    nightly.retention.look();
    assertThat(nightly.ids("mail_message")).containsExactly("A");
    nightly.clock.passSeconds(1);
    nightly.retention.look();
    assertThat(nightly.ids("mail_message")).isEmpty();
    nightly.imports("support", "B", days(100));
    nightly.clock.pass(Duration.ofHours(23));
    nightly.retention.look();
    assertThat(nightly.ids("mail_message")).containsExactly("B");
  }

  @Test
  void a_clock_that_was_wrong_and_is_set_back_keeps_it_from_nothing() {
    RetentionParts parts = new RetentionParts(folder, "retention.database", "90d");
    parts.clock.pass(days(365));
    parts.retention.look();
    assertThat(parts.otherNode().take()).as("a node takes its turn, and dies").isTrue();
    parts.clock.pass(days(-365));
    parts.imports("support", "A", days(100));
    parts.retention.look();
    assertThat(parts.ids("mail_message")).isEmpty();
    parts.imports("support", "B", days(100));
    parts.retention.look();
    assertThat(parts.ids("mail_message"))
        .as("the next one comes at the interval")
        .containsExactly("B");
  }

  @Test
  void by_a_clock_that_is_ahead_of_the_services_nothing_is_deleted_and_that_is_told(
      CapturedOutput output) {
    RetentionParts parts =
        new RetentionParts(folder, "retention.database", "90d", "retention.files", "90d");
    MailMessage young = parts.imports("support", "A", days(1));
    when(parts.accounts.all()).thenReturn(List.of(mock(Account.class)));
    parts.imports("support", "old", days(100));
    parts.retention.look();
    assertThat(parts.ids("mail_message"))
        .as("the service's first answer is waited for")
        .containsExactly("A", "old");
    when(parts.service.isKnown()).thenReturn(true);
    parts.retention.look();
    assertThat(parts.ids("mail_message")).containsExactly("A");
    Instant right = parts.clock.instant();
    when(parts.service.now()).thenReturn(right);
    parts.clock.pass(days(200));
    parts.anHourLater();
    parts.anHourLater();
    assertThat(parts.ids("mail_message")).containsExactly("A");
    assertThat(parts.hasFiles(young)).isTrue();
    assertThat(parts.retention.status().problem())
        .contains("this machine's clock is 4802 hours ahead of Microsoft Graph's")
        .contains("Set the clock");
    assertThat(output.getOut().lines().filter(line -> line.contains("Set the clock"))).isNotEmpty();
    parts.clock.pass(days(-200).minus(Duration.ofHours(2)));
    when(parts.service.now()).thenAnswer(asked -> parts.clock.instant());
    parts.retention.look();
    assertThat(parts.retention.status().problem()).isNull();
    parts.clock.pass(days(90));
    parts.retention.look();
    assertThat(parts.ids("mail_message")).isEmpty();
  }

  @Test
  void many_messages_go_in_small_transactions() {
    MigratedDatabase database = new MigratedDatabase();
    List<Long> gone = new ArrayList<>();
    TransactionTemplate counting =
        new TransactionTemplate(database.transaction().getTransactionManager()) {
          @Override
          public <T> T execute(TransactionCallback<T> action) {
            long before = database.rows("mail_message") + database.rows("ledger_message");
            T result = super.execute(action);
            gone.add(before - database.rows("mail_message") - database.rows("ledger_message"));
            return result;
          }
        };
    RetentionParts parts =
        new RetentionParts(database.jdbc(), counting, folder, "retention.database", "365d");
    for (int number = 0; number < 1_250; number++) {
      MailMessage mail = parts.mail("support", "M" + number, days(400), "anna@example.com", null);
      parts.writeRow(mail);
      parts.knows(mail, mail.receivedAt(), "database", "DELIVERED");
    }
    parts.retention.look();
    assertThat(database.rows("mail_message")).isZero();
    assertThat(database.rows("ledger_message")).isZero();
    assertThat(gone).hasSizeBetween(13, 20).allMatch(rows -> rows <= 200);
    assertThat(parts.keys()).hasSize(1_250);
  }

  @Test
  void a_run_ends_when_its_time_is_over_and_the_next_one_goes_on(CapturedOutput output) {
    RetentionParts parts =
        new RetentionParts(folder, "retention.files", "90d", "retention.longest-run", "10s");
    for (int number = 1; number <= 10; number++) {
      parts.imports("support", "M" + number, days(100));
    }
    parts.remover =
        path -> {
          parts.clock.passSeconds(1);
          return Files.deleteIfExists(path);
        };
    parts.retention.look();
    assertThat(parts.deleted("files")).isBetween(2.0, 10.0);
    assertThat(output).contains("there may be more, which goes with the next run");
    for (int run = 0; run < 6; run++) {
      parts.anHourLater();
    }
    assertThat(parts.deleted("files")).isEqualTo(20);
  }
}
