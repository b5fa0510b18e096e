package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mailroom.delivery.LedgerParts.count;
import static org.mailroom.delivery.LedgerParts.deliver;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally.Count;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.StoppingException;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.Page;
import org.mailroom.listing.Pages;
import org.mailroom.message.Fate;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MessageTooLargeException;
import org.mailroom.routes.RouteFailures;

/** Each state of a delivery and the ways between them, over imports and time: on the real tables, without an application. */
class DeliveryLedgerTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final GraphException BROKEN = new GraphException(GraphOperation.GET_MESSAGE, "support@contoso.com", 500, "ErrorInternalServerError", null, null);

  private LedgerParts with = new LedgerParts();

  // delivered

  @Test
  void a_new_message_goes_to_all_destinations_of_its_account_and_is_complete_when_each_has_it() {
    AccountImport running = with.begin();
    IncomingMessage message = with.listed(running, "A").get(0);
    assertThat(message.destinations()).containsExactly("database", "file");
    assertThat(message.isTriedBefore()).isFalse();
    deliver(message, "database", "file");
    with.ledger.record(running, List.of(message));
    assertThat(message.isComplete()).isTrue();
    assertThat(message.isCompleteBefore()).isFalse();
    assertThat(count(running, Count.IMPORTED)).isEqualTo(1);
    for (String destination : List.of("database", "file")) {
      assertThat(with.row("A", destination)).containsEntry("status", "DELIVERED").containsEntry("attempts", 1).containsEntry("next_attempt_at", null)
          .containsEntry("last_error", null).containsEntry("subject", null);
    }
    assertThat(with.meters.counter("mailroom.messages", "account", "support", "destination", "file", "result", "delivered").count()).isEqualTo(1);
  }

  @Test
  void what_every_destination_has_is_only_marked_when_a_listing_brings_it_again() {
    with.imports(LedgerParts::deliverAll, "A");
    AccountImport running = with.begin();
    assertThat(with.listed(running, "A")).singleElement().satisfies(message -> {
      assertThat(message.destinations()).isEmpty();
      assertThat(message.isCompleteBefore()).isTrue();
    });
    with.ledger.end(running);
    assertThat(running.tally().result(running, 0).isComplete()).isTrue();
  }

  @Test
  void in_a_mailbox_in_which_nothing_is_changed_it_is_passed_over() {
    with = new LedgerParts("accounts.support.after-import.mark-as-read", "false");
    with.imports(LedgerParts::deliverAll, "A");
    assertThat(with.listed(with.begin(), "A")).isEmpty();
  }

  @Test
  void what_a_destination_recorded_in_its_own_transaction_stands_and_is_not_written_again() {
    AccountImport running = with.begin();
    IncomingMessage message = with.listed(running, "A").get(0);
    with.ledger.deliveredInTransaction(new Delivery("database", "direct:x", true, List.of(message)));
    assertThat(with.status("A", "database")).isEqualTo("DELIVERED");
    deliver(message, "database", "file");
    assertThat(message.isRecordedFor("database")).isTrue();
    assertThat(message.isRecordedFor("file")).isFalse();
    with.clock.passSeconds(10);
    with.ledger.record(running, List.of(message));
    assertThat(with.database.rows("delivery")).isEqualTo(2);
    assertThat(with.jdbc.queryForObject("select delivered_at from delivery where destination = 'database'", java.sql.Timestamp.class).toInstant())
        .isEqualTo(with.clock.instant().minusSeconds(10));
  }

  @Test
  void an_entry_that_says_delivered_is_never_replaced() {
    AccountImport first = with.begin();
    AccountImport second = with.begin();
    IncomingMessage here = with.listed(first, "A").get(0);
    IncomingMessage there = with.listed(second, "A").get(0);
    with.ledger.record(first, List.of(deliver(here, "database", "file")));
    LedgerParts.refuseByFile(there);
    with.ledger.record(second, List.of(there));
    assertThat(with.status("A", "file")).isEqualTo("DELIVERED");
    with.table.write(List.of(new LedgerEntry("support", "A", "file", LedgerEntry.FAILED, 9, true, false, "late", null, null, null)), Set.of());
    assertThat(with.row("A", "file")).containsEntry("status", "DELIVERED").containsEntry("attempts", 1);
  }

  @Test
  void accounts_know_nothing_of_one_another() {
    with.imports(LedgerParts::deliverAll, "A");
    with.jdbc.update("update delivery set account = 'other'");
    assertThat(with.listed(with.begin(), "A").get(0).destinations()).containsExactly("database", "file");
  }

  // refused, tried again, given up

  @Test
  void a_refusal_costs_an_attempt_of_that_destination_alone_and_is_due_one_backoff_later() {
    AccountImport running = with.imports(LedgerParts::refuseByFile, "A");
    assertThat(count(running, Count.FAILED)).isEqualTo(1);
    assertThat(count(running, Count.GIVEN_UP)).isZero();
    assertThat(with.status("A", "database")).isEqualTo("DELIVERED");
    assertThat(with.row("A", "file")).containsEntry("status", "PENDING").containsEntry("attempts", 1).containsEntry("last_error", "IllegalStateException: I don't like this one.")
        .containsEntry("subject", "about A");
    with.clock.pass(MINUTE.minusMillis(1));
    AccountImport early = with.begin();
    assertThat(with.listed(early, "A")).isEmpty();
    assertThat(count(early, Count.WAITING)).isEqualTo(1);
    with.clock.pass(Duration.ofMillis(1));
    AccountImport due = with.begin();
    IncomingMessage again = with.listed(due, "A").get(0);
    assertThat(again.destinations()).containsExactly("file");
    assertThat(again.isOthersSettled()).isTrue();
    assertThat(again.earlierAttempts("file")).isEqualTo(1);
    with.ledger.record(due, List.of(deliver(again, "file")));
    assertThat(again.isComplete()).isTrue();
    assertThat(with.row("A", "file")).containsEntry("status", "DELIVERED").containsEntry("attempts", 2).containsEntry("last_error", null);
  }

  @Test
  void the_waits_double_up_to_an_hour_and_after_the_last_attempt_it_is_given_up() {
    with = new LedgerParts("retry.max-attempts", "10");
    Duration[] waits = IntStream.of(1, 2, 4, 8, 16, 32, 60, 60, 60).mapToObj(Duration::ofMinutes).toArray(Duration[]::new);
    for (int attempt = 1; attempt <= 9; attempt++) {
      with.imports(LedgerParts::refuseByFile, "A");
      assertThat(with.row("A", "file")).containsEntry("status", "PENDING").containsEntry("attempts", attempt);
      assertThat(with.next("A", "file")).as("after attempt %s", attempt).isEqualTo(with.clock.instant().plus(waits[attempt - 1]));
      with.clock.pass(waits[attempt - 1]);
    }
    AccountImport running = with.imports(LedgerParts::refuseByFile, "A");
    assertThat(with.row("A", "file")).containsEntry("status", "FAILED").containsEntry("attempts", 10).containsEntry("next_attempt_at", null);
    assertThat(count(running, Count.FAILED)).isEqualTo(1);
    assertThat(count(running, Count.GIVEN_UP)).isEqualTo(1);
  }

  @Test
  void what_was_given_up_is_told_once_with_what_to_do_and_not_tried_again() {
    with = new LedgerParts("retry.max-attempts", "1");
    AccountImport running = with.begin();
    IncomingMessage message = with.listed(running, "A").get(0);
    LedgerParts.refuseByFile(message);
    with.ledger.record(running, List.of(message));
    assertThat(message.isGivenUp()).isTrue();
    assertThat(with.ledger.givenUp(List.of(message))).singleElement().satisfies(hook -> assertThat(hook).containsEntry("account", "support")
        .containsEntry("mailbox", "support@contoso.com").containsEntry("messageId", "A").containsEntry("subject", "about A").containsEntry("destination", "file")
        .containsEntry("cause", "IllegalStateException: I don't like this one.").containsEntry("attempts", 1).containsKey("remedy"));
    with.clock.pass(Duration.ofDays(30));
    AccountImport later = with.begin();
    assertThat(with.listed(later, "A")).isEmpty();
    assertThat(count(later, Count.GIVEN_UP_BEFORE)).isEqualTo(1);
    assertThat(count(later, Count.WAITING)).isZero();
    with.ledger.end(later);
    assertThat(count(later, Count.GIVEN_UP_BEFORE)).as("counted once").isEqualTo(1);
  }

  @Test
  void a_message_that_is_too_large_is_given_up_by_its_first_attempt() {
    with = new LedgerParts("accounts.support.max-size", "1KB");
    MessageTooLargeException tooLarge = mock(MessageTooLargeException.class);
    when(tooLarge.getMessage()).thenReturn("the message is larger than the account's max-size");
    with.imports(message -> message.fate(Fate.failed(tooLarge)), "A");
    assertThat(with.row("A", "file")).containsEntry("status", "FAILED").containsEntry("attempts", 1).containsEntry("next_attempt_at", null);
    assertThat(with.status("A", "database")).isEqualTo("FAILED");
  }

  @Test
  void what_the_service_can_not_give_is_looked_at_again_six_hours_after_it_was_given_up() {
    with = new LedgerParts("retry.max-attempts", "1");
    with.imports(message -> message.fate(Fate.failed(BROKEN)), "A");
    assertThat(with.status("A", "file")).isEqualTo("FAILED");
    with.clock.pass(Duration.ofHours(6).minusMillis(1));
    assertThat(with.listed(with.begin(), "A")).isEmpty();
    with.clock.pass(Duration.ofMillis(1));
    AccountImport running = with.imports(LedgerParts::deliverAll, "A");
    assertThat(count(running, Count.IMPORTED)).isEqualTo(1);
    assertThat(with.status("A", "file")).isEqualTo("DELIVERED");
  }

  @Test
  void somebody_may_have_it_tried_again_from_the_first_attempt_on_or_discard_it() {
    with = new LedgerParts("retry.max-attempts", "1");
    with.imports(LedgerParts::refuseByFile, "A", "B");
    assertThat(with.failures.count()).containsEntry("support", 2L);
    assertThat(with.failures.retry(new FailedDeliveries.Selection("support", "A", null))).isEqualTo(1);
    assertThat(with.failures.discard(new FailedDeliveries.Selection(null, "B", "file"))).isEqualTo(1);
    assertThat(with.row("A", "file")).containsEntry("status", "PENDING").containsEntry("attempts", 0);
    assertThat(with.failures.list(new FailedDeliveries.Selection(null, null, null), 10)).isEmpty();
    AccountImport running = with.begin();
    assertThat(with.listed(running, "A", "B")).satisfiesExactly(
        a -> assertThat(a.destinations()).containsExactly("file"), b -> assertThat(b.isCompleteBefore()).as("discarded counts as done").isTrue());
  }

  // a destination that is down

  @Test
  void a_destination_that_is_down_costs_no_attempt_and_holds_up_no_other() {
    with.goesDown("file");
    AccountImport running = with.begin();
    assertThat(running.isReading()).isTrue();
    List<IncomingMessage> messages = with.listed(running, "A", "B");
    assertThat(messages).allSatisfy(message -> assertThat(message.destinations()).containsExactly("database"));
    messages.forEach(message -> deliver(message, "database"));
    with.ledger.record(running, messages);
    assertThat(messages).noneMatch(IncomingMessage::isComplete);
    for (String id : List.of("A", "B")) {
      assertThat(with.status(id, "database")).isEqualTo("DELIVERED");
      assertThat(with.row(id, "file")).containsEntry("status", "PENDING").containsEntry("attempts", 0);
      assertThat((String) with.row(id, "file").get("last_error")).startsWith("the destination is down: ConnectException: refused.");
      assertThat(with.next(id, "file")).isEqualTo(with.clock.instant().plusSeconds(1));
    }
    assertThat(count(running, Count.WAITING)).isEqualTo(2);
    assertThat(count(running, Count.FAILED)).isZero();
    assertThat(running.isAnythingWaiting()).isTrue();
  }

  @Test
  void one_that_goes_down_in_the_middle_costs_no_attempt_either() {
    AccountImport running = with.imports(message -> {
      with.goesDown("file");
      deliver(message, "database").awaits("file", new ConnectException("refused"));
    }, "A");
    assertThat(with.row("A", "file")).containsEntry("status", "PENDING").containsEntry("attempts", 0);
    assertThat(count(running, Count.WAITING)).isEqualTo(1);
    assertThat(count(running, Count.FAILED)).isZero();
  }

  @Test
  void reading_pauses_while_nothing_can_be_delivered_anywhere_until_it_is_time_to_try() {
    with.goesDown("file");
    with.goesDown("database");
    assertThat(with.begin().isReadingPaused()).isTrue();
    with.clock.pass(Duration.ofMillis(999));
    assertThat(with.begin().isReadingPaused()).isTrue();
    with.clock.pass(Duration.ofMillis(1));
    assertThat(with.begin().isReadingPaused()).isFalse();
  }

  @Test
  void reading_pauses_from_as_many_waiting_deliveries_on_as_the_limit_says_and_only_while_one_is_down() {
    with = new LedgerParts("limits.waiting-deliveries", "2");
    with.goesDown("file");
    with.imports(LedgerParts::deliverAll, "A");
    assertThat(with.begin().isReadingPaused()).isFalse();
    with.imports(LedgerParts::deliverAll, "B");
    assertThat(with.begin().isReadingPaused()).isTrue();
    with.health.succeeded("file", List.of("A"));
    assertThat(with.begin().isReadingPaused()).isFalse();
  }

  // what isn't delivered at all

  @Test
  void what_somebody_deleted_leaves_an_entry_only_where_there_was_one() {
    Fate gone = new Fate(Fate.Kind.GONE, "somebody deleted it", null, false);
    AccountImport running = with.imports(message -> message.fate(gone), "A");
    assertThat(with.database.rows("delivery")).isZero();
    assertThat(count(running, Count.GONE)).isEqualTo(1);
    with.imports(LedgerParts::refuseByFile, "B");
    with.clock.pass(MINUTE);
    with.imports(message -> message.fate(gone), "B");
    assertThat(with.status("B", "file")).isEqualTo("DISCARDED");
  }

  @Test
  void what_the_rules_skip_counts_as_done_everywhere() {
    AccountImport running = with.begin();
    IncomingMessage message = with.listed(running, "A").get(0);
    message.fate(new Fate(Fate.Kind.SKIPPED, null, null, false));
    with.ledger.record(running, List.of(message));
    assertThat(message.isComplete()).isTrue();
    assertThat(count(running, Count.PASSED_OVER)).isEqualTo(1);
    assertThat(with.status("A", "file")).isEqualTo("DISCARDED");
    assertThat(with.listed(with.begin(), "A").get(0).isCompleteBefore()).isTrue();
  }

  @Test
  void what_the_rules_leave_is_not_asked_about_until_it_changes() {
    AccountImport running = with.begin();
    IncomingMessage message = with.listed(running, "A").get(0);
    message.fate(new Fate(Fate.Kind.LEFT, null, null, false));
    with.ledger.record(running, List.of(message));
    assertThat(message.isComplete()).as("it isn't marked").isFalse();
    AccountImport again = with.begin();
    assertThat(with.listed(again, "A")).isEmpty();
    assertThat(count(again, Count.PASSED_OVER)).isEqualTo(1);
    List<IncomingMessage> changed = with.ledger.undelivered(again, LedgerParts.INBOX, new Page(1, List.of(LedgerParts.shown("A", "v2"))));
    assertThat(changed).singleElement().satisfies(of -> assertThat(of.destinations()).containsExactly("database", "file"));
  }

  @Test
  void a_message_that_waits_for_itself_is_tried_a_backoff_later_at_no_attempt_and_one_that_meets_trouble_of_all_fails_the_import() {
    AccountImport running = with.imports(message -> message.fate(new Fate(Fate.Kind.WAITING, "its attachments are being scanned", null, false)), "A");
    assertThat(with.row("A", "file")).containsEntry("status", "PENDING").containsEntry("attempts", 0).containsEntry("last_error", "its attachments are being scanned");
    assertThat(with.next("A", "file")).isEqualTo(with.clock.instant().plus(MINUTE));
    assertThat(running.failure()).isNull();
    with.clock.pass(MINUTE);
    AccountImport failing = with.imports(message -> message.fate(Fate.waiting(new IllegalStateException("no space left"))), "A");
    assertThat(failing.failure()).hasMessage("no space left");
    assertThat(with.row("A", "file")).containsEntry("status", "PENDING").containsEntry("attempts", 0);
  }

  @Test
  void a_message_that_nothing_became_of_is_as_unknown_as_before() {
    with.imports(message -> {}, "A");
    assertThat(with.database.rows("delivery")).isZero();
    assertThat(with.listed(with.begin(), "A").get(0).isTriedBefore()).isFalse();
  }

  // in doubt

  private AccountImport inDoubt(int fetched, String... ids) {
    AccountImport running = with.begin();
    List<IncomingMessage> messages = with.listed(running, ids);
    messages.forEach(message -> {
      message.fate(new Fate(Fate.Kind.FAILED, BROKEN.getMessage(), BROKEN, true));
      running.tally().trouble().failed(BROKEN);
    });
    IntStream.range(0, fetched).forEach(i -> running.tally().trouble().fetched());
    with.ledger.record(running, messages);
    assertThat(messages).allMatch(IncomingMessage::isSettled);
    assertThat(with.database.rows("delivery where in_doubt and attempts = 0")).isEqualTo(2L * ids.length);
    with.ledger.end(running);
    assertThat(with.database.rows("delivery where in_doubt")).isZero();
    return running;
  }

  @Test
  void one_message_of_which_the_service_gives_nothing_has_used_an_attempt_at_the_end_of_the_import() {
    AccountImport running = inDoubt(0, "A");
    assertThat(with.row("A", "file")).containsEntry("status", "PENDING").containsEntry("attempts", 1);
    assertThat(with.next("A", "file")).isEqualTo(with.clock.instant().plus(MINUTE));
    assertThat(count(running, Count.FAILED)).isEqualTo(1);
  }

  @Test
  void so_has_each_of_several_where_another_could_be_fetched() {
    AccountImport running = inDoubt(1, "A", "B");
    assertThat(with.row("A", "file")).containsEntry("attempts", 1);
    assertThat(with.row("B", "database")).containsEntry("attempts", 1);
    assertThat(count(running, Count.FAILED)).isEqualTo(2);
  }

  @Test
  void several_of_which_nothing_is_given_while_nothing_else_is_either_wait_at_no_attempt() {
    AccountImport running = inDoubt(0, "A", "B");
    assertThat(with.database.rows("delivery where status = 'PENDING' and attempts = 0")).isEqualTo(4);
    assertThat(count(running, Count.WAITING)).isEqualTo(2);
    assertThat(count(running, Count.FAILED)).isZero();
  }

  @Test
  void what_is_judged_is_given_up_after_its_last_attempt_and_told() {
    with = new LedgerParts("retry.max-attempts", "1");
    AccountImport running = with.begin();
    List<IncomingMessage> messages = with.listed(running, "A");
    messages.forEach(message -> message.fate(new Fate(Fate.Kind.FAILED, BROKEN.getMessage(), BROKEN, true)));
    running.tally().trouble().failed(BROKEN);
    with.ledger.record(running, messages);
    assertThat(with.ledger.end(running)).singleElement().satisfies(hook -> assertThat(hook).containsEntry("messageId", "A")
        .containsEntry("destination", "database, file"));
    assertThat(with.status("A", "file")).isEqualTo("FAILED");
    assertThat(with.next("A", "file")).as("looked at again").isEqualTo(with.clock.instant().plus(Duration.ofHours(6)));
    assertThat(count(running, Count.GIVEN_UP)).isEqualTo(1);
  }

  // what no listing brings any more

  private static List<String> walk(Iterator<Page> pages) {
    List<String> ids = new ArrayList<>();
    pages.forEachRemaining(page -> ids.add(String.join("+", page.messages().stream().map(ListedMessage::id).toList())));
    return ids;
  }

  @Test
  void what_was_due_when_the_import_began_comes_in_pages_by_its_time_and_nothing_that_became_due_since() {
    with = new LedgerParts("limits.page-size", "2");
    for (String id : List.of("C", "A", "B", "E", "D")) {
      with.imports(LedgerParts::refuseByFile, id);
      with.clock.pass(id.equals("A") || id.equals("B") ? Duration.ZERO : Duration.ofSeconds(1));
    }
    with.clock.pass(MINUTE.minusSeconds(1).minusMillis(1));
    AccountImport running = with.begin();
    with.clock.pass(MINUTE);
    assertThat(walk(with.ledger.due(running))).as("D became due after the beginning").containsExactly("C+A", "B+E");
    assertThat(walk(with.ledger.due(with.begin()))).containsExactly("C+A", "B+E", "D");
  }

  @Test
  void while_a_destination_is_down_one_message_is_enough_to_see_whether_it_is_up_and_before_that_none_comes() {
    with.imports(LedgerParts::refuseByFile, "A", "B");
    with.clock.pass(Duration.ofHours(1));
    with.goesDown("file");
    assertThat(walk(with.ledger.due(with.begin()))).isEmpty();
    with.clock.passSeconds(1);
    Iterator<Page> due = with.ledger.due(with.begin());
    assertThat(due.next().messages()).extracting(ListedMessage::id).containsExactly("A");
    assertThat(with.health.admits("file", List.of("A"))).as("it is tried, and fails").isTrue();
    with.goesDown("file");
    assertThat(due.hasNext()).isFalse();
  }

  @Test
  void an_import_that_leaves_something_is_not_complete_though_no_listing_brings_it() {
    with = new LedgerParts("retry.max-attempts", "2");
    with.imports(LedgerParts::refuseByFile, "A");
    with.clock.pass(MINUTE);
    with.imports(LedgerParts::refuseByFile, "A");
    with.imports(LedgerParts::refuseByFile, "B", "C");
    AccountImport running = with.imports(LedgerParts::deliverAll);
    assertThat(count(running, Count.WAITING)).isEqualTo(2);
    assertThat(count(running, Count.GIVEN_UP_BEFORE)).isEqualTo(1);
    assertThat(running.tally().result(running, 0).isComplete()).isFalse();
    with.jdbc.update("delete from delivery");
    AccountImport clean = with.imports(LedgerParts::deliverAll);
    assertThat(clean.tally().result(clean, 0).isComplete()).isTrue();
  }

  @Test
  void a_stop_leaves_the_page_for_the_next_import_and_brings_nothing_that_is_due() {
    with.imports(LedgerParts::refuseByFile, "A");
    with.clock.pass(MINUTE);
    AccountImport running = with.begin();
    with.stopping = true;
    assertThatThrownBy(() -> with.listed(running, "B")).isInstanceOf(StoppingException.class);
    assertThat(walk(with.ledger.due(running))).isEmpty();
  }

  // what the service can't list

  private AccountImport unlistable(int messages, boolean ended) {
    AccountImport running = with.begin();
    if (ended) {
      running.listedToItsEnd(messages);
    }
    with.ledger.end(running);
    return running;
  }

  @Test
  void what_could_not_be_listed_stands_in_the_ledger_by_number_as_long_as_it_is_there() {
    AccountImport running = unlistable(2, true);
    assertThat(count(running, Count.FAILED)).isEqualTo(2);
    assertThat(count(running, Count.GIVEN_UP)).isEqualTo(2);
    assertThat(with.database.rows("delivery where status = 'FAILED' and message_id in ('unlistable-1', 'unlistable-2')")).isEqualTo(4);
    AccountImport same = unlistable(2, true);
    assertThat(count(same, Count.FAILED)).isZero();
    assertThat(count(same, Count.GIVEN_UP_BEFORE)).isEqualTo(2);
    unlistable(0, false);
    assertThat(with.database.rows("delivery")).as("a listing that didn't end tells nothing").isEqualTo(4);
    unlistable(1, true);
    assertThat(with.jdbc.queryForList("select distinct message_id from delivery", String.class)).containsExactly("unlistable-1");
    unlistable(0, true);
    assertThat(with.database.rows("delivery")).isZero();
  }

  // what the site doesn't confirm

  @Test
  void what_the_site_does_not_confirm_is_asked_about_again_by_the_rules_of_retry_and_forgotten_when_it_does() {
    with = new LedgerParts("retry.max-attempts", "2");
    Confirmations confirmations = new Confirmations(with.jdbc, with.table, with.rows, new RouteFailures(), mock(CamelContext.class));
    with.imports(LedgerParts::deliverAll, "A");
    confirmations.refused(with.account, "A", Instant.parse("2026-02-28T12:00:00Z"), new IllegalStateException("not filed"));
    assertThat(with.row("A", "(confirm)")).containsEntry("status", "PENDING").containsEntry("attempts", 1).containsEntry("last_error", "the site doesn't confirm it: IllegalStateException: not filed.");
    AccountImport early = with.begin();
    assertThat(with.listed(early, "A")).isEmpty();
    assertThat(count(early, Count.WAITING)).isEqualTo(1);
    with.clock.pass(MINUTE);
    assertThat(with.listed(with.begin(), "A").get(0).isCompleteBefore()).as("it is to be confirmed and marked").isTrue();
    assertThat(walk(with.ledger.due(with.begin()))).as("also when no listing brings it").containsExactly("A");
    confirmations.refused(with.account, "A", null, new IllegalStateException("not filed"));
    assertThat(with.row("A", "(confirm)")).containsEntry("status", "FAILED").containsEntry("attempts", 2).containsEntry("next_attempt_at", null);
    AccountImport later = with.begin();
    assertThat(with.listed(later, "A")).isEmpty();
    assertThat(count(later, Count.GIVEN_UP_BEFORE)).isEqualTo(1);
    confirmations.confirmed(with.account, "A");
    assertThat(with.database.rows("delivery where destination = '(confirm)'")).isZero();
  }

  // other destinations

  @Test
  void where_the_rules_chose_other_destinations_those_stay_responsible() {
    with.table.write(List.of(new LedgerEntry("support", "A", "queue", LedgerEntry.PENDING, 1, false, false, "no", null, null, null)), Set.of());
    IncomingMessage message = with.listed(with.begin(), "A").get(0);
    assertThat(message.destinations()).containsExactly("queue");
    assertThat(message.isOthersSettled()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Fate.Kind.class)
  void every_fate_has_its_rows_and_only_an_open_one_leaves_the_message_unsettled(Fate.Kind kind) {
    AccountImport running = with.begin();
    IncomingMessage message = with.listed(running, "A").get(0);
    message.fate(new Fate(kind, "a reason", kind == Fate.Kind.FAILED ? BROKEN : null, false));
    with.ledger.record(running, List.of(message));
    assertThat(message.isSettled()).isEqualTo(kind != Fate.Kind.OPEN);
    Map<Fate.Kind, Integer> rows = Map.of(Fate.Kind.OPEN, 0, Fate.Kind.GONE, 0, Fate.Kind.LEFT, 1);
    assertThat(with.database.rows("delivery")).isEqualTo((long) rows.getOrDefault(kind, 2));
  }
}
