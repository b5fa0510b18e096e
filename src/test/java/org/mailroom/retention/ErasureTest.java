package org.mailroom.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mailroom.retention.RetentionParts.days;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.Postgres;
import org.mailroom.message.MailMessage;
import org.mailroom.retention.Erasure.Result;
import org.mailroom.retention.Erasure.Selection;
import org.springframework.boot.actuate.health.Status;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class ErasureTest {

  private static final String ODD = "AAMk'\"; drop table delivery;--%_\\ü/../=";

  @TempDir private Path folder;

  private RetentionParts parts;

  @BeforeEach
  void empty() {
    parts = new RetentionParts(folder);
  }

  private Result erase(String account, String sender, String message, Duration olderThan) {
    return parts.erasure.erase(
        new Selection(account, sender, message, olderThan), false, looked -> {});
  }

  private Result eraseMessage(String id) {
    return erase(null, null, id, null);
  }

  private long journal() {
    return parts.jdbc.queryForObject("select count(*) from erased_message", Long.class);
  }

  @Test
  void a_message_goes_from_database_and_files_by_either_id_and_the_ledger_keeps_its_keys() {
    MailMessage erased = parts.imports("support", "A", days(1));
    MailMessage other = parts.imports("support", "B", days(1));
    Result result = eraseMessage("A");
    assertThat(result.messages()).isEqualTo(Map.of("support", 1L));
    assertThat(result)
        .extracting(
            Result::rows, Result::attachments, Result::files, Result::discarded, Result::problems)
        .containsExactly(1L, 1L, 2L, 0L, List.of());
    assertThat(result.bytes())
        .isEqualTo(8L + parts.json.toBytes(parts.writeFiles(erased, parts.clock.instant())).length);
    for (String table : List.of("mail_message", "mail_attachment", "ledger_message")) {
      assertThat(parts.ids(table)).as(table).containsExactly("B");
    }
    assertThat(parts.keys())
        .containsExactly(
            "support A database DELIVERED",
            "support A file DELIVERED",
            "support B database DELIVERED",
            "support B file DELIVERED");
    assertThat(
            parts.jdbc.queryForList(
                "select distinct message_id from delivery where erased_at is not null",
                String.class))
        .containsExactly("A");
    assertThat(journal()).isZero();
    assertThat(eraseMessage("<B@example.com>").total()).isEqualTo(1);
    assertThat(parts.hasFiles(other)).isFalse();
    assertThat(eraseMessage("B").total()).as("it is gone already").isZero();
  }

  @Test
  void an_id_may_hold_anything_and_its_case_counts() {
    parts.imports("support", ODD, days(1));
    parts.imports("support", ODD.toLowerCase(java.util.Locale.ROOT), days(1));
    parts.imports("support", "%", days(1));
    parts.imports("support", "x", days(1));
    assertThat(eraseMessage("%").total()).isEqualTo(1);
    assertThat(eraseMessage(ODD).total()).isEqualTo(1);
    assertThat(parts.ids("mail_message"))
        .containsExactlyInAnyOrder("x", ODD.toLowerCase(java.util.Locale.ROOT));
    assertThat(parts.hasFiles(parts.mail("support", "x", days(1), null, null))).isTrue();
  }

  @Test
  void the_same_message_of_two_accounts_goes_from_both_or_from_the_one_that_is_named() {
    for (String id : List.of("A", "B")) {
      parts.imports("support", id, days(1));
      parts.imports("orders", id, days(1));
    }
    assertThat(erase("orders", null, "A", null).messages()).isEqualTo(Map.of("orders", 1L));
    assertThat(parts.hasFiles(parts.mail("support", "A", days(1), null, null))).isTrue();
    assertThat(parts.hasFiles(parts.mail("orders", "A", days(1), null, null))).isFalse();
    assertThat(eraseMessage("B").messages()).isEqualTo(Map.of("orders", 1L, "support", 1L));
    assertThat(
            parts.jdbc.queryForList("select account || message_id from mail_message", String.class))
        .containsExactly("supportA");
  }

  @Test
  void a_sender_is_found_in_any_case_as_from_and_as_sender_in_rows_and_in_files() {
    parts.imports(parts.mail("support", "from", days(1), "O'Brien+x@Example.com", null));
    parts.imports(
        parts.mail("support", "sender", days(1), "boss@example.com", "o'brien+x@example.COM"));
    parts.imports(parts.mail("support", "other", days(1), "no-o'brien+x@example.com", null));
    MailMessage mentions = parts.mail("support", "body", days(1), "anna@example.com", null);
    parts.imports(mentions);
    parts.jdbc.update(
        "update mail_message set document = replace(document, 'body of body', 'write to"
            + " o''brien+x@example.com') where message_id = 'body'");
    MailMessage onlyFile =
        parts.mail("support", "file", days(1), "boss@example.com", "o'brien+x@example.com");
    parts.writeFiles(onlyFile, parts.clock.instant());
    parts.knows(onlyFile, parts.clock.instant(), "file", "DELIVERED");
    MailMessage queued = parts.mail("support", "queue", days(1), "o'brien+x@example.com", null);
    parts.knows(queued, parts.clock.instant(), "queue", "DELIVERED");
    Result result = erase(null, "o'brien+X@example.com", null, null);
    assertThat(result.total()).isEqualTo(4);
    assertThat(result.elsewhere()).isEqualTo(Map.of("queue", 1L));
    assertThat(parts.ids("ledger_message")).containsExactly("body", "other");
    assertThat(parts.ids("mail_message")).containsExactly("body", "other");
    assertThat(parts.hasFiles(onlyFile)).isFalse();

    parts.imports(parts.mail("support", "accent", days(1), "J\u00fcrgen@Example.com", null));
    parts.imports(
        parts.mail("support", "on-behalf", days(1), "boss@example.com", "J\u00dcRGEN@example.com"));
    assertThat(erase(null, "J\u00dcRGEN@example.com", null, null).total())
        .as("a database may know the case of ASCII's letters alone")
        .isEqualTo(2);
    assertThat(erase(null, "*@example.com", null, null).total())
        .as("an address, and no pattern")
        .isZero();
  }

  @Test
  void two_that_erase_the_same_at_the_same_time_both_come_to_their_end() throws Exception {
    RetentionParts other = parts.ofAnotherProcess(folder);
    for (int number = 0; number < 250; number++) {
      parts.imports("support", "M" + number, days(1));
    }
    CyclicBarrier both = new CyclicBarrier(2);
    List<CompletableFuture<Result>> results =
        Stream.of(parts, other)
            .map(
                each ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            both.await();
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                          return each.erasure.erase(
                              new Selection(null, "anna@example.com", null, null),
                              false,
                              looked -> {});
                        }))
            .toList();
    for (CompletableFuture<Result> result : results) {
      assertThat(result.get(60, TimeUnit.SECONDS).problems()).isEmpty();
    }
    assertThat(results.stream().mapToLong(result -> result.join().rows()).sum())
        .as("each row goes once")
        .isEqualTo(250);
    assertThat(parts.ids("mail_message")).isEmpty();
    assertThat(parts.ids("erased_message")).isEmpty();
    assertThat(parts.keys()).hasSize(500);
  }

  @Test
  void what_is_older_goes_by_its_import_and_a_dry_run_only_says_so() {
    parts.imports("support", "old", days(10));
    MailMessage lately = parts.mail("support", "lately", days(10), "anna@example.com", null);
    parts.writeRow(lately);
    parts.knows(lately, parts.clock.instant(), "database", "DELIVERED");
    MailMessage waits = parts.mail("support", "waits", days(10), "anna@example.com", null);
    parts.knows(waits, waits.receivedAt(), "file", "FAILED");
    List<String> before = parts.keys();
    Result would =
        parts.erasure.erase(new Selection(null, null, null, days(9)), true, looked -> {});
    assertThat(parts.keys()).isEqualTo(before);
    assertThat(parts.ids("ledger_message")).containsExactly("lately", "old", "waits");
    assertThat(parts.ids("mail_message")).containsExactly("lately", "old");
    assertThat(parts.hasFiles(parts.mail("support", "old", days(10), null, null))).isTrue();
    assertThat(erase(null, null, null, days(9))).isEqualTo(would);
    assertThat(would.discarded()).isEqualTo(1);
    assertThat(would.files()).isEqualTo(2);
    assertThat(parts.ids("ledger_message")).containsExactly("lately");
  }

  @Test
  void what_waits_or_was_given_up_is_discarded_with_its_texts() {
    MailMessage mail = parts.imports("support", "A", days(1));
    parts.knows(mail, parts.clock.instant(), "queue", "PENDING");
    parts.knows(mail, parts.clock.instant(), "crm", "FAILED");
    assertThat(eraseMessage("A").discarded()).isEqualTo(2);
    assertThat(parts.keys()).contains("support A queue DISCARDED", "support A crm DISCARDED");
    assertThat(
            parts.jdbc.queryForObject(
                "select count(*) from delivery where last_error is not null or subject is not null"
                    + " or next_attempt_at is not null",
                Integer.class))
        .isZero();
  }

  @Test
  void what_an_import_had_in_hand_and_brings_again_is_erased_again() {
    MailMessage mail = parts.imports("support", "A", days(1));
    parts.knows(mail, parts.clock.instant(), "queue", "PENDING");
    eraseMessage("A");
    assertThat(journal()).isEqualTo(1);
    parts.writeRow(parts.writeFiles(mail, parts.clock.instant()));
    parts.clock.pass(Duration.ofMinutes(5));
    parts.retention.look();
    assertThat(parts.ids("mail_message")).isEmpty();
    assertThat(parts.hasFiles(mail)).isFalse();
    parts.knows(mail, parts.clock.instant(), "crm", "DELIVERED");
    parts.writeRow(parts.writeFiles(mail, parts.clock.instant()));
    parts.clock.pass(Duration.ofHours(6));
    parts.retention.look();
    assertThat(parts.ids("mail_message")).isEmpty();
    assertThat(parts.ids("ledger_message")).isEmpty();
    assertThat(parts.hasFiles(mail)).isFalse();
    assertThat(journal()).as("no import can have it in hand any more").isZero();
  }

  @Test
  void a_kill_between_rows_and_files_leaves_nothing_half_whoever_comes_next() {
    for (int number = 10; number < 22; number++) {
      parts.imports("support", "M" + number, days(1));
    }
    AtomicInteger removed = new AtomicInteger();
    parts.remover =
        path -> {
          if (removed.incrementAndGet() % 9 == 0) {
            throw new InternalError("killed");
          }
          return Files.deleteIfExists(path);
        };
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> erase(null, "anna@example.com", null, null))
        .isInstanceOf(InternalError.class);
    assertThat(parts.ids("mail_message")).isEmpty();
    assertThat(journal()).isPositive();
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> erase(null, "anna@example.com", null, null))
        .isInstanceOf(InternalError.class);
    parts.remover = Files::deleteIfExists;
    parts.clock.passSeconds(60);
    parts.retention.look();
    assertThat(journal()).isZero();
    assertThat(files()).isEmpty();
  }

  private List<Path> files() {
    try (var files = Files.walk(parts.folders.root())) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void
      a_file_that_can_not_be_deleted_is_told_and_goes_later_though_nothing_finds_its_message_any_more() {
    MailMessage stuck = parts.imports("support", "A", days(1));
    parts.imports("support", "B", days(1));
    Path file = parts.folders.of(stuck).messageJson();
    parts.remover =
        path -> {
          if (path.equals(file)) {
            throw new AccessDeniedException(path.toString());
          }
          return Files.deleteIfExists(path);
        };
    Result result = erase(null, "anna@example.com", null, null);
    assertThat(result.problems()).singleElement().asString().contains(file + " can't be deleted");
    assertThat(result.total()).isEqualTo(2);
    assertThat(files()).containsExactly(file);
    parts.retention.look();
    assertThat(parts.health.health().getStatus()).isEqualTo(new Status("WARNING"));
    assertThat(erase(null, "anna@example.com", null, null).problems())
        .as("tried again, and told again")
        .hasSize(1);
    parts.remover = Files::deleteIfExists;
    parts.anHourLater();
    assertThat(files()).isEmpty();
    assertThat(parts.health.health().getStatus()).isEqualTo(Status.UP);
  }

  @Test
  void behind_a_link_nothing_is_deleted_and_that_is_told() throws IOException {
    Path elsewhere = folder.resolve("other disk");
    Files.createDirectories(elsewhere);
    Files.createDirectories(parts.folders.root());
    Files.createSymbolicLink(parts.folders.root().resolve("support"), elsewhere);
    MailMessage mail = parts.imports("support", "A", days(1));
    assertThat(eraseMessage("A").problems())
        .singleElement()
        .asString()
        .contains("is a symbolic link, which isn't followed");
    assertThat(parts.hasFiles(mail)).isTrue();
    assertThat(parts.ids("mail_message")).isEmpty();
  }

  @Test
  void files_of_a_message_without_a_time_are_found() {
    MailMessage mail = parts.mail("support", "A", null, "anna@example.com", null);
    MailMessage sent = parts.mail("support", "A", days(30), "anna@example.com", null);
    parts.writeFiles(sent, parts.clock.instant());
    parts.knows(mail, parts.clock.instant(), "file", "DELIVERED");
    assertThat(eraseMessage("A").files()).isEqualTo(2);
    assertThat(parts.hasFiles(sent)).isFalse();
  }

  private void forgetAll() {
    List.of("mail_attachment", "mail_message", "ledger_message", "delivery", "erased_message")
        .forEach(table -> parts.jdbc.update("delete from " + table));
  }

  @Test
  void it_all_works_in_postgresql() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      DataSource database = postgres.getPostgresDatabase();
      Flyway.configure().dataSource(database).load().migrate();
      parts =
          new RetentionParts(
              new JdbcTemplate(database),
              new TransactionTemplate(new DataSourceTransactionManager(database)),
              folder,
              "retention.database",
              "365d",
              "retention.files",
              "90d");
      an_id_may_hold_anything_and_its_case_counts();
      forgetAll();
      a_sender_is_found_in_any_case_as_from_and_as_sender_in_rows_and_in_files();
      forgetAll();
      what_waits_or_was_given_up_is_discarded_with_its_texts();
      forgetAll();
      two_that_erase_the_same_at_the_same_time_both_come_to_their_end();
      forgetAll();
      parts.imports("orders", "older", days(100));
      parts.imports("orders", "oldest", days(400));
      MailMessage undated = parts.mail("orders", "undated", null, "anna@example.com", null);
      parts.writeRow(parts.writeFiles(undated, parts.clock.instant().minus(days(100))));
      parts.retention.look();
      assertThat(
              parts.jdbc.queryForList(
                  "select message_id from mail_message where account = 'orders' order by 1",
                  String.class))
          .containsExactly("older", "undated");
      assertThat(
              parts.jdbc.queryForList(
                  "select message_id from ledger_message where account = 'orders'", String.class))
          .containsExactly("older");
      assertThat(
              parts.jdbc.queryForList(
                  "select location from mail_attachment where account = 'orders'", String.class))
          .containsOnlyNulls();
      forgetAll();
      what_an_import_had_in_hand_and_brings_again_is_erased_again();
      forgetAll();
      parts.imports("orders", "older", days(100));
      assertThat(erase("orders", null, null, days(99)).messages()).isEqualTo(Map.of("orders", 1L));
    }
  }
}
