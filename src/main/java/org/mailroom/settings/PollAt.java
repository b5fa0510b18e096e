package org.mailroom.settings;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * The times at which an account is polled: a cron expression of six fields, on the clocks of a
 * place.
 *
 * <p>Where those clocks are set, each time of a day still comes once: one that they leap over comes
 * at the leap, one that comes twice counts the first time. Where the field of the hours has a
 * {@code *} the times go by what the clock shows, and so come again in an hour that is repeated.
 */
public record PollAt(CronExpression cron, ZoneId zone) {

  private static final int FIELD_OF_HOURS = 2;

  /**
   * @param zone a time zone's name; null: this machine's
   * @throws IllegalArgumentException when it is no cron expression, or none of a time that comes
   * @throws DateTimeException when there is no such zone
   */
  public static PollAt parse(String cron, @Nullable String zone) {
    PollAt times =
        new PollAt(
            CronExpression.parse(cron.strip()),
            zone == null || zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone.strip()));
    if (times.cron().next(LocalDateTime.of(2001, 1, 1, 0, 0)) == null) {
      throw new IllegalArgumentException("it names no time that comes");
    }
    return times;
  }

  /** Whether {@link #parse} takes them; so it is where there are no times to parse. */
  static boolean isReadable(@Nullable String cron, @Nullable String zone) {
    try {
      return cron == null || cron.isBlank() || parse(cron, zone) != null;
    } catch (IllegalArgumentException | DateTimeException unreadable) {
      return false;
    }
  }

  /** The next of the times after a time. */
  public Instant after(Instant time) {
    if (cron.toString().split("\\s+")[FIELD_OF_HOURS].contains("*")) {
      ZonedDateTime next = cron.next(time.atZone(zone));
      return next == null ? Instant.MAX : next.toInstant();
    }
    for (LocalDateTime next = cron.next(LocalDateTime.ofInstant(time, zone));
        next != null;
        next = cron.next(next)) {
      Instant at = at(next);
      if (at.isAfter(time)) {
        return at;
      }
    }
    return Instant.MAX;
  }

  private Instant at(LocalDateTime local) {
    ZoneOffsetTransition leap = zone.getRules().getTransition(local);
    return leap != null && leap.isGap() ? leap.getInstant() : local.atZone(zone).toInstant();
  }

  @Override
  public String toString() {
    return cron + " (" + zone + ")";
  }
}
