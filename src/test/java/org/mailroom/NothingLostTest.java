package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.AccountEditor;
import org.mailroom.account.ImportResult;
import org.mailroom.delivery.DestinationDownException;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoSpot;
import org.mailroom.demo.DemoTenant;
import org.mailroom.listing.Backfills;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Whatever fails for a time, nothing is passed over, purged, given up or taken for another
 * mailbox's.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NothingLostTest {

  private static final List<String> READ_ONLY = List.of("full", "trouble", "ahead", "behind");
  private static final List<String> DELETED = List.of("refused", "unanswered");
  private static final Instant MARCH = Instant.parse("2026-03-01T08:00:00Z");

  @TempDir private Path ofAnother;

  private Path data;
  private ManyAccounts accounts;

  @BeforeAll
  void start(@TempDir Path folder) {
    data = folder.resolve("data");
    List<String> settings =
        new java.util.ArrayList<>(
            List.of(
                "--mailroom.limits.page-size=5",
                "--mailroom.accounts.important.filter=importance eq 'high'",
                "--mailroom.destinations.crm=direct:deliver-to-crm",
                "--mailroom.accounts.crm.deliver-to=crm"));
    List.of("moved", "begun-anew", "crm")
        .forEach(
            account ->
                settings.add(
                    "--mailroom.accounts." + account + ".after-import.move-to=Inbox/Done"));
    READ_ONLY.forEach(
        account ->
            settings.add("--mailroom.accounts." + account + ".after-import.mark-as-read=false"));
    DELETED.forEach(
        account -> settings.add("--mailroom.accounts." + account + ".after-import.delete=true"));
    accounts =
        ManyAccounts.start(
            folder,
            List.of(
                "full",
                "trouble",
                "ahead",
                "behind",
                "refused",
                "unanswered",
                "important",
                "healthy",
                "backfill",
                "long",
                "past",
                "moved",
                "begun-anew",
                "crm"),
            settings.toArray(String[]::new));
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

  /** Ten messages; every second has a file. */
  private List<DemoMessage> tenWithFiveFiles(String account) {
    return java.util.stream.IntStream.rangeClosed(1, 10)
        .mapToObj(
            number ->
                number % 2 == 0
                    ? accounts.withFile(account, number, "file.pdf", "application/pdf", 500)
                    : accounts.mailbox(account).deliver(DemoMail.plain(number)))
        .toList();
  }

  private void assertThatAllTenAreThereOnce(String account) {
    assertThat(accounts.imported(account)).hasSize(10).doesNotHaveDuplicates();
    assertThat(
            accounts
                .mailroom()
                .database()
                .queryForObject(
                    "select count(*) from mail_attachment where account = ?",
                    Integer.class,
                    account))
        .isEqualTo(5);
    assertThat(accounts.undelivered(account)).isEmpty();
  }

  @Test
  void mail_of_a_mailbox_that_may_only_be_read_comes_after_the_disk_was_full_for_a_poll()
      throws IOException {
    accounts.mailbox("full");
    assertThat(accounts.importOnce("full").isComplete()).isTrue();
    tenWithFiveFiles("full");
    // a file where the account's folder would be: nothing can be written there
    Path inTheWay = Files.createDirectories(data.resolve("mail")).resolve("full");
    Files.deleteIfExists(inTheWay);
    Files.writeString(inTheWay, "");
    ImportResult failed = accounts.importOnce("full");
    assertThat(failed.isComplete()).isFalse();
    assertThat(accounts.imported("full").size() + accounts.undelivered("full").size())
        .as("each message is delivered, in the ledger, or listed again")
        .isLessThanOrEqualTo(10);
    Files.delete(inTheWay);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              accounts.letTimePass("full");
              accounts.importOnce("full");
              return accounts
                      .mailroom()
                      .rows("delivery where account = 'full' and status = 'DELIVERED'")
                  == 20;
            });
    assertThatAllTenAreThereOnce("full");
  }

  @Test
  void
      mail_of_a_mailbox_that_may_only_be_read_comes_after_attachments_could_not_be_fetched_for_a_poll() {
    accounts.mailbox("trouble");
    assertThat(accounts.importOnce("trouble").isComplete()).isTrue();
    tenWithFiveFiles("trouble")
        .forEach(
            message ->
                message.fails(
                    DemoSpot.ATTACHMENTS,
                    Fault.status(503, "serviceNotAvailable").retryAfter("0")));
    ImportResult first = accounts.importWithoutWaits(List.of("trouble")).get(0);
    assertThat(first.isComplete()).isFalse();
    assertThat(first.imported()).isEqualTo(5);
    accounts.mailbox("trouble").messages().forEach(DemoMessage::heals);
    importUntilComplete("trouble");
    assertThatAllTenAreThereOnce("trouble");
  }

  @Test
  void a_backfill_that_met_trouble_and_goes_on_brings_everything() {
    accounts.fill("backfill", 10);
    List<DemoMessage> withFiles = tenWithFiveFiles("backfill");
    withFiles.forEach(
        message -> message.fails(DemoSpot.CONTENT, Fault.status(500, "ErrorInternalServerError")));
    Backfills backfills = accounts.mailroom().bean(Backfills.class);
    Instant since = Instant.parse("2026-01-01T00:00:00Z");
    backfills.request("backfill", since, null, true);
    assertThat(accounts.importOnce("backfill").isComplete()).isFalse();
    withFiles.forEach(DemoMessage::heals);
    backfills.request("backfill", since, null, true);
    importUntilComplete("backfill");
    assertThat(accounts.imported("backfill")).hasSize(20);
    assertThat(accounts.undelivered("backfill")).isEmpty();
    assertThat(accounts.mailbox("backfill").unread()).isZero();
  }

  /** From that request for messages of an account on, at each of them. */
  private void whenListed(String account, int request, Runnable what) {
    AtomicInteger requests = new AtomicInteger();
    accounts
        .tenant()
        .faults()
        .add(
            call -> {
              if (call.startsWith("GET")
                  && call.contains(ManyAccounts.address(account))
                  && call.endsWith("/messages")
                  && requests.incrementAndGet() >= request) {
                what.run();
              }
              return false;
            },
            Fault.of(Kind.ERROR),
            DemoFaults.ALWAYS);
  }

  /** At that request more time passes than an import may list in one turn, once. */
  private void lastsTooLong(String account, int request) {
    AtomicBoolean passed = new AtomicBoolean();
    whenListed(
        account,
        request,
        () -> {
          if (passed.compareAndSet(false, true)) {
            accounts.travel(Duration.ofHours(6));
          }
        });
  }

  /**
   * Fifteen messages that somebody has read. Most of the first page, the last three, are of one
   * second: they are delivered, and held back.
   */
  private void fifteenThatWereRead(String account) {
    DemoMailbox mailbox = accounts.mailbox(account);
    for (int number = 0; number < 15; number++) {
      mailbox.read(
          mailbox.deliver("Inbox", DemoMail.plain(number), MARCH.plusSeconds((number + 1) / 3)));
    }
  }

  private void assertThatAllWereMoved(String account) {
    DemoMailbox mailbox = accounts.mailbox(account);
    assertThat(mailbox.messages())
        .hasSize(15)
        .extracting(DemoMessage::folder)
        .containsOnly(mailbox.folder("Inbox/Done"));
  }

  @Test
  void an_import_that_lasts_too_long_says_so_and_counts_as_a_success_only_when_it_is_through(
      CapturedOutput output) {
    accounts.fill("long", 20);
    AccountSchedule schedule = accounts.mailroom().bean(AccountSchedule.class);
    List<Boolean> succeeded = new CopyOnWriteArrayList<>();
    lastsTooLong("long", 2);
    whenListed("long", 3, () -> succeeded.add(schedule.lastSuccess("long").isPresent()));
    ImportResult result = accounts.importOnce("long");
    assertThat(result.isComplete()).as("%s", result).isTrue();
    assertThat(result.imported()).as("all turns together").isEqualTo(20);
    assertThat(accounts.mailbox("long").unread()).isZero();
    assertThat(succeeded).as("while something is left").isNotEmpty().containsOnly(false);
    assertThat(output)
        .containsOnlyOnce("account long: the import has gone on for PT6H and isn't through")
        .contains("mailroom.limits.longest-import");
  }

  @Test
  void a_backfill_that_lasts_too_long_stays_under_way_until_it_is_through() {
    fifteenThatWereRead("past");
    Backfills backfills = accounts.mailroom().bean(Backfills.class);
    backfills.request("past", MARCH.minusSeconds(1), null, true);
    List<Boolean> underway = new CopyOnWriteArrayList<>();
    // the count and one page
    lastsTooLong("past", 2);
    whenListed("past", 3, () -> underway.add(backfills.isUnderway("past")));
    ImportResult result = accounts.importOnce("past");
    assertThat(result.isComplete()).as("%s", result).isTrue();
    assertThat(accounts.imported("past")).hasSize(15).doesNotHaveDuplicates();
    assertThat(underway).isNotEmpty().containsOnly(true);
    assertThat(backfills.isUnderway("past")).isFalse();
    assertThat(backfills.find("past").orElseThrow().ended()).isNotNull();
  }

  @Test
  void what_is_held_back_when_the_turn_of_a_backfill_ends_is_marked_and_moved_in_the_next_one() {
    fifteenThatWereRead("moved");
    accounts.mailroom().bean(Backfills.class).request("moved", MARCH.minusSeconds(1), null, true);
    lastsTooLong("moved", 2);
    ImportResult result = accounts.importOnce("moved");
    assertThat(result.isComplete()).as("%s", result).isTrue();
    assertThat(accounts.imported("moved")).hasSize(15).doesNotHaveDuplicates();
    assertThatAllWereMoved("moved");
  }

  @Test
  void what_is_held_back_when_a_backfill_is_cut_off_is_moved_when_it_goes_on_where_it_stood() {
    fifteenThatWereRead("begun-anew");
    Backfills backfills = accounts.mailroom().bean(Backfills.class);
    backfills.request("begun-anew", MARCH.minusSeconds(1), null, true);
    lastsTooLong("begun-anew", 2);
    AtomicBoolean refuses = new AtomicBoolean();
    whenListed("begun-anew", 3, () -> refuses.set(true));
    accounts
        .tenant()
        .faults()
        .add(
            call -> refuses.get() && call.endsWith("/messages"),
            Fault.status(403, "ErrorAccessDenied"),
            DemoFaults.ALWAYS);
    assertThat(accounts.importOnce("begun-anew").failure()).isNotNull();
    assertThat(accounts.imported("begun-anew")).hasSize(5);
    accounts.tenant().faults().clear();
    backfills.request("begun-anew", MARCH.minusSeconds(1), null, true);
    ImportResult result = accounts.importOnce("begun-anew");
    assertThat(result.isComplete()).as("%s", result).isTrue();
    assertThat(accounts.imported("begun-anew")).hasSize(15).doesNotHaveDuplicates();
    assertThatAllWereMoved("begun-anew");
  }

  /** What a command was asked for itself ends with it. */
  private void askARuntimeFor(String account) {
    accounts
        .mailroom()
        .database()
        .update(
            "insert into backfill_wish (account, wish, received_since, include_read, asked_at)"
                + " values (?, 'a wish', ?, true, ?)",
            account,
            MARCH.minusSeconds(1).atOffset(ZoneOffset.UTC),
            MARCH.atOffset(ZoneOffset.UTC));
  }

  @Test
  void a_backfill_whose_account_is_changed_between_two_turns_goes_on_where_it_stood() {
    AccountEditor editor = accounts.mailroom().bean(AccountEditor.class);
    Map<String, String> fields =
        new TreeMap<>(
            Map.of(
                "mailbox",
                ManyAccounts.address("edited"),
                "credential",
                "demo",
                "deliver-to",
                "database",
                "after-import.move-to",
                "Inbox/Done"));
    editor.create("edited", fields);
    fifteenThatWereRead("edited");
    askARuntimeFor("edited");
    lastsTooLong("edited", 2);
    fields.put("deliver-to", "database,file");
    whenListed("edited", 2, () -> editor.update("edited", fields));
    ImportResult result = accounts.importOnce("edited");
    assertThat(result.isComplete()).as("%s", result).isTrue();
    assertThat(accounts.imported("edited")).hasSize(15).doesNotHaveDuplicates();
    assertThatAllWereMoved("edited");
    assertThat(accounts.mailroom().bean(Backfills.class).isUnderway("edited")).isFalse();
    editor.delete("edited");
  }

  @Test
  void a_backfill_whose_destination_is_down_at_its_next_turn_is_gone_on_with_when_it_is_up()
      throws Exception {
    AtomicBoolean down = new AtomicBoolean();
    accounts
        .mailroom()
        .camel()
        .addRoutes(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:deliver-to-crm")
                    .process(
                        delivery -> {
                          if (down.get()) {
                            delivery.getMessage().setHeader("Retry-After", "3600");
                            throw new DestinationDownException("The CRM is being maintained.");
                          }
                        });
              }
            });
    fifteenThatWereRead("crm");
    askARuntimeFor("crm");
    // the count and one page
    lastsTooLong("crm", 2);
    whenListed("crm", 2, () -> down.set(true));
    ImportResult paused = accounts.importOnce("crm");
    assertThat(paused.readingPaused()).as("%s", paused).isTrue();
    Backfills backfills = accounts.mailroom().bean(Backfills.class);
    assertThat(backfills.isUnderway("crm")).isTrue();
    down.set(false);
    accounts.tenant().faults().clear();
    accounts.travel(Duration.ofHours(1));
    importUntilComplete("crm");
    assertThat(backfills.isUnderway("crm")).isFalse();
    assertThat(backfills.find("crm").orElseThrow().ended()).isNotNull();
    assertThat(accounts.mailroom().rows("delivery where account = 'crm' and status = 'DELIVERED'"))
        .isEqualTo(15);
    assertThatAllWereMoved("crm");
  }

  /** Three more imports are enough. */
  private void importUntilComplete(String account) {
    ImportResult result = null;
    for (int run = 0; run < 3 && (result == null || !result.isComplete()); run++) {
      accounts.letTimePass(account);
      result = accounts.importOnce(account);
    }
    assertThat(result.isComplete()).as("%s", result).isTrue();
  }

  @Test
  void
      what_is_to_be_deleted_is_moved_never_deleted_and_never_purged_whatever_a_poll_s_batches_came_to() {
    Map<String, Fault> faults =
        Map.of(
            "refused",
            Fault.status(500, "ErrorInternalServerError"),
            "unanswered",
            Fault.of(Kind.RESET_AFTER));
    faults.forEach(
        (account, fault) -> {
          accounts.fill(account, 20);
          accounts
              .tenant()
              .faults()
              .add(call -> call.startsWith("POST /v1.0/$batch"), fault, DemoFaults.ALWAYS);
          ImportResult first = accounts.importOnce(account);
          assertThat(first.imported()).as(account).isEqualTo(20);
          assertThat(first.isComplete()).as(account).isFalse();
          assertThat(first.unmarked()).as(account).isEqualTo(20);
          accounts.tenant().faults().clear();
          ImportResult second = accounts.importOnce(account);
          assertThat(second.isComplete()).as("%s", second).isTrue();
          assertThat(second.imported()).as(account).isZero();
          DemoMailbox mailbox = accounts.mailbox(account);
          assertThat(mailbox.purged()).as(account).isEmpty();
          assertThat(mailbox.messages())
              .as(account)
              .hasSize(20)
              .extracting(DemoMessage::folder)
              .containsOnly(mailbox.folder("Deleted Items"));
          assertThat(accounts.imported(account)).as(account).hasSize(20);
          long before = accounts.requests(account).size();
          accounts.importOnce(account);
          assertThat(accounts.requests(account).size() - before)
              .as("%s: nothing is sent again", account)
              .isLessThan(5);
        });
    assertThat(accounts.tenant().counters().deletes()).isZero();
  }

  @Test
  void
      a_filter_that_keeps_matching_what_was_imported_costs_a_listing_a_poll_changes_nothing_again_and_is_told(
          CapturedOutput output) {
    accounts.fill("important", 4).forEach(message -> message.property("importance", "high"));
    assertThat(accounts.importOnce("important").imported()).isEqualTo(4);
    for (int poll = 0; poll < 3; poll++) {
      long before = accounts.requests("important").size();
      ImportResult result = accounts.importOnce("important");
      assertThat(result.isComplete()).isTrue();
      assertThat(result.imported()).isZero();
      assertThat(accounts.requests("important").size() - before).isEqualTo(1);
    }
    assertThat(accounts.mailbox("important").messages())
        .allMatch(
            message -> message.patches() == 1 && message.idlePatches() == 0 && message.isRead());
    assertThat(output)
        .containsOnlyOnce(
            "account important: the filter still matches 4 messages that were imported");
  }

  @Test
  void the_service_s_trouble_gives_no_healthy_mail_up_however_long_it_lasts() {
    List<DemoMessage> messages =
        List.of(
            accounts.withFile("healthy", 1, "a.pdf", "application/pdf", 500),
            accounts.withFile("healthy", 2, "b.pdf", "application/pdf", 500));
    messages.forEach(
        message -> message.fails(DemoSpot.CONTENT, Fault.status(500, "ErrorInternalServerError")));
    for (int poll = 0; poll < 5; poll++) {
      accounts.letTimePass("healthy");
      ImportResult result = accounts.importOnce("healthy");
      assertThat(result.isComplete()).isFalse();
      assertThat(result.waiting()).isEqualTo(2);
      assertThat(result.failed()).isZero();
      assertThat(accounts.undelivered("healthy"))
          .containsExactly("Plain message 1 PENDING 0", "Plain message 2 PENDING 0");
    }
    messages.forEach(DemoMessage::heals);
    accounts.letTimePass("healthy");
    assertThat(accounts.importOnce("healthy").isComplete()).isTrue();
    assertThat(accounts.imported("healthy")).hasSize(2);
  }

  @Test
  @Timeout(120)
  void a_clock_that_is_a_day_ahead_or_behind_loses_no_mail_and_prolongs_no_wait() {
    Map.of("behind", Duration.ofDays(-1), "ahead", Duration.ofDays(1))
        .forEach(
            (account, ofTheService) -> {
              accounts.tenant().clock(ofTheService);
              DemoMailbox mailbox = accounts.mailbox(account);
              assertThat(accounts.importOnce(account).isComplete()).isTrue();
              Instant now = Instant.now().plus(ofTheService).plusSeconds(2);
              for (int number = 1; number <= 3; number++) {
                mailbox.read(
                    mailbox.deliver("Inbox", DemoMail.plain(number), now.plusSeconds(number)));
              }
              accounts
                  .tenant()
                  .faults()
                  .add(
                      call -> call.contains(ManyAccounts.address(account)),
                      Fault.throttled("date:PT2S"),
                      1);
              ImportResult result = accounts.importOnce(account);
              assertThat(result.isComplete()).as("%s", result).isTrue();
              assertThat(accounts.imported(account))
                  .as("somebody read them since the first import: service %s", account)
                  .hasSize(3);
              accounts.tenant().clock(Duration.ZERO);
            });
  }

  @Test
  void an_account_whose_mailbox_is_changed_never_gets_mail_of_the_one_before() {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox before = tenant.mailbox("before@contoso.com");
      DemoMailbox after = tenant.mailbox("after@contoso.com");
      for (int number = 1; number <= 3; number++) {
        before.deliver(DemoMail.plain(number));
        after.deliver(DemoMail.plain(10 + number));
      }
      String readOnly = "--mailroom.accounts.support.after-import.mark-as-read=false";
      try (MailroomRun mailroom =
          MailroomRun.start(
              tenant,
              ofAnother,
              readOnly,
              "--mailroom.accounts.support.mailbox=before@contoso.com")) {
        assertThat(mailroom.importSupport().imported()).isEqualTo(3);
      }
      tenant.identity().clientsRestart();
      before.deliver(DemoMail.plain(4));
      try (MailroomRun mailroom =
          MailroomRun.start(
              tenant,
              ofAnother,
              readOnly,
              "--mailroom.accounts.support.mailbox=after@contoso.com")) {
        assertThat(mailroom.importSupport().isComplete()).isTrue();
        assertThat(
                mailroom
                    .database()
                    .queryForList(
                        "select subject from mail_message where document like '%after@contoso.com%'"
                            + " order by 1",
                        String.class))
            .containsExactly("Plain message 11", "Plain message 12", "Plain message 13");
        assertThat(mailroom.rows("mail_message")).isEqualTo(6);
        assertThat(tenant.requests())
            .filteredOn(request -> request.mailbox().equals("before@contoso.com"))
            .hasSizeLessThan(4);
      }
      assertThat(tenant.violations()).isEmpty();
    }
  }
}
