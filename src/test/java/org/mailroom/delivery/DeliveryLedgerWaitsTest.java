package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mailroom.delivery.LedgerParts.count;
import static org.mailroom.delivery.LedgerParts.deliver;

import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally.Count;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.Page;
import org.mailroom.message.Fate;
import org.mailroom.message.IncomingMessage;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Deliveries that wait through no fault of their message, and those of which that is in doubt: on
 * the real tables, without an application.
 */
@ExtendWith(OutputCaptureExtension.class)
class DeliveryLedgerWaitsTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final GraphException BROKEN =
      new GraphException(
          GraphOperation.GET_MESSAGE,
          "support@contoso.com",
          500,
          "ErrorInternalServerError",
          null,
          null);

  private static final Fate TOO_OLD = new Fate(Fate.Kind.TOO_OLD, null, null, false);

  private LedgerParts with = new LedgerParts();

  // a destination that is down

  @Test
  void a_destination_that_is_down_costs_no_attempt_and_holds_up_no_other() {
    with.goesDown("file");
    AccountImport running = with.begin();
    assertThat(running.isReading()).isTrue();
    List<IncomingMessage> messages = with.listed(running, "A", "B");
    assertThat(messages)
        .allSatisfy(message -> assertThat(message.destinations()).containsExactly("database"));
    messages.forEach(message -> deliver(message, "database"));
    with.ledger.record(running, messages);
    assertThat(messages).noneMatch(IncomingMessage::isComplete);
    for (String id : List.of("A", "B")) {
      assertThat(with.status(id, "database")).isEqualTo("DELIVERED");
      assertThat(with.row(id, "file"))
          .containsEntry("status", "PENDING")
          .containsEntry("attempts", 0);
      assertThat((String) with.row(id, "file").get("last_error"))
          .startsWith("the destination is down: connect: refused.");
      assertThat(with.next(id, "file")).isEqualTo(with.clock.instant().plusSeconds(1));
    }
    assertThat(count(running, Count.WAITING)).isEqualTo(2);
    assertThat(count(running, Count.FAILED)).isZero();
    assertThat(running.isAnythingWaiting()).isTrue();
  }

  @Test
  void a_message_that_waits_before_its_age_was_known_is_still_judged_by_it_when_it_is_fetched() {
    with.goesDown("file");
    AccountImport running = with.begin();
    List<IncomingMessage> messages =
        with.ledger.undelivered(
            running, LedgerParts.INBOX, new Page(1, List.of(ListedMessage.ofId("A"))));
    assertThat(messages).singleElement().matches(IncomingMessage::isAgeUnknown);
    messages.forEach(message -> message.fate(TOO_OLD));
    with.ledger.record(running, messages);
    assertThat(count(running, Count.PASSED_OVER)).isEqualTo(1);
    with.health.succeeded("file", List.of("B"));
    with.clock.pass(MINUTE);
    AccountImport next = with.begin();
    List<IncomingMessage> due = with.ledger.undelivered(next, null, with.ledger.due(next).next());
    assertThat(due).singleElement().matches(IncomingMessage::isAgeUnknown);
    due.forEach(message -> message.fate(TOO_OLD));
    with.ledger.record(next, due);
    assertThat(with.status("A", "file")).isEqualTo("DISCARDED");
    assertThat(with.database.rows("delivery where status = 'PENDING'")).isZero();
  }

  @Test
  void a_message_that_the_ledger_has_seen_is_delivered_however_old_it_is() {
    with.imports(LedgerParts::refuseByFile, "A");
    with.clock.pass(MINUTE);
    AccountImport next = with.begin();
    assertThat(with.ledger.undelivered(next, null, with.ledger.due(next).next()))
        .singleElement()
        .matches(message -> !message.isAgeUnknown());
  }

  @Test
  void one_that_goes_down_in_the_middle_costs_no_attempt_either() {
    AccountImport running =
        with.imports(
            message -> {
              with.goesDown("file");
              deliver(message, "database").awaits("file", new ConnectException("refused"));
            },
            "A");
    assertThat(with.row("A", "file"))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 0);
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
  void
      reading_pauses_from_as_many_waiting_deliveries_on_as_the_limit_says_and_only_while_one_is_down() {
    with = new LedgerParts("limits.waiting-deliveries", "2");
    with.goesDown("file");
    with.imports(LedgerParts::deliverAll, "A");
    assertThat(with.begin().isReadingPaused()).isFalse();
    with.imports(LedgerParts::deliverAll, "B");
    assertThat(with.begin().isReadingPaused()).isTrue();
    with.health.succeeded("file", List.of("A"));
    assertThat(with.begin().isReadingPaused()).isFalse();
  }

  // in doubt

  private AccountImport inDoubt(int fetched, String... ids) {
    AccountImport running = with.begin();
    List<IncomingMessage> messages = with.listed(running, ids);
    messages.forEach(
        message -> {
          message.fate(new Fate(Fate.Kind.FAILED, BROKEN.getMessage(), BROKEN, true));
          running.trouble().failed(BROKEN);
        });
    IntStream.range(0, fetched).forEach(i -> running.trouble().fetched());
    with.ledger.record(running, messages);
    assertThat(messages).allMatch(IncomingMessage::isSettled);
    assertThat(with.database.rows("delivery where in_doubt and attempts = 0"))
        .isEqualTo(2L * ids.length);
    with.ledger.end(running);
    assertThat(with.database.rows("delivery where in_doubt")).isZero();
    return running;
  }

  @Test
  void
      one_message_of_which_the_service_gives_nothing_has_used_an_attempt_at_the_end_of_the_import() {
    AccountImport running = inDoubt(0, "A");
    assertThat(with.row("A", "file"))
        .containsEntry("status", "PENDING")
        .containsEntry("attempts", 1);
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
    assertThat(with.database.rows("delivery where status = 'PENDING' and attempts = 0"))
        .isEqualTo(4);
    assertThat(count(running, Count.WAITING)).isEqualTo(2);
    assertThat(count(running, Count.FAILED)).isZero();
  }

  @Test
  void where_the_service_gave_nothing_and_no_reason_they_wait_and_the_log_says_so(
      CapturedOutput output) {
    AccountImport running = with.begin();
    running.trouble().failed(BROKEN);
    running.trouble().failed(new TimeoutException());
    with.ledger.end(running);
    assertThat(count(running, Count.WAITING)).isEqualTo(2);
    assertThat(output.getOut())
        .contains("account support: 2 messages wait, for the service gave nothing of any: ")
        .doesNotContain("null");
    running.trouble().failed(null);
    with.ledger.end(running);
    assertThat(output.getOut())
        .contains(
            "3 messages wait, for the service gave nothing of any: no reason is known. That costs"
                + " them no attempt");
  }

  @Test
  void what_is_judged_is_given_up_after_its_last_attempt_and_told() {
    with = new LedgerParts("retry.max-attempts", "1");
    AccountImport running = with.begin();
    List<IncomingMessage> messages = with.listed(running, "A");
    messages.forEach(
        message -> message.fate(new Fate(Fate.Kind.FAILED, BROKEN.getMessage(), BROKEN, true)));
    running.trouble().failed(BROKEN);
    with.ledger.record(running, messages);
    assertThat(with.ledger.end(running))
        .singleElement()
        .satisfies(
            hook ->
                assertThat(hook)
                    .containsEntry("messageId", "A")
                    .containsEntry("destination", "database, file"));
    assertThat(with.status("A", "file")).isEqualTo("FAILED");
    assertThat(with.next("A", "file"))
        .as("looked at again")
        .isEqualTo(with.clock.instant().plus(Duration.ofHours(6)));
    assertThat(count(running, Count.GIVEN_UP)).isEqualTo(1);
  }
}
