package org.mailroom.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.SettableClock;
import org.mailroom.monitoring.AccountStatus.State;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** By a clock that the test drives. */
@ExtendWith(OutputCaptureExtension.class)
class StallLogTest {

  private final SettableClock clock = new SettableClock();
  private final StallLog log = new StallLog(clock);
  private @Nullable Instant lastSuccess = clock.instant().minus(Duration.ofMinutes(10));

  private void seen(boolean failing, boolean stalled) {
    log.seen(
        new AccountStatus(
            "support",
            "support@contoso.com",
            "contoso",
            stalled ? State.NEEDS_ATTENTION : State.IDLE,
            null,
            stalled ? "it isn't read" : null,
            false,
            0,
            lastSuccess,
            lastSuccess,
            Duration.ofSeconds(1),
            null,
            0L,
            0,
            0,
            failing,
            stalled));
  }

  private static long errors(CapturedOutput output) {
    return output
        .getOut()
        .lines()
        .filter(line -> line.contains("ERROR account support: it isn't read"))
        .count();
  }

  private static long ends(CapturedOutput output) {
    return output
        .getOut()
        .lines()
        .filter(line -> line.contains("account support: the mailbox is read again"))
        .count();
  }

  @Test
  void what_lasts_is_told_once_an_hour_and_its_end_once_the_mailbox_was_read(
      CapturedOutput output) {
    for (int minute = 0; minute < 120; minute++) {
      seen(true, true);
      clock.pass(Duration.ofMinutes(1));
    }
    assertThat(errors(output)).isEqualTo(2);
    seen(true, false);
    seen(false, false);
    assertThat(ends(output)).as("it gets on, but isn't read to its end").isZero();
    lastSuccess = clock.instant();
    seen(false, false);
    seen(false, false);
    assertThat(ends(output)).isEqualTo(1);
    assertThat(errors(output)).isEqualTo(2);
  }

  @Test
  void what_was_read_in_between_is_told_of_anew_even_where_nobody_saw_that(CapturedOutput output) {
    seen(true, true);
    clock.pass(Duration.ofSeconds(1));
    lastSuccess = clock.instant();
    clock.pass(Duration.ofMinutes(6));
    seen(true, true);
    assertThat(errors(output)).isEqualTo(2);
    clock.pass(Duration.ofMinutes(6));
    seen(true, true);
    assertThat(errors(output)).as("the same one").isEqualTo(2);
    assertThat(ends(output)).isZero();
  }

  @Test
  void a_clock_that_is_set_back_makes_it_silent_for_no_longer_than_an_hour(CapturedOutput output) {
    seen(true, true);
    clock.pass(Duration.ofDays(-2));
    lastSuccess = clock.instant().minus(Duration.ofMinutes(10));
    seen(true, true);
    assertThat(errors(output)).isEqualTo(2);
    clock.pass(Duration.ofMinutes(59));
    seen(true, true);
    assertThat(errors(output)).isEqualTo(2);
    clock.pass(Duration.ofMinutes(1));
    seen(true, true);
    assertThat(errors(output)).isEqualTo(3);
  }
}
