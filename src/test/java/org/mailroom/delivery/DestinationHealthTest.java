package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.SettableClock;
import org.mailroom.delivery.DestinationHealth.Verdict;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DestinationHealthTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final SettableClock clock = new SettableClock();
  private final DestinationHealth health = new DestinationHealth(clock);

  private Verdict fails(String message, Outcome outcome) {
    return fails(message, outcome, null, "x");
  }

  private Verdict fails(String message, Outcome outcome, Duration retryAfter, String way) {
    return health.failed(
        "crm",
        List.of(message),
        new Failure(outcome, way, retryAfter, new IllegalStateException("because")));
  }

  private boolean admits(String message) {
    return health.admits("crm", List.of(message));
  }

  private void delivers(String message) {
    health.succeeded("crm", List.of(message));
  }

  @Test
  void while_it_is_down_one_at_a_time_is_let_through_at_doubled_intervals_up_to_a_minute(
      CapturedOutput output) {
    assertThat(fails("a", Outcome.DOWN)).isEqualTo(Verdict.WAITS);
    long wait = 1;
    for (int i = 0; i < 10; i++) {
      clock.pass(Duration.ofSeconds(wait).minusMillis(1));
      assertThat(admits("a")).isFalse();
      clock.pass(Duration.ofMillis(1));
      assertThat(admits("a")).isTrue();
      assertThat(admits("b")).as("one at a time").isFalse();
      fails("a", Outcome.DOWN);
      wait = Math.min(60, wait * 2);
    }
    assertThat(health.outages()).containsOnlyKeys("crm");
    delivers("a");
    assertThat(admits("b")).isTrue();
    assertThat(health.outages()).isEmpty();
    assertThat(output.getOut())
        .containsOnlyOnce("destination crm is down: illegal state: because.")
        .containsOnlyOnce("destination crm is up again");
  }

  @Test
  void a_retry_after_is_kept_and_a_destination_that_asks_to_wait_is_not_down(
      CapturedOutput output) {
    assertThat(fails("a", Outcome.BUSY, Duration.ofMinutes(10), "HTTP 429"))
        .isEqualTo(Verdict.WAITS);
    assertThat(health.outages()).isEmpty();
    assertThat(health.takesAll()).isFalse();
    clock.pass(Duration.ofMinutes(10).minusMillis(1));
    assertThat(admits("b")).isFalse();
    clock.pass(Duration.ofMillis(1));
    assertThat(admits("b")).isTrue();
    delivers("b");
    assertThat(admits("a")).isTrue();
    assertThat(output.getOut())
        .contains("destination crm asks to wait: ")
        .contains("destination crm takes messages again")
        .doesNotContain("ERROR", "WARN");
  }

  @Test
  void a_busy_destination_that_goes_down_is_told(CapturedOutput output) {
    fails("a", Outcome.BUSY);
    clock.pass(SECOND);
    fails("a", Outcome.DOWN);
    assertThat(output.getOut()).containsOnlyOnce("destination crm is down");
    assertThat(health.outages().get("crm").since()).isEqualTo(clock.instant());
  }

  @Test
  void in_doubt_nobody_is_blamed_until_a_second_failure_shows_that_it_is_the_destination(
      CapturedOutput output) {
    assertThat(fails("a", Outcome.IN_DOUBT)).isEqualTo(Verdict.IN_DOUBT);
    assertThat(admits("b")).as("others go on").isTrue();
    assertThat(output.getOut()).isEmpty();
    assertThat(fails("b", Outcome.IN_DOUBT)).isEqualTo(Verdict.WAITS);
    assertThat(health.outages()).containsOnlyKeys("crm");
  }

  @Test
  void in_doubt_a_message_is_blamed_once_another_gets_through(CapturedOutput output) {
    assertThat(fails("a", Outcome.IN_DOUBT)).isEqualTo(Verdict.IN_DOUBT);
    delivers("b");
    assertThat(fails("a", Outcome.IN_DOUBT)).isEqualTo(Verdict.REFUSED);
    assertThat(fails("a", Outcome.IN_DOUBT)).isEqualTo(Verdict.REFUSED);
    assertThat(admits("c")).isTrue();
    assertThat(output.getOut()).isEmpty();
  }

  @Test
  void a_lone_message_in_doubt_uses_no_attempts_and_waits_with_the_destination() {
    assertThat(fails("a", Outcome.IN_DOUBT)).isEqualTo(Verdict.IN_DOUBT);
    assertThat(fails("a", Outcome.IN_DOUBT)).isEqualTo(Verdict.WAITS);
  }

  @Test
  void messages_that_may_be_the_cause_give_way_to_others_so_that_they_never_hold_them_up() {
    fails("a", Outcome.IN_DOUBT);
    fails("b", Outcome.IN_DOUBT);
    clock.pass(SECOND);
    assertThat(admits("a")).isFalse();
    assertThat(admits("b")).isFalse();
    assertThat(admits("c")).isTrue();
    delivers("c");
    assertThat(fails("a", Outcome.IN_DOUBT)).isEqualTo(Verdict.REFUSED);
    assertThat(fails("b", Outcome.IN_DOUBT)).isEqualTo(Verdict.REFUSED);
  }

  @Test
  void where_there_is_no_other_the_message_that_gave_way_is_tried() {
    fails("a", Outcome.IN_DOUBT);
    fails("a", Outcome.IN_DOUBT);
    clock.pass(SECOND.multipliedBy(2));
    assertThat(admits("a")).isTrue();
    delivers("a");
    assertThat(health.outages()).isEmpty();
  }

  @Test
  void an_outage_in_between_makes_a_blamed_message_doubtful_again() {
    fails("a", Outcome.IN_DOUBT);
    delivers("b");
    fails("c", Outcome.DOWN);
    assertThat(fails("a", Outcome.IN_DOUBT)).isEqualTo(Verdict.WAITS);
  }

  @Test
  void a_refusal_and_a_wish_for_later_show_that_it_is_up() {
    fails("a", Outcome.DOWN);
    assertThat(fails("b", Outcome.REFUSED)).isEqualTo(Verdict.REFUSED);
    assertThat(health.outages()).isEmpty();
    fails("a", Outcome.DOWN);
    assertThat(fails("b", Outcome.LATER)).isEqualTo(Verdict.LATER);
    assertThat(admits("a")).isTrue();
  }

  @Test
  void those_that_failed_together_are_tried_alone_within_the_turn() {
    fails("a", Outcome.DOWN);
    clock.pass(SECOND);
    assertThat(health.admits("crm", List.of("a", "b"))).isTrue();
    assertThat(admits("a")).isFalse();
    health.givesBackTheTurn("crm");
    assertThat(admits("a")).isTrue();
    assertThat(admits("b")).isFalse();
  }

  @Test
  void ten_different_messages_refused_in_the_same_way_one_after_the_other_are_told_once_and_refused(
      CapturedOutput output) {
    for (int i = 1; i <= 9; i++) {
      fails("m" + i, Outcome.REFUSED, null, "HTTP 404");
      fails("m" + i, Outcome.REFUSED, null, "HTTP 404");
    }
    assertThat(output.getOut()).as("nine messages").isEmpty();
    for (int i = 10; i <= 30; i++) {
      assertThat(fails("m" + i, Outcome.REFUSED, null, "HTTP 404")).isEqualTo(Verdict.REFUSED);
    }
    assertThat(output.getOut())
        .containsOnlyOnce(
            "destination crm has refused 10 messages one after the other in the same way");
    assertThat(health.outages()).as("nobody is held up").isEmpty();
  }

  @Test
  void a_message_that_gets_through_or_another_way_to_refuse_begins_the_row_anew(
      CapturedOutput output) {
    for (int i = 1; i <= 9; i++) {
      fails("a" + i, Outcome.REFUSED, null, "HTTP 404");
    }
    fails("b", Outcome.REFUSED, null, "HTTP 422");
    for (int i = 1; i <= 9; i++) {
      fails("c" + i, Outcome.REFUSED, null, "HTTP 404");
    }
    delivers("d");
    fails("e", Outcome.REFUSED, null, "HTTP 404");
    assertThat(output.getOut()).isEmpty();
  }

  @Test
  void a_clock_that_was_two_hours_ahead_and_is_set_back_makes_no_outage_longer() {
    fails("a", Outcome.DOWN);
    clock.pass(Duration.ofHours(-2));
    assertThat(health.isWorthATry("crm")).isTrue();
    assertThat(admits("b")).isTrue();
    assertThat(admits("c")).as("one at a time").isFalse();
    fails("b", Outcome.DOWN);
    assertThat(admits("c")).as("it is down still").isFalse();
    clock.pass(SECOND.multipliedBy(2));
    assertThat(admits("c")).isTrue();
  }

  @Test
  void the_next_try_of_an_outage_is_told() {
    Instant now = clock.instant();
    fails("a", Outcome.DOWN, Duration.ofSeconds(90), "HTTP 503");
    assertThat(health.outages().get("crm").nextTry()).isEqualTo(now.plusSeconds(90));
  }
}
