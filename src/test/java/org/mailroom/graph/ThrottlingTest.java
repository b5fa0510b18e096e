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
}
