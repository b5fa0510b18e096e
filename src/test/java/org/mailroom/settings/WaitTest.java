package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WaitTest {

  private static final Instant BEGUN = Instant.parse("2026-05-04T08:00:00Z");

  @Test
  void it_lasts_from_its_begin_until_its_end() {
    Wait wait = Wait.of(Duration.ofSeconds(30), BEGUN);
    assertThat(wait.isOver(BEGUN)).isFalse();
    assertThat(wait.isOver(BEGUN.plusSeconds(29))).isFalse();
    assertThat(wait.isOver(BEGUN.plusSeconds(30))).isTrue();
    assertThat(Wait.NONE.isOver(BEGUN)).isTrue();
  }

  @Test
  void it_is_over_when_the_clock_was_set_back_behind_its_begin() {
    assertThat(Wait.of(Duration.ofSeconds(30), BEGUN).isOver(BEGUN.minusSeconds(1))).isTrue();
  }
}
