package org.mailroom.settings;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The database's time without asking it: what it told last, and how long ago that was. What one
 * node plans another one may carry out, so that plans are made by the one clock that all share.
 * When this machine's clock is set, forward by hours perhaps, plans don't move with it. Safe for
 * use by several threads.
 */
@Component
public class DatabaseTime {

  /** So much may be due to the asking. */
  private static final Duration UNCERTAIN = Duration.ofSeconds(2);

  /** What the database told, and when by a clock that nobody sets. */
  private record Told(Instant database, long nanos) {}

  private final Clock clock;
  private final LongSupplier nanos;
  private volatile @Nullable Told told;

  @Autowired
  public DatabaseTime(Clock clock) {
    this(clock, System::nanoTime);
  }

  /**
   * @param clock this machine's
   * @param nanos a clock that nobody sets
   */
  public DatabaseTime(Clock clock, LongSupplier nanos) {
    this.clock = clock;
    this.nanos = nanos;
  }

  /** The database told its time just now. */
  public void told(Instant database) {
    told = new Told(database, nanos.getAsLong());
  }

  /** How far the database's clock is ahead of this machine's. */
  private Duration offset(Instant here) {
    Told last = told;
    if (last == null) {
      return Duration.ZERO;
    }
    Duration off =
        Duration.between(here, last.database().plusNanos(nanos.getAsLong() - last.nanos()));
    return off.abs().compareTo(UNCERTAIN) < 0 ? Duration.ZERO : off;
  }

  /** What time it is by the database's clock; by this machine's until that one was told. */
  public Instant now() {
    Instant here = clock.instant();
    return here.plus(offset(here)).truncatedTo(ChronoUnit.MICROS);
  }

  /** A time of this machine's clock by the database's, in parts that a column keeps. */
  public Instant ofHere(Instant here) {
    return here.plus(offset(clock.instant())).truncatedTo(ChronoUnit.MICROS);
  }

  /** A time of the database's clock by this machine's. */
  public Instant here(Instant database) {
    return database.minus(offset(clock.instant()));
  }
}
