package org.mailroom.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.SettableClock;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** By a clock that the test drives. */
@ExtendWith(OutputCaptureExtension.class)
class ImportLogTest {

  private final SettableClock clock = new SettableClock();
  private final ImportLog log = new ImportLog(clock);

  private void cameTo(@Nullable String failure) {
    log.tell(
        new ImportResult(
            "support",
            clock.instant(),
            Duration.ofSeconds(1),
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            1,
            false,
            null,
            null,
            null,
            failure == null ? null : new IllegalStateException(failure),
            List.of()));
  }

  private static List<String> told(CapturedOutput output) {
    return output.getOut().lines().filter(line -> line.contains("account support: ")).toList();
  }

  @Test
  void the_same_failure_is_told_once_an_hour_another_at_once_and_the_end_of_all_once(
      CapturedOutput output) {
    for (int minute = 0; minute < 61; minute++) {
      cameTo("denied (request-id 0a-" + minute + ")");
      clock.pass(Duration.ofMinutes(1));
    }
    assertThat(told(output)).hasSize(2).allMatch(line -> line.contains("ERROR account support: "));
    cameTo("stale");
    cameTo("stale");
    assertThat(told(output)).hasSize(3);
    cameTo(null);
    cameTo(null);
    assertThat(told(output)).hasSize(4);
    assertThat(told(output).get(3)).contains("account support: the mailbox can be read again");
  }

  @Test
  void a_clock_that_is_set_back_makes_a_failure_silent_for_no_longer_than_an_hour(
      CapturedOutput output) {
    cameTo("denied");
    clock.pass(Duration.ofDays(-2));
    cameTo("denied");
    clock.pass(Duration.ofMinutes(59));
    cameTo("denied");
    assertThat(told(output)).hasSize(2);
    clock.pass(Duration.ofMinutes(1));
    cameTo("denied");
    assertThat(told(output)).hasSize(3);
  }
}
