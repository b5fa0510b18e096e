package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

  private static final Instant NOW = Instant.parse("2026-01-05T08:00:00Z");
  private static final Duration LONGEST = Duration.ofHours(6);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10|10000",
        "0.249|249",
        "31,120|120000",
        "0|0",
        "900|900000",
        "1800|1800000",
        "86400|21600000",
        "1e300|21600000",
        "-5|0",
        "Mon, 5 Jan 2026 08:00:07 GMT|7000",
        "Mon, 5 Jan 2026 07:00:00 GMT|0"
      })
  void every_form_that_the_service_sends_is_understood(String header, long millis) {
    assertThat(RetryAfter.parse(header, NOW, LONGEST))
        .contains(new RetryAfter(Duration.ofMillis(millis)));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "soon", "NaN"})
  void what_says_nothing_asks_for_no_wait(String header) {
    assertThat(RetryAfter.parse(header, NOW, LONGEST)).isEmpty();
  }

  @Test
  void a_date_is_meant_by_the_clock_of_the_service_whatever_this_machine_thinks() {
    SettableClock wrong = new SettableClock();
    wrong.advance(Duration.ofDays(1));
    ServiceClock service = new ServiceClock(wrong);
    assertThat(service.now()).as("nothing is known yet").isEqualTo(wrong.instant());
    service.answered("Mon, 4 May 2026 08:00:00 GMT");
    assertThat(RetryAfter.parse("Mon, 4 May 2026 08:00:02 GMT", service.now(), LONGEST))
        .contains(new RetryAfter(Duration.ofSeconds(2)));
    wrong.advance(Duration.ofSeconds(30));
    service.answered("yesterday");
    service.answered(null);
    assertThat(service.now()).isEqualTo(Instant.parse("2026-05-04T08:00:30Z"));
  }
}
