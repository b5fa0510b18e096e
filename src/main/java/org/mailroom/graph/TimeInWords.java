package org.mailroom.graph;

import java.time.Duration;

/** A bound of time as people say it. */
final class TimeInWords {

  private TimeInWords() {}

  /** {@code 15 min}, {@code 100 s}, {@code 250 ms}. */
  static String of(Duration time) {
    if (time.toMillis() % 1000 != 0) {
      return time.toMillis() + " ms";
    }
    return time.toSeconds() % 60 == 0 && time.toSeconds() > 0
        ? time.toMinutes() + " min"
        : time.toSeconds() + " s";
  }
}
