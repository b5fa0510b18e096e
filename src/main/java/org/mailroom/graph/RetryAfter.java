package org.mailroom.graph;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The wait that a throttled answer asks for, as RFC 9110 section 10.2.3 says and as Graph really
 * sends it: whole or decimal seconds, a list of them (the longest counts), or an HTTP date, which
 * is reckoned by the service's clock.
 */
public record RetryAfter(Duration delay) {

  /**
   * Returns the wait that a header asks for, never negative; empty when it is absent or says
   * nothing that can be read.
   *
   * @param serviceNow the time that it is for the service
   * @param longest what is believed; a longer wait is taken for a mistake and cut
   */
  public static Optional<RetryAfter> parse(
      @Nullable String header, Instant serviceNow, Duration longest) {
    if (header == null || header.isBlank()) {
      return Optional.empty();
    }
    try {
      Instant date =
          ZonedDateTime.parse(header.trim(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(of(Duration.between(serviceNow, date), longest));
    } catch (DateTimeException notADate) {
      return longestOf(header.split(","), longest);
    }
  }

  private static Optional<RetryAfter> longestOf(String[] seconds, Duration longest) {
    RetryAfter chosen = null;
    for (String part : seconds) {
      try {
        double wait = Double.parseDouble(part.trim());
        if (Double.isNaN(wait)) {
          continue;
        }
        // no wait of this world is longer than what is believed
        RetryAfter told =
            of(
                Duration.ofMillis(
                    (long) Math.ceil(Math.min(wait, longest.toSeconds() + 1.0) * 1000)),
                longest);
        chosen = chosen == null || told.delay().compareTo(chosen.delay()) > 0 ? told : chosen;
      } catch (NumberFormatException notANumber) {
        // another part may be one
      }
    }
    return Optional.ofNullable(chosen);
  }

  private static RetryAfter of(Duration wait, Duration longest) {
    Duration notNegative = wait.isNegative() ? Duration.ZERO : wait;
    return new RetryAfter(notNegative.compareTo(longest) > 0 ? longest : notNegative);
  }
}
