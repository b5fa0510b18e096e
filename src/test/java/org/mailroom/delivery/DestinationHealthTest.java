package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.SettableClock;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Up, suspected, down and up again, by a clock that the test drives. */
@ExtendWith(OutputCaptureExtension.class)
class DestinationHealthTest {

  private static final Exception CERTAIN = new ConnectException("Connection refused");
  private static final Exception POSSIBLE = new IOException("something is wrong");
  private static final Exception REFUSAL = new IllegalStateException("I don't like this one");

  private final SettableClock clock = new SettableClock();
  private final DestinationHealth health = new DestinationHealth(clock);

  private void assertDown(long seconds) {
    assertThat(health.outage("file").orElseThrow().nextTry()).isEqualTo(clock.instant().plusSeconds(seconds));
  }

  @Test
  void a_destination_that_nothing_is_known_of_is_up() {
    assertThat(health.admits("file")).isTrue();
    assertThat(health.isWorthATry("file")).isTrue();
    assertThat(health.outage("file")).isEmpty();
    assertThat(health.outages()).isEmpty();
  }

  @Test
  void a_message_that_is_refused_says_nothing_about_its_destination() {
    for (String id : List.of("A", "B", "C")) {
      assertThat(health.failed("file", id, REFUSAL)).isFalse();
    }
    assertThat(health.admits("file")).isTrue();
  }

  @Test
  void a_failure_that_is_certainly_the_destinations_takes_it_down_at_once_and_no_other(CapturedOutput output) {
    assertThat(health.failed("file", "A", CERTAIN)).isTrue();
    assertThat(health.admits("file")).isFalse();
    assertThat(health.isWorthATry("file")).isFalse();
    assertThat(health.admits("queue")).isTrue();
    assertThat(health.outages()).containsOnlyKeys("file");
    assertThat(health.outage("file").orElseThrow().cause()).contains("Connection refused").contains("Check the network");
    assertThat(output.getAll()).contains("destination file is down: ").contains("Connection refused");
  }

  @Test
  void a_failure_that_may_be_the_destinations_counts_when_a_second_message_has_it_too_and_never_by_one_message_alone() {
    for (int i = 0; i < 10; i++) {
      assertThat(health.failed("file", "A", POSSIBLE)).as("the message may be to blame").isFalse();
    }
    assertThat(health.failed("queue", "B", POSSIBLE)).as("of another destination").isFalse();
    assertThat(health.admits("file")).isTrue();
    assertThat(health.failed("file", "B", POSSIBLE)).isTrue();
    assertThat(health.admits("file")).isFalse();
  }

  @Test
  void what_was_suspected_is_forgotten_when_a_delivery_succeeds_or_a_message_is_refused() {
    health.failed("file", "A", POSSIBLE);
    health.succeeded("file");
    assertThat(health.failed("file", "B", POSSIBLE)).isFalse();
    health.failed("file", "C", REFUSAL);
    assertThat(health.failed("file", "D", POSSIBLE)).isFalse();
    assertThat(health.outages()).isEmpty();
  }

  @Test
  void one_delivery_is_let_through_when_a_second_has_passed_and_the_waits_double_up_to_a_minute() {
    health.failed("file", "A", CERTAIN);
    for (long wait : new long[] {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
      assertDown(wait);
      clock.pass(Duration.ofSeconds(wait).minusMillis(1));
      assertThat(health.isWorthATry("file")).as("just before %s s", wait).isFalse();
      assertThat(health.admits("file")).isFalse();
      clock.pass(Duration.ofMillis(1));
      assertThat(health.isWorthATry("file")).as("to ask takes no turn").isTrue();
      assertThat(health.isWorthATry("file")).isTrue();
      assertThat(health.admits("file")).isTrue();
      assertThat(health.admits("file")).as("one at a time").isFalse();
      assertThat(health.isWorthATry("file")).isFalse();
      assertThat(health.failed("file", "A", CERTAIN)).isTrue();
    }
  }

  @Test
  void whoever_was_let_through_and_says_nothing_blocks_nobody_for_longer_than_the_wait() {
    health.failed("file", "A", CERTAIN);
    clock.passSeconds(1);
    assertThat(health.admits("file")).isTrue();
    assertDown(1);
    clock.passSeconds(1);
    assertThat(health.admits("file")).isTrue();
  }

  @Test
  void while_it_is_down_a_doubtful_failure_is_the_destinations_and_its_beginning_stays(CapturedOutput output) {
    health.failed("file", "A", CERTAIN);
    var since = clock.instant();
    clock.passSeconds(1);
    assertThat(health.failed("file", "A", POSSIBLE)).isTrue();
    assertThat(health.outage("file").orElseThrow().since()).isEqualTo(since);
    assertThat(health.outage("file").orElseThrow().failure()).as("the latest").isSameAs(POSSIBLE);
    assertThat(output.getAll()).containsOnlyOnce("destination file is down");
  }

  @Test
  void a_delivery_that_succeeds_brings_it_up_and_the_next_outage_begins_with_a_second_again(CapturedOutput output) {
    health.failed("file", "A", CERTAIN);
    clock.passSeconds(1);
    health.failed("file", "A", CERTAIN);
    clock.passSeconds(2);
    health.succeeded("file");
    assertThat(health.admits("file")).isTrue();
    assertThat(health.admits("file")).isTrue();
    assertThat(health.outages()).isEmpty();
    assertThat(output.getAll()).contains("destination file is up again after 3 s");
    health.failed("file", "A", CERTAIN);
    assertDown(1);
  }

  @Test
  void a_message_that_is_refused_shows_that_the_destination_is_up(CapturedOutput output) {
    health.failed("file", "A", CERTAIN);
    clock.passSeconds(1);
    assertThat(health.admits("file")).isTrue();
    assertThat(health.failed("file", "A", REFUSAL)).as("it refuses this one").isFalse();
    assertThat(health.outages()).isEmpty();
    assertThat(output.getAll()).contains("destination file is up again");
  }
}
