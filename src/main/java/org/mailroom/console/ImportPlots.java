package org.mailroom.console;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.mailroom.account.ImportedMinutes;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** How many messages all accounts together imported a minute, an hour and a day. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ImportPlots {

  static final int DAYS = 30;

  private static final int MINUTES = 60;
  private static final int HOURS = 48;
  private static final int LABELS = 5;
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ENGLISH);
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);

  private final ImportedMinutes minutes;
  private final Clock clock;
  private final ZoneId zone = ZoneId.systemDefault();

  ImportPlots(ImportedMinutes minutes, Clock clock) {
    this.minutes = minutes;
    this.clock = clock;
  }

  /**
   * None while the database is down.
   *
   * @param byDay of all accounts together
   */
  List<Plot> all(Map<LocalDate, Long> byDay) {
    Instant now = clock.instant();
    ZonedDateTime hour = now.atZone(zone).truncatedTo(ChronoUnit.HOURS);
    try {
      Map<Instant, Long> known = minutes.since(hour.minusHours(HOURS - 1L).toInstant());
      return List.of(
          byMinute(known, now.truncatedTo(ChronoUnit.MINUTES)),
          byHour(known, hour),
          byDay(byDay, LocalDate.ofInstant(now, zone)));
    } catch (DataAccessException | TransactionException databaseDown) {
      return List.of();
    }
  }

  private Plot byMinute(Map<Instant, Long> known, Instant last) {
    List<Long> counts = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int i = MINUTES - 1; i >= 0; i--) {
      Instant minute = last.minus(i, ChronoUnit.MINUTES);
      counts.add(known.getOrDefault(minute, 0L));
      labels.add(TIME.format(minute.atZone(zone)));
    }
    return Plot.of(
        "Imported a minute", counts, Plot.evenly(labels, LABELS), "a minute", "the last hour");
  }

  private Plot byHour(Map<Instant, Long> known, ZonedDateTime last) {
    Long[] counts = new Long[HOURS];
    List<String> labels = new ArrayList<>();
    Instant first = last.minusHours(HOURS - 1L).toInstant();
    java.util.Arrays.fill(counts, 0L);
    known.forEach(
        (minute, count) -> {
          int at = (int) ChronoUnit.HOURS.between(first, minute);
          if (at >= 0 && at < HOURS) {
            counts[at] += count;
          }
        });
    for (int i = 0; i < HOURS; i++) {
      labels.add(DAY_AND_TIME.format(first.plus(i, ChronoUnit.HOURS).atZone(zone)));
    }
    return Plot.of(
        "Imported an hour",
        List.of(counts),
        Plot.evenly(labels, LABELS),
        "an hour",
        "the last " + HOURS + " hours");
  }

  private static Plot byDay(Map<LocalDate, Long> byDay, LocalDate today) {
    List<Long> counts = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int i = DAYS - 1; i >= 0; i--) {
      counts.add(byDay.getOrDefault(today.minusDays(i), 0L));
      labels.add(DAY.format(today.minusDays(i)));
    }
    return Plot.of(
        "Imported a day",
        counts,
        Plot.evenly(labels, LABELS),
        "a day",
        "the last " + DAYS + " days");
  }
}
