package org.mailroom.settings;

import jakarta.validation.constraints.AssertTrue;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long is kept what was imported. Where an age is absent nothing is deleted.
 *
 * @param database so long the rows of a message are kept, from its import on; null: for ever
 * @param files so long its files are kept, from the time on at which they were written; null: for
 *     ever
 * @param every how often it is looked for what is older; null: {@code 1h}, unless {@code at} is set
 * @param at times for it instead, as a cron expression of six fields
 * @param zone whose clock these times are on; null: this machine's
 * @param longestRun so long one run may delete; what is left goes with the next one
 */
public record RetentionProperties(
    Duration database,
    Duration files,
    Duration every,
    String at,
    String zone,
    @DefaultValue("30m") Duration longestRun) {

  static final Duration EVERY = Duration.ofHours(1);

  private static final String AGE = " must be between 1d and 36500d, with its unit: 365d";

  private static boolean isAge(Duration age) {
    return age == null || isWithin(age, Duration.ofDays(1), Duration.ofDays(36_500));
  }

  private static boolean isWithin(Duration time, Duration least, Duration most) {
    return time.compareTo(least) >= 0 && time.compareTo(most) <= 0;
  }

  @AssertTrue(message = "database" + AGE)
  boolean isDatabaseValid() {
    return isAge(database);
  }

  @AssertTrue(message = "files" + AGE)
  boolean isFilesValid() {
    return isAge(files);
  }

  @AssertTrue(message = "every must be between 1m and 31d")
  boolean isEveryValid() {
    return every == null || isWithin(every, Duration.ofMinutes(1), Duration.ofDays(31));
  }

  @AssertTrue(message = "longest-run must be between 1s and 1d")
  boolean isLongestRunValid() {
    return longestRun == null || isWithin(longestRun, Duration.ofSeconds(1), Duration.ofDays(1));
  }

  @AssertTrue(
      message =
          "at must be a cron expression of a time that comes, in six fields: second, minute, hour,"
              + " day of the month, month, day of the week, such as 0 0 3 * * *")
  boolean isAtValid() {
    return PollAt.isReadable(at, null);
  }

  @AssertTrue(message = "zone must be the name of a time zone, such as Europe/Amsterdam or UTC")
  boolean isZoneValid() {
    return PollAt.isReadable("@daily", zone);
  }

  @AssertTrue(message = "has both every and at: choose one")
  boolean isOneWay() {
    return every == null || !isAtTimes();
  }

  private boolean isAtTimes() {
    return at != null && !at.isBlank();
  }

  /** Whether anything is deleted. */
  public boolean isOn() {
    return database != null || files != null;
  }

  /** When the next run is due after one that began then. */
  public Instant after(Instant begun) {
    return isAtTimes()
        ? PollAt.parse(at, zone).after(begun)
        : begun.plus(every == null ? EVERY : every);
  }

  /** When the first run is due that this installation ever had. */
  public Instant first(Instant started) {
    return isAtTimes() ? after(started) : started;
  }
}
