package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoSpot;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What goes wrong because of one message is found to be that message's, told of it, and holds up no
 * other.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OneMessageIsOneMessageTest {

  /** How a page can fail because of one message. */
  private static final Map<String, Fault> PAGES =
      new LinkedHashMap<>(
          Map.ofEntries(
              Map.entry("s400", Fault.status(400, "ErrorInvalidRecipients")),
              Map.entry("s403", Fault.status(403, "ErrorAccessDenied")),
              Map.entry("s404", Fault.status(404, "ErrorItemNotFound")),
              Map.entry("s409", Fault.status(409, "ErrorIrresolvableConflict")),
              Map.entry("s500", Fault.status(500, "ErrorCorruptData")),
              Map.entry("s502", Fault.status(502, null)),
              Map.entry("s503", Fault.status(503, "serviceNotAvailable")),
              Map.entry("s504", Fault.status(504, "UnknownError")),
              Map.entry("broken", Fault.of(Kind.BROKEN)),
              Map.entry("ends", Fault.of(Kind.ENDS)),
              Map.entry("aborted", Fault.of(Kind.ABORTED)),
              Map.entry("html", Fault.of(Kind.HTML)),
              Map.entry("nothing", Fault.of(Kind.EMPTY)),
              Map.entry("null", Fault.of(Kind.NULL_ITEM)),
              Map.entry("text", Fault.of(Kind.TEXT_ITEM)),
              Map.entry("error", Fault.of(Kind.ERROR)),
              Map.entry("valueless", Fault.of(Kind.NO_VALUE)),
              Map.entry("silent", Fault.of(Kind.SILENT))));

  private static final List<String> READABLE_ALONE =
      PAGES.keySet().stream().map(name -> "alone-" + name).toList();
  private static final List<String> UNREADABLE =
      PAGES.keySet().stream().map(name -> "never-" + name).toList();
  private static final List<String> CONTENTS = List.of("empty", "half", "page-of-a-proxy");
  private static final List<String> LISTS = List.of("list-without-value", "list-is-an-error");
  private static final List<String> OTHERS =
      List.of(
          "row",
          "long-row",
          "enumeration",
          "java",
          "drip",
          "late-list",
          "no-list",
          "scan",
          "endless-scan",
          "read-only",
          "cluster",
          "not-found",
          "found-again");

  private static final Duration SETTLE_WITHIN = Duration.ofMinutes(3);

  /** Which messages are asked for is drawn by lot; hardly ever it takes a tenth of these. */
  private static final int MOST_POLLS = 400;

  private ManyAccounts accounts;

  /** What the imports of all mailboxes with a page that fails came to. */
  private Map<String, ImportResult> ofPages;

  @BeforeAll
  void start(@TempDir Path folder) {
    List<String> all =
        Stream.of(READABLE_ALONE, UNREADABLE, CONTENTS, LISTS, OTHERS)
            .flatMap(List::stream)
            .toList();
    accounts =
        ManyAccounts.start(
            folder,
            all,
            "--mailroom.limits.settle-within=" + SETTLE_WITHIN.toMinutes() + "m",
            "--mailroom.accounts.read-only.after-import.mark-as-read=false");
    PAGES.forEach(
        (name, fault) -> {
          accounts.fill("alone-" + name, 5).get(2).fails(DemoSpot.PAGE, fault);
          DemoMessage bad = accounts.fill("never-" + name, 5).get(2);
          List.of(DemoSpot.PAGE, DemoSpot.IDS, DemoSpot.MESSAGE)
              .forEach(spot -> bad.fails(spot, fault));
        });
    // side by side, for those that get no answer wait for it
    ofPages =
        accounts
            .importWithoutWaits(
                Stream.of(READABLE_ALONE, UNREADABLE).flatMap(List::stream).toList())
            .stream()
            .collect(Collectors.toMap(ImportResult::account, Function.identity()));
  }

  @AfterAll
  void stop() {
    accounts.close();
  }

  @AfterEach
  void nothing_was_done_that_a_client_must_not_do() {
    accounts.assertNoViolations();
  }

  @Test
  void a_message_that_no_page_can_hold_and_that_can_be_read_alone_is_imported_with_all_others() {
    for (ImportResult result : READABLE_ALONE.stream().map(ofPages::get).toList()) {
      assertThat(result.failure()).as(result.account()).isNull();
      assertThat(result.isComplete()).as("%s", result).isTrue();
      assertThat(result.imported()).as(result.account()).isEqualTo(5);
      assertThat(accounts.imported(result.account())).as(result.account()).hasSize(5);
      assertThat(accounts.mailbox(result.account()).unread()).as(result.account()).isZero();
      assertThat(accounts.requests(result.account())).as(result.account()).hasSizeLessThan(40);
    }
  }

  @Test
  void
      a_message_that_no_answer_can_hold_is_listed_as_failed_and_all_others_are_imported_in_the_first_import(
          CapturedOutput output) {
    for (ImportResult result : UNREADABLE.stream().map(ofPages::get).toList()) {
      String account = result.account();
      assertThat(result.failure()).as(account).isNull();
      assertThat(result.isComplete()).as(account).isFalse();
      assertThat(result.imported()).as(account).isEqualTo(4);
      assertThat(result.failed()).as("%s", result).isEqualTo(1);
      assertThat(accounts.imported(account))
          .as(account)
          .doesNotContain("Plain message 3")
          .hasSize(4);
      assertThat(accounts.mailbox(account).unread()).as(account).isEqualTo(1);
      assertThat(accounts.undelivered(account)).as(account).hasSize(1);
      assertThat(accounts.errors(account)).as(account).first().asString().isNotBlank();
      assertThat(accounts.requests(account)).as(account).hasSizeLessThan(60);
      assertThat(output.getAll())
          .as(account)
          .contains("account " + account + ": imported 4 messages");
    }
  }

  @Test
  void
      in_a_mailbox_that_may_only_be_read_a_message_that_no_answer_can_hold_blocks_none_before_or_behind_it_and_none_that_comes_later() {
    List<DemoMessage> messages = accounts.fill("read-only", 5);
    List.of(DemoSpot.PAGE, DemoSpot.IDS, DemoSpot.MESSAGE)
        .forEach(spot -> messages.get(2).fails(spot, Fault.status(403, "ErrorAccessDenied")));
    ImportResult first = accounts.importOnce("read-only");
    assertThat(first.failure()).isNull();
    assertThat(first.imported()).isEqualTo(4);
    assertThat(first.failed()).isEqualTo(1);
    assertThat(accounts.undelivered("read-only")).hasSize(1);
    accounts
        .mailbox("read-only")
        .read(accounts.mailbox("read-only").deliver("Inbox", DemoMail.plain(6), accounts.now()));
    ImportResult second = accounts.importOnce("read-only");
    assertThat(second.failure()).isNull();
    assertThat(second.imported()).isEqualTo(1);
    assertThat(second.isComplete()).isFalse();
    messages.get(2).heals();
    accounts.letTimePass("read-only");
    accounts.importOnce("read-only");
    assertThat(accounts.imported("read-only")).hasSize(6).doesNotHaveDuplicates();
    assertThat(accounts.undelivered("read-only"))
        .as("nothing is listed any more that is well")
        .isEmpty();
  }

  @Test
  void
      corrupt_messages_in_a_row_are_listed_one_by_one_and_what_stands_before_and_behind_them_is_imported() {
    Map.of("row", 4, "long-row", 30)
        .forEach(
            (account, corrupt) -> {
              List<DemoMessage> messages = accounts.fill(account, corrupt + 3);
              messages.subList(1, 1 + corrupt).forEach(DemoMessage::corrupt);
              for (int run = 0; run < 2; run++) {
                ImportResult result = accounts.importOnce(account);
                assertThat(result.failure()).as(account).isNull();
                assertThat(result.imported()).as(account).isEqualTo(run == 0 ? 3 : 0);
                assertThat(result.isComplete()).as(account).isFalse();
                assertThat(accounts.imported(account))
                    .as(account)
                    .containsExactly(
                        "Plain message 1",
                        "Plain message " + (corrupt + 2),
                        "Plain message " + (corrupt + 3));
                assertThat(
                        accounts
                            .mailroom()
                            .database()
                            .queryForObject(
                                "select count(distinct message_id) from delivery where status ="
                                    + " 'FAILED' and account = ?",
                                Integer.class,
                                account))
                    .isEqualTo(corrupt);
              }
            });
  }

  @Test
  void
      a_list_of_attachments_without_its_array_is_no_list_its_message_fails_stays_unread_and_is_imported_when_it_comes() {
    Map<String, Fault> faults =
        Map.of(
            "list-without-value",
            Fault.of(Kind.NO_VALUE),
            "list-is-an-error",
            Fault.of(Kind.ERROR));
    faults.forEach(
        (account, fault) -> {
          DemoMessage bad = accounts.withFile(account, 0, "contract.pdf", "application/pdf", 1000);
          accounts.fill(account, 3);
          bad.fails(DemoSpot.ATTACHMENTS, fault);
          ImportResult result = accounts.importOnce(account);
          assertThat(result.failure()).isNull();
          assertThat(result.failed()).isEqualTo(1);
          assertThat(result.imported()).isEqualTo(3);
          assertThat(bad.isRead()).isFalse();
          assertThat(accounts.undelivered(account)).containsExactly("Plain message 0 PENDING 1");
          assertThat(accounts.errors(account).get(0))
              .contains("list of attachments isn't a list")
              .contains("failed retry", "failed discard");
          bad.heals();
          accounts.letTimePass(account);
          assertThat(accounts.importOnce(account).isComplete()).isTrue();
          assertThat(accounts.attachments(bad)).hasSize(1);
          assertThat(bad.isRead()).isTrue();
        });
  }

  @Test
  void
      a_content_that_is_empty_or_far_smaller_than_told_is_never_delivered_and_is_told_with_position_and_name() {
    Map<String, Fault> faults =
        Map.of(
            "empty",
            Fault.of(Kind.EMPTY),
            "half",
            Fault.of(Kind.HALF),
            "page-of-a-proxy",
            Fault.of(Kind.HTML));
    faults.forEach(
        (account, fault) -> {
          DemoMessage bad =
              accounts.withFile(account, 0, "contract.pdf", "application/pdf", 100_000);
          accounts.fill(account, 2);
          bad.fails(DemoSpot.CONTENT, fault);
          for (int attempt = 1; attempt <= 3; attempt++) {
            accounts.letTimePass(account);
            ImportResult result = accounts.importOnce(account);
            assertThat(result.failure()).as(account).isNull();
            assertThat(result.failed()).as(account).isEqualTo(1);
            assertThat(accounts.imported(account))
                .containsExactly("Plain message 1", "Plain message 2");
            assertThat(accounts.undelivered(account))
                .containsExactly(
                    "Plain message 0 " + (attempt < 3 ? "PENDING " : "FAILED ") + attempt);
          }
          assertThat(accounts.errors(account).get(0))
              .as(account)
              .contains("attachment 1 (contract.pdf)")
              .contains("failed retry", "failed discard")
              .doesNotContain("by itself");
          assertThat(accounts.requests(account)).as(account).hasSizeLessThan(60);
          assertThat(bad.isRead()).isFalse();
        });
    assertThat(accounts.errors("empty").get(0))
        .contains("the service gave 0 of 100,")
        .contains(" bytes of attachment 1 (contract.pdf)");
    assertThat(accounts.errors("half").get(0)).contains("the service gave 50,000 of 100,");
  }

  @Test
  void
      messages_that_are_never_given_and_stand_first_hold_up_none_behind_them_and_are_given_up_themselves() {
    List<DemoMessage> bad =
        IntStream.rangeClosed(1, 8)
            .mapToObj(
                number -> accounts.withFile("cluster", number, "bad.pdf", "application/pdf", 500))
            .toList();
    bad.forEach(
        message -> message.fails(DemoSpot.CONTENT, Fault.status(500, "ErrorInternalServerError")));
    accounts.withFile("cluster", 9, "good.pdf", "application/pdf", 500);
    accounts.withFile("cluster", 10, "good.pdf", "application/pdf", 500);
    int poll = pollCluster(0, () -> accounts.imported("cluster").size() == 2);
    assertThat(accounts.imported("cluster"))
        .containsExactlyInAnyOrder("Plain message 9", "Plain message 10");
    // new mail comes, by which it shows that the service isn't to blame
    int healthy = 10;
    while (poll < MOST_POLLS && givenUpInCluster() < bad.size()) {
      for (int message = 0; message < 3; message++) {
        accounts.withFile("cluster", ++healthy, "good.pdf", "application/pdf", 500);
      }
      poll = pollCluster(poll, () -> true);
    }
    int came = healthy;
    pollCluster(poll, () -> accounts.imported("cluster").size() == came - bad.size());
    assertThat(givenUpInCluster()).isEqualTo(bad.size());
    assertThat(accounts.undelivered("cluster"))
        .hasSize(bad.size())
        .allMatch(row -> row.endsWith(" FAILED 3"));
    assertThat(accounts.imported("cluster")).hasSize(healthy - bad.size()).doesNotHaveDuplicates();
    assertThat(bad).noneMatch(DemoMessage::isRead);
  }

  private long givenUpInCluster() {
    return accounts
        .mailroom()
        .rows(
            "delivery where account = 'cluster' and destination = 'database' and status ="
                + " 'FAILED'");
  }

  /** Once at least, and on until that is so; returns how many polls there were by now. */
  private int pollCluster(int before, BooleanSupplier isEnough) {
    int polls = before;
    do {
      accounts.letTimePass("cluster");
      assertThat(accounts.importOnce("cluster").failure()).isNull();
      polls++;
    } while (!isEnough.getAsBoolean() && polls < MOST_POLLS);
    return polls;
  }

  @Test
  void
      a_message_that_is_there_and_whose_attachments_are_not_is_no_message_that_is_gone_but_fails_and_is_told() {
    DemoMessage bad = accounts.withFile("not-found", 0, "a.pdf", "application/pdf", 500);
    accounts.fill("not-found", 2);
    bad.fails(DemoSpot.ATTACHMENTS, Fault.status(404, "ErrorItemNotFound"));
    for (int attempt = 1; attempt <= 3; attempt++) {
      accounts.letTimePass("not-found");
      ImportResult result = accounts.importOnce("not-found");
      assertThat(result.gone()).isZero();
      assertThat(result.failed()).isEqualTo(1);
      assertThat(result.isComplete()).isFalse();
      assertThat(accounts.undelivered("not-found"))
          .containsExactly("Plain message 0 " + (attempt < 3 ? "PENDING " : "FAILED ") + attempt);
    }
    assertThat(accounts.imported("not-found")).hasSize(2);
    assertThat(accounts.errors("not-found").get(0))
        .contains("the list of its attachments", "HTTP 404 ErrorItemNotFound", "failed retry");
    assertThat(bad.isRead()).isFalse();
  }

  @Test
  void a_message_that_was_gone_for_a_moment_is_delivered_before_it_is_marked() {
    DemoMessage message = accounts.withFile("found-again", 1, "a.pdf", "application/pdf", 500);
    message.fails(DemoSpot.ATTACHMENTS, Fault.of(Kind.NO_VALUE));
    assertThat(accounts.importOnce("found-again").failed()).isEqualTo(1);
    Fault notThere = Fault.status(404, "ErrorItemNotFound");
    message.fails(DemoSpot.ATTACHMENTS, notThere);
    message.fails(DemoSpot.MESSAGE, notThere);
    accounts.letTimePass("found-again");
    assertThat(accounts.importOnce("found-again").gone()).isEqualTo(1);
    assertThat(accounts.undelivered("found-again")).containsExactly("Plain message 1 DISCARDED 1");
    assertThat(message.isRead()).isFalse();
    message.heals();
    ImportResult again = accounts.importOnce("found-again");
    assertThat(again.imported()).isEqualTo(1);
    assertThat(again.isComplete()).isTrue();
    assertThat(accounts.attachments(message)).hasSize(1);
    assertThat(accounts.undelivered("found-again")).isEmpty();
    assertThat(message.isRead()).isTrue();
  }

  @Test
  void attachments_that_are_listed_late_are_waited_for_and_delivered_whole() {
    DemoMessage late = accounts.withFile("late-list", 0, "contract.pdf", "application/pdf", 1000);
    accounts.fill("late-list", 2);
    late.fails(DemoSpot.ATTACHMENTS, Fault.of(Kind.NOTHING_LISTED), 1);
    ImportResult first = accounts.importOnce("late-list");
    assertThat(first.waiting()).isEqualTo(1);
    assertThat(first.imported()).isEqualTo(2);
    assertThat(first.failed()).isZero();
    assertThat(first.isComplete()).isFalse();
    assertThat(late.isRead()).isFalse();
    accounts.letTimePass("late-list");
    assertThat(accounts.importOnce("late-list").isComplete()).isTrue();
    assertThat(accounts.attachments(late)).hasSize(1);
    assertThat(accounts.document(late)).doesNotContain("warnings");
  }

  @Test
  void
      attachments_that_are_never_listed_are_waited_for_and_then_missed_with_a_warning_in_log_and_document(
          CapturedOutput output) {
    DemoMessage bad = accounts.withFile("no-list", 0, "contract.pdf", "application/pdf", 1000);
    bad.fails(DemoSpot.ATTACHMENTS, Fault.of(Kind.NOTHING_LISTED));
    assertThat(accounts.importOnce("no-list").waiting()).isEqualTo(1);
    assertThat(accounts.imported("no-list")).isEmpty();
    importOnceItIsOver("no-list");
    assertThat(accounts.document(bad))
        .contains("the service says that it has attachments, and lists none");
    assertThat(output)
        .contains("WARN")
        .contains(
            "message "
                + bad.immutableId()
                + ": the service says that it has attachments, and lists none");
  }

  @Test
  void a_scan_s_placeholder_is_no_attachment_the_message_waits_for_the_files_that_it_stands_for()
      throws Exception {
    DemoMessage scanned = accounts.withFile("scan", 0, "contract.pdf", "application/pdf", 1000);
    accounts.fill("scan", 2);
    scanned.scanning("Safe Attachments Scan In Progress", null);
    ImportResult first = accounts.importOnce("scan");
    assertThat(first.waiting()).isEqualTo(1);
    assertThat(first.imported()).isEqualTo(2);
    assertThat(first.failed()).isZero();
    assertThat(accounts.undelivered("scan")).containsExactly("Plain message 0 PENDING 0");
    assertThat(scanned.isRead()).isFalse();
    scanned.scanned();
    accounts.letTimePass("scan");
    assertThat(accounts.importOnce("scan").isComplete()).isTrue();
    assertThat(accounts.attachments(scanned))
        .hasSize(1)
        .first()
        .satisfies(file -> assertThat(file.get("name")).isEqualTo("contract.pdf"));
    assertThat(Files.size(Path.of((String) accounts.attachments(scanned).get(0).get("location"))))
        .isEqualTo(1000);
  }

  @Test
  void a_scan_that_never_ends_is_delivered_as_it_is_with_a_warning_in_log_and_document(
      CapturedOutput output) {
    DemoMessage scanned =
        accounts.withFile("endless-scan", 0, "contract.pdf", "application/pdf", 1000);
    scanned.scanning("ATP Scan In Progress", null);
    assertThat(accounts.importOnce("endless-scan").waiting()).isEqualTo(1);
    importOnceItIsOver("endless-scan");
    assertThat(accounts.document(scanned)).contains("the service still scans its attachments");
    assertThat(output)
        .contains("WARN")
        .contains("message " + scanned.immutableId() + ": the service still scans its attachments");
  }

  private void importOnceItIsOver(String account) {
    accounts.travel(SETTLE_WITHIN.minusMinutes(1));
    accounts.letTimePass(account);
    assertThat(accounts.importOnce(account).waiting()).as("it isn't over yet").isEqualTo(1);
    accounts.travel(Duration.ofMinutes(2));
    accounts.letTimePass(account);
    assertThat(accounts.importOnce(account).imported()).isEqualTo(1);
    assertThat(accounts.mailbox(account).unread()).isZero();
  }

  @Test
  void an_attachment_of_any_content_type_is_stored_as_any_other_file() throws Exception {
    DemoMessage message =
        accounts.withFile("java", 0, "a.ser", "application/x-java-serialized-object", 3);
    message.fails(DemoSpot.CONTENT, Fault.contentType("application/x-java-serialized-object"));
    assertThat(accounts.importOnce("java").isComplete()).isTrue();
    assertThat(
            Files.readString(
                Path.of((String) accounts.attachments(message).get(0).get("location"))))
        .isEqualTo("xxx");
  }

  @Test
  void values_of_enumerations_that_nobody_knows_however_long_are_tolerated() {
    List<DemoMessage> messages = accounts.fill("enumeration", 3);
    messages.get(0).property("importance", "extraordinarilyHighImportance");
    messages.get(1).property("body/contentType", "textWithSomethingMoreThanSixteen");
    assertThat(accounts.importOnce("enumeration").isComplete()).isTrue();
    assertThat(accounts.imported("enumeration")).hasSize(3);
    assertThat(accounts.mailbox("enumeration").unread()).isZero();
  }

  @Test
  void an_attachment_that_comes_a_byte_a_second_fails_its_message_while_the_others_are_delivered() {
    DemoMessage slow = accounts.withFile("drip", 0, "slow.bin", "application/octet-stream", 5000);
    accounts.fill("drip", 2);
    slow.fails(DemoSpot.CONTENT, Fault.drip(1));
    CompletableFuture<ImportResult> running =
        CompletableFuture.supplyAsync(() -> accounts.importOnce("drip"));
    await().atMost(Duration.ofSeconds(30)).until(() -> accounts.imported("drip").size() == 2);
    assertThat(running).as("the slow one still comes when the others are delivered").isNotDone();
    ImportResult result = running.join();
    assertThat(result.failure()).isNull();
    assertThat(result.imported()).isEqualTo(2);
    assertThat(result.failed()).isEqualTo(1);
    assertThat(slow.isRead()).isFalse();
    assertThat(accounts.undelivered("drip")).containsExactly("Plain message 0 PENDING 1");
    assertThat(accounts.errors("drip").get(0)).contains("attachment 1 (slow.bin)");
  }
}
