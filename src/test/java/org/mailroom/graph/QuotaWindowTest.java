package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuotaWindowTest {

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private final Instant start = Instant.parse("2026-01-05T08:00:00Z");
  private final QuotaWindow quota = new QuotaWindow(100, WINDOW);

  @Test
  void what_is_allowed_passes_at_once_and_no_more() {
    quota.sent(80);
    quota.answered(80, start);
    assertThat(quota.roomIn(20, start)).contains(Duration.ZERO);
    assertThat(quota.roomIn(21, start).orElseThrow()).isGreaterThanOrEqualTo(WINDOW);
  }

  @Test
  void a_request_counts_until_a_window_after_its_answer() {
    quota.sent(100);
    assertThat(quota.roomIn(1, start.plus(WINDOW.multipliedBy(5))))
        .as("the service may count it only now")
        .isEmpty();
    quota.answered(100, start);
    assertThat(quota.roomIn(1, start.plus(WINDOW)).orElseThrow()).isPositive();
    assertThat(quota.roomIn(1, start.plus(WINDOW).plusSeconds(1))).contains(Duration.ZERO);
  }

  @Test
  void more_at_once_than_is_allowed_at_all_passes_alone() {
    assertThat(quota.roomIn(120, start)).contains(Duration.ZERO);
    quota.sent(1);
    assertThat(quota.roomIn(120, start)).isEmpty();
  }

  @Test
  void
      no_stretch_of_time_as_long_as_the_window_holds_more_than_is_allowed_and_a_backlog_uses_nearly_all() {
    Random random = new Random(1);
    List<Instant> counted = new ArrayList<>();
    Instant now = start;
    while (now.isBefore(start.plus(WINDOW.multipliedBy(10)))) {
      int parts = 1 + random.nextInt(10);
      Duration wait = quota.roomIn(parts, now).orElseThrow();
      if (!wait.isZero()) {
        now = now.plus(wait);
        continue;
      }
      quota.sent(parts);
      Instant atTheService = now.plusMillis(random.nextInt(40));
      for (int i = 0; i < parts; i++) {
        counted.add(atTheService);
      }
      now = now.plusMillis(50);
      quota.answered(parts, now);
    }
    for (int first = 0; first + 100 < counted.size(); first++) {
      assertThat(Duration.between(counted.get(first), counted.get(first + 100)))
          .isGreaterThanOrEqualTo(WINDOW);
    }
    assertThat(counted.size()).isGreaterThan(950);
  }
}
