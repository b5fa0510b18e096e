package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mailroom.delivery.LedgerParts.count;
import static org.mockito.Mockito.mock;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally.Count;
import org.mailroom.graph.StoppingException;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.Page;
import org.mailroom.message.Fate;
import org.mailroom.message.IncomingMessage;
import org.mailroom.routes.RouteFailures;

/**
 * What is not delivered, not listed, or not confirmed, as the ledger keeps it: on the real tables,
 * without an application.
 */
class DeliveryLedgerRestTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private LedgerParts with = new LedgerParts();

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
  void what_is_listed_again_though_it_was_gone_goes_to_each_destination_that_does_not_have_it() {
    Fate gone = new Fate(Fate.Kind.GONE, "somebody deleted it", null, false);
    with.imports(LedgerParts::refuseByFile, "A");
    with.clock.pass(MINUTE);
    with.imports(message -> message.fate(gone), "A");
    assertThat(walk(with.ledger.due(with.begin()))).as("nothing is asked for again").isEmpty();
    AccountImport running =
        with.imports(
            message -> {
              assertThat(message.destinations()).containsExactly("file");
              LedgerParts.deliverAll(message);
            },
            "A");
    assertThat(count(running, Count.IMPORTED)).isEqualTo(1);
    assertThat(with.status("A", "file")).isEqualTo("DELIVERED");
    assertThat(with.database.rows("delivery")).isEqualTo(2);
  }

  @Test
  void
      what_is_listed_again_though_it_was_gone_waits_while_its_destination_is_down_as_any_other_does() {
    Fate gone = new Fate(Fate.Kind.GONE, "somebody deleted it", null, false);
    with.imports(LedgerParts::refuseByFile, "A");
    with.clock.pass(MINUTE);
    with.imports(message -> message.fate(gone), "A");
    with.goesDown("file");
    AccountImport running = with.begin();
    assertThat(with.listed(running, "A")).as("it isn't marked").isEmpty();
    assertThat(count(running, Count.WAITING)).isEqualTo(1);
    assertThat(with.status("A", "file"))
        .as("so that it is brought again by no listing, too")
        .isEqualTo("PENDING");
  }

  @Test
  void what_a_person_discarded_stays_so_when_it_is_listed_again() {
    with = new LedgerParts("retry.max-attempts", "1");
    with.imports(LedgerParts::refuseByFile, "A");
    assertThat(with.failures.discard(new FailedDeliveries.Selection("support", "A", null)))
        .isEqualTo(1);
    assertThat(with.listed(with.begin(), "A").get(0).isCompleteBefore()).isTrue();
    assertThat(with.status("A", "file")).isEqualTo("DISCARDED");
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
    List<IncomingMessage> changed =
        with.ledger.undelivered(
            again, LedgerParts.INBOX, new Page(1, List.of(LedgerParts.shown("A", "v2"))));
    assertThat(changed)
        .singleElement()
        .satisfies(of -> assertThat(of.destinations()).containsExactly("database", "file"));
  }

  @Test
  void
      a_message_that_waits_costs_no_attempt_and_fails_the_import_only_when_the_others_meet_its_trouble_too() {
    AccountImport running =
        with.imports(
            message ->
                message.fate(
                    new Fate(Fate.Kind.WAITING, "its attachments are being scanned", null, false)),
            "A");
    assertThat(with.row("A", "file"))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 0)
        .containsEntry("last_error", "its attachments are being scanned");
    assertThat(with.next("A", "file")).isEqualTo(with.clock.instant().plus(MINUTE));
    assertThat(running.failure()).isNull();
    with.clock.pass(MINUTE);
    AccountImport failing =
        with.imports(
            message -> message.fate(Fate.waiting(new IllegalStateException("no space left"))), "A");
    assertThat(failing.failure()).hasMessage("no space left");
    assertThat(with.row("A", "file"))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 0);
  }

  @Test
  void a_message_that_nothing_became_of_is_as_unknown_as_before() {
    with.imports(message -> {}, "A");
    assertThat(with.database.rows("delivery")).isZero();
    assertThat(with.listed(with.begin(), "A").get(0).isTriedBefore()).isFalse();
  }

  // what no listing brings any more

  private static List<String> walk(Iterator<Page> pages) {
    List<String> ids = new ArrayList<>();
    pages.forEachRemaining(
        page ->
            ids.add(String.join("+", page.messages().stream().map(ListedMessage::id).toList())));
    return ids;
  }

  @Test
  void
      what_was_due_when_the_import_began_comes_in_pages_by_its_time_and_nothing_that_became_due_since() {
    with = new LedgerParts("limits.page-size", "2");
    for (String id : List.of("C", "A", "B", "E", "D")) {
      with.imports(LedgerParts::refuseByFile, id);
      with.clock.pass(id.equals("A") || id.equals("B") ? Duration.ZERO : Duration.ofSeconds(1));
    }
    with.clock.pass(MINUTE.minusSeconds(1).minusMillis(1));
    AccountImport running = with.begin();
    with.clock.pass(MINUTE);
    assertThat(walk(with.ledger.due(running)))
        .as("D became due after the beginning")
        .containsExactly("C+A", "B+E");
    assertThat(walk(with.ledger.due(with.begin()))).containsExactly("C+A", "B+E", "D");
  }

  @Test
  void
      while_a_destination_is_down_one_message_is_enough_to_see_whether_it_is_up_and_before_that_none_comes() {
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
    assertThat(
            with.database.rows(
                "delivery where status = 'FAILED' and message_id in ('unlistable-1',"
                    + " 'unlistable-2')"))
        .isEqualTo(4);
    AccountImport same = unlistable(2, true);
    assertThat(count(same, Count.FAILED)).isZero();
    assertThat(count(same, Count.GIVEN_UP_BEFORE)).isEqualTo(2);
    unlistable(0, false);
    assertThat(with.database.rows("delivery"))
        .as("a listing that didn't end tells nothing")
        .isEqualTo(4);
    unlistable(1, true);
    assertThat(with.jdbc.queryForList("select distinct message_id from delivery", String.class))
        .containsExactly("unlistable-1");
    unlistable(0, true);
    assertThat(with.database.rows("delivery")).isZero();
  }

  // what the site doesn't confirm

  @Test
  void
      what_the_site_does_not_confirm_is_asked_about_again_by_the_rules_of_retry_and_forgotten_when_it_does() {
    with = new LedgerParts("retry.max-attempts", "2");
    Confirmations confirmations =
        new Confirmations(
            with.jdbc, with.table, with.rows, new RouteFailures(), mock(CamelContext.class));
    with.imports(LedgerParts::deliverAll, "A");
    confirmations.refused(
        with.account,
        "A",
        Instant.parse("2026-02-28T12:00:00Z"),
        new IllegalStateException("not filed"));
    assertThat(with.row("A", "(confirm)"))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 1)
        .containsEntry("last_error", "the site doesn't confirm it: not filed.");
    AccountImport early = with.begin();
    assertThat(with.listed(early, "A")).isEmpty();
    assertThat(count(early, Count.WAITING)).isEqualTo(1);
    with.clock.pass(MINUTE);
    assertThat(with.listed(with.begin(), "A").get(0).isCompleteBefore())
        .as("it is to be confirmed and marked")
        .isTrue();
    assertThat(walk(with.ledger.due(with.begin())))
        .as("also when no listing brings it")
        .containsExactly("A");
    confirmations.refused(with.account, "A", null, new IllegalStateException("not filed"));
    assertThat(with.row("A", "(confirm)"))
        .containsEntry("status", "FAILED")
        .containsEntry("attempts", 2)
        .containsEntry("next_attempt_at", null);
    AccountImport later = with.begin();
    assertThat(with.listed(later, "A")).isEmpty();
    assertThat(count(later, Count.GIVEN_UP_BEFORE)).isEqualTo(1);
    confirmations.confirmed(with.account, "A");
    assertThat(with.database.rows("delivery where destination = '(confirm)'")).isZero();
  }
}
