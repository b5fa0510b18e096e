package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.MigratedDatabase;
import org.mailroom.SettableClock;
import org.mailroom.account.Account;
import org.mailroom.account.ImportResult;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Each account from due over queued and running to done, by a clock that the test drives. */
@ExtendWith(OutputCaptureExtension.class)
class AccountScheduleTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final MigratedDatabase database = new MigratedDatabase();
  private final NodeProcess node = new NodeProcess(database.jdbc(), database.transaction());
  private final SettableClock clock = node.clock;
  private final Map<String, Account> known = node.known;
  private final TaskQueue tasks = node.tasks;
  private final AccountSchedule schedule = node.schedule;

  @BeforeEach
  void two() {
    know("a", MINUTE);
    know("b", Duration.ofMinutes(5));
  }

  private Account know(String id, Duration every) {
    return node.know(id, every);
  }

  private void runs(String id, ImportResult result) {
    node.runs(id, result);
  }

  private void bothRun() {
    assertThat(schedule.due()).containsExactly("a", "b");
    runs("a", Imports.idle("a", clock));
    runs("b", Imports.idle("b", clock));
  }

  @Test
  void every_account_is_due_at_the_start_and_is_taken_once() {
    assertThat(schedule.nextPoll("a")).isEqualTo(schedule.started());
    assertThat(schedule.due()).containsExactly("a", "b");
    assertThat(schedule.isAnyoneWaiting()).isTrue();
    clock.pass(Duration.ofHours(1));
    assertThat(schedule.due()).as("they are on the queue").isEmpty();
    schedule.begun("a");
    schedule.begun("b");
    assertThat(schedule.isAnyoneWaiting()).isFalse();
    clock.pass(Duration.ofHours(1));
    assertThat(schedule.due()).as("they run").isEmpty();
  }

  @Test
  void an_account_is_due_again_one_interval_of_its_own_after_its_import_ended() {
    assertThat(schedule.due()).containsExactly("a", "b");
    schedule.begun("a");
    clock.pass(Duration.ofMinutes(10));
    schedule.ended(known.get("a"), Imports.idle("a", clock));
    schedule.givenBack("a");
    runs("b", Imports.idle("b", clock));
    assertThat(schedule.nextPoll("a")).isEqualTo(clock.instant().plus(MINUTE));
    clock.pass(MINUTE.minusMillis(1));
    assertThat(schedule.due()).isEmpty();
    clock.pass(Duration.ofMillis(1));
    assertThat(schedule.due()).containsExactly("a");
    clock.pass(Duration.ofMinutes(4));
    assertThat(schedule.due()).containsExactly("b");
  }

  @Test
  void an_account_whose_settings_have_changed_or_that_is_new_is_due_at_once() {
    bothRun();
    know("b", Duration.ofHours(1));
    know("c", MINUTE);
    assertThat(schedule.due()).containsExactly("b", "c");
  }

  @Test
  void settings_that_change_while_its_import_runs_make_it_due_when_that_has_ended() {
    schedule.due();
    schedule.begun("a");
    Account before = known.get("a");
    know("a", Duration.ofHours(1));
    assertThat(schedule.due()).isEmpty();
    schedule.ended(before, Imports.idle("a", clock));
    schedule.givenBack("a");
    assertThat(schedule.due()).containsExactly("a");
  }

  @Test
  void an_account_that_is_deleted_is_not_due_and_nothing_of_it_stays() {
    bothRun();
    Account gone = known.remove("a");
    clock.pass(Duration.ofDays(1));
    assertThat(schedule.due()).containsExactly("b");
    schedule.begun("a");
    schedule.ended(gone, Imports.idle("a", clock));
    schedule.givenBack("a");
    assertThat(schedule.lastResult("a")).isEmpty();
    assertThat(schedule.lastSuccess("a")).isEmpty();
  }

  @Test
  void an_import_that_lets_others_go_first_goes_on_at_its_time_and_not_by_its_interval() {
    schedule.due();
    schedule.begun("a");
    Instant at = clock.instant().plusSeconds(5);
    schedule.ended(known.get("a"), Imports.goingOn("a", clock, at));
    schedule.givenBack("a");
    assertThat(schedule.isSuspended("a")).isTrue();
    assertThat(schedule.nextPoll("a")).isEqualTo(at);
    assertThat(schedule.lastSuccess("a")).as("it isn't through").isEmpty();
    clock.pass(Duration.ofSeconds(5).minusMillis(1));
    assertThat(schedule.due()).isEmpty();
    clock.pass(Duration.ofMillis(1));
    assertThat(schedule.due()).containsExactly("a");
    schedule.begun("a");
    assertThat(schedule.isSuspended("a")).isFalse();
  }

  @Test
  void a_task_that_got_lost_is_taken_back_after_five_seconds_and_one_that_lies_on_the_queue_never(
      CapturedOutput output) {
    when(tasks.isEmpty()).thenReturn(false);
    assertThat(schedule.due()).containsExactly("a", "b");
    clock.pass(Duration.ofHours(1));
    assertThat(schedule.due()).isEmpty();
    assertThat(output.getAll()).doesNotContain("got lost");
    when(tasks.isEmpty()).thenReturn(true);
    assertThat(schedule.due()).containsExactly("a", "b");
    assertThat(output.getAll())
        .contains("account a: its task got lost")
        .contains("account b: its task got lost");
    schedule.begun("b");
    clock.passSeconds(5);
    assertThat(schedule.due()).as("an importer may have it in hand").isEmpty();
    clock.pass(Duration.ofMillis(1));
    assertThat(schedule.due()).as("the one that runs isn't lost").containsExactly("a");
  }

  @Test
  void
      a_paused_account_is_not_due_until_it_is_resumed_and_then_at_once_and_its_import_that_runs_is_finished() {
    schedule.due();
    runs("a", Imports.idle("a", clock));
    schedule.begun("b");
    schedule.pause("a");
    schedule.pause("b");
    assertThat(schedule.isPaused("a")).isTrue();
    assertThat(schedule.pausedSince("a")).contains(clock.instant());
    schedule.ended(known.get("b"), Imports.idle("b", clock));
    schedule.givenBack("b");
    assertThat(schedule.lastSuccess("b")).contains(clock.instant());
    clock.pass(Duration.ofDays(1));
    assertThat(schedule.due()).isEmpty();
    schedule.resume("a");
    assertThat(schedule.isPaused("a")).isFalse();
    assertThat(schedule.pausedSince("a")).isEmpty();
    assertThat(schedule.due()).containsExactly("a");
    assertThat(schedule.pausedSince("b"))
        .as("a second pause moves nothing")
        .contains(clock.instant().minus(Duration.ofDays(1)));
  }

  @Test
  void an_import_that_is_asked_for_comes_paused_or_not_once_and_after_the_one_that_runs() {
    bothRun();
    schedule.pause("a");
    assertThat(schedule.importNow("a")).as("nothing runs before it").isFalse();
    assertThat(schedule.due()).containsExactly("a");
    assertThat(schedule.importNow("a")).as("another is queued").isTrue();
    schedule.begun("a");
    assertThat(schedule.importNow("a")).as("another runs").isTrue();
    assertThat(schedule.due()).isEmpty();
    schedule.ended(known.get("a"), Imports.idle("a", clock));
    schedule.givenBack("a");
    assertThat(schedule.due()).as("one more, not two").containsExactly("a");
    runs("a", Imports.idle("a", clock));
    assertThat(schedule.due()).isEmpty();
  }

  @Test
  void what_is_asked_of_an_account_that_is_not_there_is_refused() {
    for (Runnable asking :
        List.<Runnable>of(
            () -> schedule.pause("x"), () -> schedule.resume("x"), () -> schedule.importNow("x"))) {
      assertThatThrownBy(asking::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'x'");
    }
  }

  @Test
  void an_import_that_ends_before_it_can_say_what_it_came_to_is_not_begun_at_once_again() {
    schedule.due();
    schedule.begun("a");
    schedule.givenBack("a");
    assertThat(schedule.due()).isEmpty();
    clock.pass(MINUTE);
    assertThat(schedule.due()).containsExactly("a");
  }

  @Test
  void while_it_stops_nothing_is_due() {
    schedule.stop();
    assertThat(schedule.isStopping()).isTrue();
    schedule.importNow("a");
    assertThat(schedule.due()).isEmpty();
  }

  @Test
  void success_is_only_what_read_its_mailbox_to_the_end_and_the_backlog_is_what_was_left_behind() {
    assertThat(schedule.lastResult("a")).isEmpty();
    assertThat(schedule.backlog("a")).isEmpty();
    schedule.due();
    runs("a", Imports.failed("a", clock, new IllegalStateException("no")));
    assertThat(schedule.lastResult("a").orElseThrow().failure()).hasMessage("no");
    assertThat(schedule.lastSuccess("a")).isEmpty();
    assertThat(schedule.backlog("a")).as("unknown while it can't be read").isEmpty();
    clock.pass(MINUTE);
    schedule.due();
    runs("a", Imports.leaving("a", clock, 2, 3, 5, 7));
    assertThat(schedule.backlog("a")).contains(2L + 3 + 5 + 7);
    assertThat(schedule.lastSuccess("a")).contains(clock.instant());
    clock.pass(MINUTE);
    schedule.due();
    runs("a", Imports.failed("a", clock, new IllegalStateException("no")));
    assertThat(schedule.lastSuccess("a"))
        .as("the last one stays")
        .contains(clock.instant().minus(MINUTE));
  }
}
