package org.mailroom.console;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.ImportProgress;
import org.mailroom.schedule.ImportTotals;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** How far an import is that runs, how fast it goes, and how long it will take. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ImportMeter {

  /** Sooner a rate says nothing. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /**
   * An import that runs.
   *
   * @param done messages that are dealt with
   * @param all that it has before it; null while that isn't known
   * @param perSecond messages a second since it began; null at first
   * @param left how long the rest takes at that rate; null while that isn't known
   */
  record Reading(
      int done,
      @Nullable Long all,
      @Nullable Double perSecond,
      Duration took,
      @Nullable Duration left) {

    /** In the unit that reads best. */
    public String rate() {
      return perSecond == null
          ? ""
          : perSecond >= 2
              ? Math.round(perSecond) + " a second"
              : Math.round(perSecond * 60) + " a minute";
    }
  }

  private final ImportProgress progress;
  private final ImportTotals totals;
  private final Clock clock;

  ImportMeter(ImportProgress progress, ImportTotals totals, Clock clock) {
    this.progress = progress;
    this.totals = totals;
    this.clock = clock;
  }

  /** Empty when no import of the account runs that has anything to do. */
  Optional<Reading> of(String account) {
    ImportProgress.Running running = progress.running(account).orElse(null);
    if (running == null || running.listed() == 0) {
      return Optional.empty();
    }
    int done = Math.max(running.through(), running.imported());
    Long all = totals.of(account).orElse(null);
    Duration took = Duration.between(running.begun(), clock.instant());
    Double rate =
        took.compareTo(SETTLED) < 0 || done == 0
            ? null
            : Double.valueOf(done * 1000.0 / took.toMillis());
    Duration left =
        rate == null || all == null || all <= done
            ? null
            : Duration.ofMillis((long) (Math.max(0, all - done) / rate * 1000));
    return Optional.of(
        new Reading(
            done, all == null ? null : Long.valueOf(Math.max(all, done)), rate, took, left));
  }
}
