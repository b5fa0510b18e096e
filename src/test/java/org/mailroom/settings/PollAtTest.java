package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an account is polled that has {@code poll-at}. */
class PollAtTest {

  private static List<String> times(String cron, String from, int many) {
    PollAt pollAt = PollAt.parse(cron, "Europe/Amsterdam");
    List<String> times = new ArrayList<>();
    for (Instant at = pollAt.after(Instant.parse(from));
        times.size() < many;
        at = pollAt.after(at)) {
      times.add(at.toString());
    }
    return times;
  }

  @Test
  void the_times_are_those_of_the_clocks_of_the_zone() {
    assertThat(times("0 0 6 * * MON-FRI", "2026-01-02T05:00:00Z", 3))
        .containsExactly("2026-01-05T05:00:00Z", "2026-01-06T05:00:00Z", "2026-01-07T05:00:00Z");
    assertThat(times("0 0 6 * * *", "2026-07-02T05:00:00Z", 1))
        .containsExactly("2026-07-03T04:00:00Z");
    assertThat(PollAt.parse("0 0 6 * * *", null).zone()).isEqualTo(ZoneId.systemDefault());
  }

  @Test
  void a_time_that_the_clocks_leap_over_comes_at_the_leap() {
    assertThat(times("0 30 2 * * *", "2026-03-28T12:00:00Z", 2))
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    assertThat(times("0 0,30 2,3 29 3 *", "2026-03-28T12:00:00Z", 2))
        .as("and the others of that hour with it")
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z");
  }

  @Test
  void a_time_that_comes_twice_counts_once() {
    assertThat(times("0 30 2 * * *", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    assertThat(times("0 30 2 * * *", "2026-10-25T01:10:00Z", 1))
        .as("asked for in the repeated hour")
        .containsExactly("2026-10-26T01:30:00Z");
    assertThat(times("0 30 3 * * *", "2026-10-25T01:10:00Z", 1))
        .containsExactly("2026-10-25T02:30:00Z");
  }

  @Test
  void what_goes_by_every_hour_leaves_no_hour_out() {
    assertThat(times("0 0 * * * *", "2026-10-24T23:30:00Z", 4))
        .containsExactly(
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T03:00:00Z");
    assertThat(times("0 0 * * * *", "2026-03-28T23:30:00Z", 3))
        .containsExactly("2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z");
  }

  @ParameterizedTest
  @CsvSource({"0 6 * * *", "0 0 25 * * *", "0 0 0 31 2 *", "daily"})
  void what_is_no_time_that_comes_is_refused(String cron) {
    assertThatThrownBy(() -> PollAt.parse(cron, null)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_zone_that_is_none_is_refused() {
    assertThatThrownBy(() -> PollAt.parse("0 0 6 * * *", "Amsterdam"))
        .isInstanceOf(DateTimeException.class);
  }
}
