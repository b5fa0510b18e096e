package org.mailroom.graph;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What time it is for the service, as the {@code Date} of its latest answer said: this machine's
 * clock may be wrong, and a time that the service names is meant by its own. Without an answer so
 * far it is this machine's time. Safe for use by several threads at once.
 */
@Component
public final class ServiceClock {

  private record Read(String date, Instant time) {}

  private final Clock clock;
  private volatile Duration ahead = Duration.ZERO;
  private volatile boolean known;

  /** Many answers of a second bring the same text. */
  private volatile Read latest = new Read("", Instant.EPOCH);

  public ServiceClock(Clock clock) {
    this.clock = clock;
  }

  /** The time that it is for the service, within a second or two. */
  public Instant now() {
    return clock.instant().plus(ahead);
  }

  /** An answer has told it; until then it is this machine's time. */
  public boolean isKnown() {
    return known;
  }

  /**
   * An answer came.
   *
   * @param date its header {@code Date}, or null; what isn't a date tells nothing
   */
  void answered(@Nullable String date) {
    if (date == null) {
      return;
    }
    try {
      Read read = latest;
      if (!read.date().equals(date)) {
        read =
            new Read(
                date,
                ZonedDateTime.parse(date.trim(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        latest = read;
      }
      ahead = Duration.between(clock.instant(), read.time());
      known = true;
    } catch (DateTimeException notADate) {
      // the time of the answer before counts on
    }
  }
}
