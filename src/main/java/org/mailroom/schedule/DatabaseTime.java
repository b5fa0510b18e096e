package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.springframework.stereotype.Component;

/**
 * The database's time without asking it: this machine's clock, and how far it was off when the database last told. What one node
 * plans another one may carry out, so that plans are made by the one clock that all share. Safe for use by several threads.
 */
@Component
class DatabaseTime {

  /** So much may be due to the asking. */
  private static final Duration UNCERTAIN = Duration.ofSeconds(2);

  private final Clock clock;
  private volatile Duration offset = Duration.ZERO;

  DatabaseTime(Clock clock) {
    this.clock = clock;
  }

  /** The database told its time just now. */
  void told(Instant database) {
    Duration off = Duration.between(clock.instant(), database);
    offset = off.abs().compareTo(UNCERTAIN) < 0 ? Duration.ZERO : off;
  }

  Instant now() {
    return ofHere(clock.instant());
  }

  /** A time of this machine's clock by the database's, in parts that a column keeps. */
  Instant ofHere(Instant here) {
    return here.plus(offset).truncatedTo(ChronoUnit.MICROS);
  }

  /** A time of the database's clock by this machine's. */
  Instant here(Instant database) {
    return database.minus(offset);
  }
}
