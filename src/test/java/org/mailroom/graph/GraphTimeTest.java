package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphTimeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-05T08:00:03Z",
        "2024-02-29T23:59:59Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-01-05T24:00:00Z",
        "2026-01-05T08:60:00Z",
        "2026-01-05T08:00:60Z",
        "0001-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-01-05T08:00:03.1234567Z",
        "2026-01-05T08:00:03+02:00",
        "2026-01-05T08:00Z",
        "2026-01-05t08:00:03z",
        "2026-01-05 08:00:03Z",
        "2026-01-05T08:00:03",
        "٢٠26-01-05T08:00:03Z",
        "",
        "yesterday",
        "2026-1-05T008:00:03Z"
      })
  void reads_each_form_as_the_general_parser_does(String text) {
    assertThat(GraphTime.of(text)).isEqualTo(byTheGeneralParser(text));
  }

  @Test
  void reads_any_second_of_ten_thousand_years_as_the_general_parser_does() {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      Instant time = Instant.ofEpochSecond(random.nextLong(-62_167_219_200L, 253_402_300_800L));
      assertThat(GraphTime.of(time.toString())).isEqualTo(time);
    }
  }

  @Test
  void what_is_absent_is_no_time() {
    assertThat(GraphTime.of(null)).isNull();
  }

  private static Instant byTheGeneralParser(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException notATime) {
      return null;
    }
  }
}
