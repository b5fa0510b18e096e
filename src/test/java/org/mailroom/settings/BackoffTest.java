package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void each_wait_is_twice_the_one_before_it_up_to_the_longest() {
    assertThat(
            IntStream.range(0, 8)
                .mapToObj(times -> Backoff.doubled(MINUTE, times, HOUR).toMinutes()))
        .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
  }

  @Test
  void however_often_it_failed_no_wait_is_longer_or_negative() {
    assertThat(Backoff.doubled(MINUTE, Integer.MAX_VALUE, HOUR)).isEqualTo(HOUR);
    assertThat(Backoff.doubled(Duration.ofHours(2), 0, HOUR)).isEqualTo(HOUR);
    assertThat(Backoff.doubled(MINUTE, -1, HOUR)).isEqualTo(MINUTE);
  }
}
