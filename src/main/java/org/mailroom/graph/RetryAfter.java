package org.mailroom.graph;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * The wait that a throttled answer asks for, as RFC 9110 section 10.2.3 says and as Graph really sends it: whole or decimal
 * seconds, a list of them (the longest counts), or an HTTP date.
 */
record RetryAfter(Duration delay) {

  /** Longer than this is taken for a mistake: the service is asked again sooner. */
  static final Duration LONGEST = Duration.ofMinutes(10);

  /** Returns the wait from {@code now} on, never negative; empty when the header is absent or says nothing that can be read. */
  static Optional<RetryAfter> parse(String header, Instant now) {
    if (header == null || header.isBlank()) {
      return Optional.empty();
    }
    try {
      Instant date = ZonedDateTime.parse(header.trim(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(of(Duration.between(now, date)));
    } catch (DateTimeException notADate) {
      return longestOf(header.split(","));
    }
  }

  private static Optional<RetryAfter> longestOf(String[] seconds) {
    Duration longest = null;
    for (String part : seconds) {
      try {
        Duration wait = Duration.ofMillis((long) Math.ceil(Double.parseDouble(part.trim()) * 1000));
        longest = longest == null || wait.compareTo(longest) > 0 ? wait : longest;
      } catch (NumberFormatException notANumber) {
        continue;
      }
    }
    return Optional.ofNullable(longest).map(RetryAfter::of);
  }

  private static RetryAfter of(Duration wait) {
    Duration notNegative = wait.isNegative() ? Duration.ZERO : wait;
    return new RetryAfter(notNegative.compareTo(LONGEST) > 0 ? LONGEST : notNegative);
  }
}
