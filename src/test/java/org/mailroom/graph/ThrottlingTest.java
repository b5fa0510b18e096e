package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ThrottlingTest {

  private static final Instant NOW = Instant.parse("2026-05-04T08:00:00Z");

  private final Throttling throttling = new Throttling();

  @Test
  void a_clock_that_is_set_back_makes_nobody_wait_longer_than_was_asked_for() {
    throttling.asked(Duration.ofSeconds(30), false, NOW);
    assertThat(throttling.wait(NOW.plusSeconds(10))).isEqualTo(Duration.ofSeconds(20));
    Instant back = NOW.minus(Duration.ofHours(2));
    assertThat(throttling.wait(back)).isZero();
    throttling.asked(Duration.ofSeconds(30), false, back.plusSeconds(1));
    assertThat(throttling.wait(back.plusSeconds(1))).isEqualTo(Duration.ofSeconds(30));
    assertThat(throttling.wait(back.plusSeconds(31))).isZero();
    throttling.succeeded(back.plusSeconds(32));
    assertThat(throttling.since()).isNull();
  }

  @Test
  void it_is_told_once_it_lasts_again_each_hour_and_not_silent_by_a_clock_that_is_set_back() {
    throttling.asked(Duration.ofSeconds(9), false, NOW);
    assertThat(throttling.isToBeTold(NOW)).as("not worth a word").isFalse();
    throttling.asked(Duration.ofHours(9), false, NOW.plusSeconds(5));
    assertThat(throttling.isToBeTold(NOW.plusSeconds(5))).isTrue();
    assertThat(throttling.isToBeTold(NOW.plusSeconds(3604))).isFalse();
    assertThat(throttling.isToBeTold(NOW.plusSeconds(3605))).isTrue();
    Instant back = NOW.minus(Duration.ofHours(2));
    assertThat(throttling.wait(back)).isZero();
    throttling.asked(Duration.ofSeconds(30), false, back);
    assertThat(throttling.since()).isEqualTo(back);
    assertThat(throttling.isToBeTold(back)).isTrue();
    assertThat(throttling.succeeded(back.plusSeconds(31))).as("this ends what was told").isTrue();
  }
}
