package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mailroom.delivery.LedgerParts.count;
import static org.mailroom.delivery.LedgerParts.deliver;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally.Count;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.message.Fate;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MessageTooLargeException;

/**
 * A delivery from new to delivered, refused and tried again, or given up, over imports and time: on
 * the real tables, without an application.
 */
class DeliveryLedgerTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final GraphException BROKEN =
      new GraphException(
          GraphOperation.GET_MESSAGE,
          "support@contoso.com",
          500,
          "ErrorInternalServerError",
          null,
          null);

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
      assertThat(with.row("A", destination))
          .containsEntry("status", "DELIVERED")
          .containsEntry("attempts", 1)
          .containsEntry("next_attempt_at", null)
          .containsEntry("last_error", null)
          .containsEntry("subject", null);
    }
    assertThat(
            with.meters
                .counter(
                    "mailroom.messages",
                    "account",
                    "support",
                    "destination",
                    "file",
                    "result",
                    "delivered")
                .count())
        .isEqualTo(1);
  }

  @Test
  void what_every_destination_has_is_only_marked_when_a_listing_brings_it_again() {
    with.imports(LedgerParts::deliverAll, "A");
    AccountImport running = with.begin();
    assertThat(with.listed(running, "A"))
        .singleElement()
        .satisfies(
            message -> {
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
    with.ledger.deliveredInTransaction(
        new Delivery("database", "direct:x", true, List.of(message)));
    assertThat(with.status("A", "database")).isEqualTo("DELIVERED");
    deliver(message, "database", "file");
    assertThat(message.isRecordedFor("database")).isTrue();
    assertThat(message.isRecordedFor("file")).isFalse();
    with.clock.passSeconds(10);
    with.ledger.record(running, List.of(message));
    assertThat(with.database.rows("delivery")).isEqualTo(2);
    assertThat(
            with.jdbc
                .queryForObject(
                    "select delivered_at from delivery where destination = 'database'",
                    java.sql.Timestamp.class)
                .toInstant())
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
    with.table.write(
        List.of(
            new LedgerEntry(
                "support",
                "A",
                "file",
                LedgerEntry.FAILED,
                9,
                true,
                false,
                "late",
                null,
                null,
                null)),
        Set.of());
    assertThat(with.row("A", "file"))
        .containsEntry("status", "DELIVERED")
        .containsEntry("attempts", 1);
  }

  @Test
  void accounts_know_nothing_of_one_another() {
    with.imports(LedgerParts::deliverAll, "A");
    with.jdbc.update("update delivery set account = 'other'");
    assertThat(with.listed(with.begin(), "A").get(0).destinations())
        .containsExactly("database", "file");
  }

  // refused, tried again, given up

  @Test
  void a_refusal_costs_an_attempt_of_that_destination_alone_and_is_due_one_backoff_later() {
    AccountImport running = with.imports(LedgerParts::refuseByFile, "A");
    assertThat(count(running, Count.FAILED)).isEqualTo(1);
    assertThat(count(running, Count.GIVEN_UP)).isZero();
    assertThat(with.status("A", "database")).isEqualTo("DELIVERED");
    assertThat(with.row("A", "file"))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 1)
        .containsEntry("last_error", "I don't like this one.")
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
    assertThat(with.row("A", "file"))
        .containsEntry("status", "DELIVERED")
        .containsEntry("attempts", 2)
        .containsEntry("last_error", null);
  }

  @Test
  void the_waits_double_up_to_an_hour_and_after_the_last_attempt_it_is_given_up() {
    with = new LedgerParts("retry.max-attempts", "10");
    Duration[] waits =
        IntStream.of(1, 2, 4, 8, 16, 32, 60, 60, 60)
            .mapToObj(Duration::ofMinutes)
            .toArray(Duration[]::new);
    for (int attempt = 1; attempt <= 9; attempt++) {
      with.imports(LedgerParts::refuseByFile, "A");
      assertThat(with.row("A", "file"))
          .containsEntry("status", "PENDING")
          .containsEntry("attempts", attempt);
      assertThat(with.next("A", "file"))
          .as("after attempt %s", attempt)
          .isEqualTo(with.clock.instant().plus(waits[attempt - 1]));
      with.clock.pass(waits[attempt - 1]);
    }
    AccountImport running = with.imports(LedgerParts::refuseByFile, "A");
    assertThat(with.row("A", "file"))
        .containsEntry("status", "FAILED")
        .containsEntry("attempts", 10)
        .containsEntry("next_attempt_at", null);
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
    assertThat(with.ledger.givenUp(List.of(message)))
        .singleElement()
        .satisfies(
            hook ->
                assertThat(hook)
                    .containsEntry("account", "support")
                    .containsEntry("mailbox", "support@contoso.com")
                    .containsEntry("messageId", "A")
                    .containsEntry("subject", "about A")
                    .containsEntry("destination", "file")
                    .containsEntry("cause", "I don't like this one.")
                    .containsEntry("attempts", 1)
                    .containsKey("remedy"));
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
    assertThat(with.row("A", "file"))
        .containsEntry("status", "FAILED")
        .containsEntry("attempts", 1)
        .containsEntry("next_attempt_at", null);
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
    assertThat(with.failures.retry(new FailedDeliveries.Selection("support", "A", null)))
        .isEqualTo(1);
    assertThat(with.failures.discard(new FailedDeliveries.Selection(null, "B", "file")))
        .isEqualTo(1);
    assertThat(with.row("A", "file"))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 0);
    assertThat(with.failures.list(new FailedDeliveries.Selection(null, null, null), 10)).isEmpty();
    AccountImport running = with.begin();
    assertThat(with.listed(running, "A", "B"))
        .satisfiesExactly(
            a -> assertThat(a.destinations()).containsExactly("file"),
            b -> assertThat(b.isCompleteBefore()).as("discarded counts as done").isTrue());
  }

  // other destinations

  @Test
  void where_the_rules_chose_other_destinations_those_stay_responsible() {
    with.table.write(
        List.of(
            new LedgerEntry(
                "support",
                "A",
                "queue",
                LedgerEntry.PENDING,
                1,
                false,
                false,
                "no",
                null,
                null,
                null)),
        Set.of());
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
    Map<Fate.Kind, Integer> rows =
        Map.of(Fate.Kind.OPEN, 0, Fate.Kind.GONE, 0, Fate.Kind.TOO_OLD, 0, Fate.Kind.LEFT, 1);
    assertThat(with.database.rows("delivery")).isEqualTo((long) rows.getOrDefault(kind, 2));
  }
}
