package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

  private static final Instant NOW = Instant.parse("2026-01-05T08:00:00Z");

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"10|10000", "0.249|249", "31,120|120000", "0|0", "86400|600000", "Mon, 5 Jan 2026 08:00:07 GMT|7000",
      "Mon, 5 Jan 2026 07:00:00 GMT|0"})
  void every_form_that_the_service_sends_is_understood(String header, long millis) {
    assertThat(RetryAfter.parse(header, NOW)).contains(new RetryAfter(Duration.ofMillis(millis)));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "soon"})
  void what_says_nothing_asks_for_no_wait(String header) {
    assertThat(RetryAfter.parse(header, NOW)).isEmpty();
  }
}
