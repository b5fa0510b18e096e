package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoAttachment;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoSpot;
import org.mailroom.graph.GraphException;
import org.mailroom.monitoring.AccountStatus.State;
import org.mailroom.monitoring.AccountStatuses;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Whatever the service answers, and however long: each request, each import and the stop have an
 * end, within a bounded number of requests.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class NothingEndlessTest {

  /** How every answer to a mailbox can fail. */
  private static final Map<String, Fault> ANSWERS =
      new LinkedHashMap<>(
          Map.ofEntries(
              Map.entry("all-401", Fault.status(401, "InvalidAuthenticationToken")),
              Map.entry("all-429", Fault.throttled("0")),
              Map.entry("all-429-mute", Fault.throttled(null)),
              Map.entry("all-500", Fault.status(500, "generalException")),
              Map.entry("all-503", Fault.status(503, "MailboxInfoStale")),
              Map.entry("all-502", Fault.status(502, null)),
              Map.entry("all-html", Fault.of(Kind.HTML)),
              Map.entry("all-empty", Fault.of(Kind.EMPTY)),
              Map.entry("all-errors", Fault.of(Kind.ERROR)),
              Map.entry("all-half", Fault.of(Kind.HALF)),
              Map.entry("all-cut", Fault.of(Kind.CUT)),
              Map.entry("all-aborted", Fault.of(Kind.ABORTED)),
              Map.entry("all-silent", Fault.of(Kind.SILENT)),
              Map.entry("all-drip", Fault.drip(1))));

  /** How a part of a batch can fail for ever. */
  private static final Map<String, Fault> PARTS =
      new LinkedHashMap<>(
          Map.of(
              "part-500",
              Fault.status(500, "ErrorInternalServerError"),
              "part-412",
              Fault.status(412, "ErrorIrresolvableConflict"),
              "part-409",
              Fault.status(409, "ErrorIrresolvableConflict"),
              "part-401",
              Fault.status(401, "InvalidAuthenticationToken"),
              "part-429",
              Fault.throttled("0"),
              "part-503",
              Fault.status(503, "serviceNotAvailable"),
              "part-403",
              Fault.status(403, "ErrorAccessDenied"),
              "part-400",
              Fault.status(400, "ErrorInvalidMailboxItemId")));

  private ManyAccounts accounts;

  @BeforeAll
  void start(@TempDir Path folder) {
    List<String> all =
        Stream.of(
                ANSWERS.keySet(),
                PARTS.keySet(),
                List.of("large", "batch-html", "batch-silent", "threads"))
            .flatMap(names -> names.stream())
            .toList();
    accounts = ManyAccounts.start(folder, all);
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
  void an_import_ends_with_its_cause_however_every_answer_fails_and_the_next_one_brings_everything(
      CapturedOutput output) {
    ANSWERS.forEach(
        (account, fault) -> {
          accounts.fill(account, 3);
          accounts.mailbox(account).fails(fault);
        });
    for (ImportResult result : accounts.importWithoutWaits(ANSWERS.keySet())) {
      String account = result.account();
      assertThat(result.failure()).as(account).isInstanceOf(GraphException.class);
      assertThat(result.imported()).as(account).isZero();
      assertThat(output).as(account).contains("ERROR account " + account + ": ");
      assertThat(accounts.undelivered(account)).as("%s: no message is blamed", account).isEmpty();
      assertThat(accounts.requests(account)).as(account).hasSizeLessThan(40);
      accounts.mailbox(account).fails(null);
    }
    assertThat(accounts.importWithoutWaits(ANSWERS.keySet()))
        .allMatch(ImportResult::isComplete)
        .allMatch(result -> result.imported() == 3);
  }

  @Test
  void
      parts_of_a_batch_that_fail_for_ever_end_the_import_leave_their_message_unmarked_and_mark_all_others() {
    PARTS.forEach(
        (account, fault) -> accounts.fill(account, 10).get(4).fails(DemoSpot.CHANGE, fault));
    for (ImportResult result : accounts.importWithoutWaits(PARTS.keySet())) {
      String account = result.account();
      assertThat(result.imported()).as(account).isEqualTo(10);
      assertThat(accounts.imported(account)).as(account).hasSize(10);
      assertThat(result.unmarked()).as("%s", result).isEqualTo(1);
      assertThat(result.firstUnmarked()).as(account).isNotNull();
      assertThat(result.isComplete()).as(account).isFalse();
      assertThat(accounts.mailbox(account).unread()).as(account).isEqualTo(1);
      assertThat(accounts.requests(account)).as(account).hasSizeLessThan(60);
    }
    PARTS
        .keySet()
        .forEach(account -> accounts.mailbox(account).messages().forEach(DemoMessage::heals));
    for (ImportResult result : accounts.importWithoutWaits(PARTS.keySet())) {
      assertThat(result.isComplete()).as("%s", result).isTrue();
      assertThat(result.imported()).as("delivered once: %s", result.account()).isZero();
      assertThat(accounts.mailbox(result.account()).unread()).as(result.account()).isZero();
      assertThat(accounts.mailbox(result.account()).messages())
          .as(result.account())
          .allMatch(message -> message.patches() == 1);
    }
  }

  @Test
  void
      batches_that_get_a_page_of_html_or_no_answer_end_unmarked_and_the_next_import_marks_without_delivering_again(
          CapturedOutput output) {
    Map.of("batch-html", Fault.of(Kind.HTML), "batch-silent", Fault.of(Kind.SILENT))
        .forEach(
            (account, fault) -> {
              accounts.fill(account, 30);
              accounts
                  .tenant()
                  .faults()
                  .add(call -> call.startsWith("POST /v1.0/$batch"), fault, DemoFaults.ALWAYS);
              ImportResult result = accounts.importOnce(account);
              assertThat(result.imported()).isEqualTo(30);
              assertThat(result.unmarked()).isEqualTo(30);
              assertThat(accounts.tenant().faults().hits()).isLessThan(20);
              assertThat(output)
                  .contains(
                      "account " + account + ": 30 messages delivered but not marked as read: ");
              accounts.tenant().faults().clear();
              assertThat(accounts.importOnce(account))
                  .satisfies(
                      next -> {
                        assertThat(next.isComplete()).isTrue();
                        assertThat(next.imported()).isZero();
                      });
              assertThat(accounts.mailbox(account).unread()).isZero();
              assertThat(accounts.imported(account)).hasSize(30);
            });
    assertThat(output)
        .contains("the answer isn't Graph's")
        .contains("the service gave no answer within 2 s");
  }

  @Test
  void
      a_page_that_is_too_large_to_be_answered_is_asked_for_in_smaller_ones_and_not_tried_again_at_the_next_import() {
    accounts.fill("large", 150);
    accounts.tenant().faults().largePages(60, Fault.of(Kind.SILENT));
    ImportResult result = accounts.importOnce("large");
    assertThat(result.isComplete()).as("%s", result).isTrue();
    assertThat(result.imported()).isEqualTo(150);
    assertThat(accounts.tenant().faults().hits()).as("pages that waited in vain").isLessThan(5);
    int waited = accounts.tenant().faults().hits();
    accounts.mailbox("large").unreadAll();
    accounts.importOnce("large");
    assertThat(accounts.tenant().faults().hits()).isEqualTo(waited);
    assertThat(accounts.mailbox("large").unread()).isZero();
  }

  @Test
  void as_many_threads_work_as_the_mailbox_has_places_however_many_attachments_there_are() {
    for (int number = 1; number <= 60; number++) {
      DemoMessage message = accounts.mailbox("threads").deliver(DemoMail.plain(number));
      for (int file = 0; file < 5; file++) {
        message.attach(
            new DemoAttachment(
                "AAkA" + number + "-" + file,
                "fileAttachment",
                file + ".txt",
                "text/plain",
                false,
                null,
                new byte[100]));
      }
    }
    var threads = ManagementFactory.getThreadMXBean();
    threads.resetPeakThreadCount();
    int before = threads.getThreadCount();
    assertThat(accounts.importOnce("threads").isComplete()).isTrue();
    assertThat(threads.getPeakThreadCount() - before).isLessThan(50);
    assertThat(accounts.tenant().peakInFlight(ManyAccounts.address("threads")))
        .isLessThanOrEqualTo(4);
    assertThat(accounts.mailroom().rows("mail_attachment where account = 'threads'"))
        .isEqualTo(300);
  }

  @Test
  void an_account_whose_task_got_lost_polls_again_and_the_stop_waits_for_no_throttled_mailbox(
      @TempDir Path own, CapturedOutput output) throws Exception {
    List<String> names = new ArrayList<>(List.of("throttled"));
    for (int number = 1; number <= 5; number++) {
      names.add("a" + number);
    }
    try (ManyAccounts runtime = ManyAccounts.startRuntime(own, names)) {
      names.forEach(name -> runtime.fill(name, 1));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> names.stream().allMatch(name -> runtime.imported(name).size() == 1));
      for (int time = 0; time < 3; time++) {
        runtime.mailroom().camel().getRouteController().stopRoute("import-account");
        await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        runtime.mailroom().camel().getRouteController().startRoute("import-account");
      }
      names.forEach(name -> runtime.fill(name, 1));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> names.stream().allMatch(name -> runtime.imported(name).size() == 2));
      runtime.mailbox("throttled").fails(Fault.throttled("120"));
      AccountStatuses statuses = runtime.mailroom().bean(AccountStatuses.class);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> statuses.find("throttled").orElseThrow().state() == State.WAITING);
      org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(20), () -> runtime.mailroom().close());
      assertThat(output)
          .doesNotContain("Bearer")
          .doesNotContain("Authorization")
          .doesNotContain("\tat ");
      runtime.assertNoViolations();
    }
  }
}
