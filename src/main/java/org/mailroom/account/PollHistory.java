package org.mailroom.account;

import java.sql.Date;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Printable;
import org.mailroom.settings.Utc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What the polls of late came to, and how many messages were imported on which day. Only polls that
 * did something or failed are kept; a failure that lasts is one entry that counts its polls. An
 * idle poll costs nothing here.
 */
@Component("pollHistory")
public final class PollHistory {

  /**
   * A poll, or several in a row that failed alike.
   *
   * @param begun of the first
   * @param ended of the last
   * @param took of the last
   * @param imported messages that every destination has now
   * @param failed messages of which a delivery failed
   * @param waiting messages whose failed delivery wasn't due yet
   * @param gone messages that somebody deleted or moved meanwhile
   * @param unmarked messages that were delivered but not marked
   * @param requests to Graph
   * @param failure cause and remedy, of the poll or of one of its messages; or null
   * @param polls how many
   */
  public record Poll(
      String account,
      Instant begun,
      Instant ended,
      Duration took,
      int imported,
      int failed,
      int waiting,
      int gone,
      int unmarked,
      long requests,
      String failure,
      int polls) {}

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");
  private static final int MOST_OF_AN_ACCOUNT = 500;
  private static final int TRIM_EVERY = 50;
  private static final Duration KEPT = Duration.ofDays(30);
  private static final Duration DAYS_KEPT = Duration.ofDays(400);
  private static final int LONGEST_FAILURE = 2000;

  private record Last(Instant begun, String kind) {}

  private final JdbcTemplate jdbc;
  private final Clock clock;
  private final ZoneId zone = ZoneId.systemDefault();
  private final Map<String, Last> lastFailures = new ConcurrentHashMap<>();
  private final Map<String, Integer> written = new ConcurrentHashMap<>();
  private volatile LocalDate trimmedOn = LocalDate.MIN;

  PollHistory(JdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Keeps what an import came to. A database that is down loses the entry, and nothing else. */
  public void add(ImportResult result) {
    if (result.failure() == null) {
      lastFailures.remove(result.account());
    }
    if (!result.isWorthTelling()
        || (result.failure() instanceof ImportFailure failure && failure.isOfDatabase())) {
      return;
    }
    try {
      write(result);
      count(result);
      trim(result.account());
    } catch (DataAccessException e) {
      LOG.warn(
          "account {}: the history of its polls can't be written: {}",
          result.account(),
          e.getMostSpecificCause().getMessage());
    }
  }

  private void write(ImportResult result) {
    String kind = result.failureKind();
    Last last = lastFailures.get(result.account());
    Instant ended = result.begun().plus(result.took());
    boolean alike =
        kind != null && result.imported() == 0 && last != null && kind.equals(last.kind());
    if (alike
        && last != null
        && jdbc.update(
                "update poll set polls = polls + 1, ended_at = ?, took_ms = ?, requests = requests"
                    + " + ?, failure = ? where account = ? and begun_at = ?",
                utc(ended),
                result.took().toMillis(),
                result.requests(),
                failure(result),
                result.account(),
                utc(last.begun()))
            == 1) {
      return;
    }
    jdbc.update(
        "insert into poll (account, begun_at, ended_at, took_ms, imported, failed, waiting, gone,"
            + " unmarked, requests, failure, polls) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) on"
            + " conflict do nothing",
        result.account(),
        utc(result.begun()),
        utc(ended),
        result.took().toMillis(),
        result.imported(),
        result.failed(),
        result.waiting(),
        result.gone(),
        result.unmarked(),
        result.requests(),
        failure(result));
    if (kind != null) {
      lastFailures.put(result.account(), new Last(result.begun(), kind));
    }
  }

  private static @Nullable String failure(ImportResult result) {
    Exception why = result.failure() != null ? result.failure() : result.firstUnmarked();
    String words = why == null ? result.firstRefusal() : why.getMessage();
    String text = words == null ? null : Printable.line(words);
    return text == null || text.length() <= LONGEST_FAILURE
        ? text
        : text.substring(0, LONGEST_FAILURE);
  }

  private void count(ImportResult result) {
    if (result.imported() == 0) {
      return;
    }
    Date today = Date.valueOf(today());
    jdbc.update(
        "insert into imported_day (account, import_day, imported) values (?, ?, 0) on conflict do"
            + " nothing",
        result.account(),
        today);
    jdbc.update(
        "update imported_day set imported = imported + ? where account = ? and import_day = ?",
        result.imported(),
        result.account(),
        today);
  }

  private void trim(String account) {
    if (written.merge(account, 1, Integer::sum) % TRIM_EVERY == 1) {
      jdbc.update(
          "delete from poll where account = ? and begun_at <= (select begun_at from poll where"
              + " account = ? order by begun_at desc limit 1 offset "
              + MOST_OF_AN_ACCOUNT
              + ")",
          account,
          account);
    }
    if (!today().equals(trimmedOn)) {
      trimmedOn = today();
      jdbc.update("delete from poll where begun_at < ?", utc(clock.instant().minus(KEPT)));
      jdbc.update(
          "delete from imported_day where import_day < ?",
          Date.valueOf(today().minusDays(DAYS_KEPT.toDays())));
    }
  }

  /** The latest polls of an account that did something or failed, latest first. */
  public List<Poll> recent(String account, int most) {
    return jdbc.query(
        "select account, begun_at, ended_at, took_ms, imported, failed, waiting, gone, unmarked,"
            + " requests, failure, polls from poll where account = ? order by begun_at desc limit "
            + most,
        (row, number) ->
            new Poll(
                row.getString(1),
                row.getTimestamp(2).toInstant(),
                row.getTimestamp(3).toInstant(),
                Duration.ofMillis(row.getLong(4)),
                row.getInt(5),
                row.getInt(6),
                row.getInt(7),
                row.getInt(8),
                row.getInt(9),
                row.getLong(10),
                row.getString(11),
                row.getInt(12)),
        account);
  }

  /**
   * Messages imported each day, by account; a day without any has no entry.
   *
   * @param days how many, today included
   */
  public Map<String, Map<LocalDate, Long>> importedByDay(int days) {
    Map<String, Map<LocalDate, Long>> imported = new HashMap<>();
    jdbc.query(
        "select account, import_day, imported from imported_day where import_day > ?",
        row -> {
          imported
              .computeIfAbsent(row.getString(1), account -> new TreeMap<>())
              .put(row.getDate(2).toLocalDate(), row.getLong(3));
        },
        Date.valueOf(today().minusDays(days)));
    return imported;
  }

  /**
   * The same of these accounts alone.
   *
   * @param accounts few: as many as a page shows
   */
  public Map<String, Map<LocalDate, Long>> importedByDay(Collection<String> accounts, int days) {
    Map<String, Map<LocalDate, Long>> imported = new HashMap<>();
    if (!accounts.isEmpty()) {
      Object[] parameters =
          Stream.concat(accounts.stream(), Stream.of(Date.valueOf(today().minusDays(days))))
              .toArray();
      jdbc.query(
          "select account, import_day, imported from imported_day where account in ("
              + "?, ".repeat(accounts.size() - 1)
              + "?) and import_day > ?",
          row -> {
            imported
                .computeIfAbsent(row.getString(1), account -> new TreeMap<>())
                .put(row.getDate(2).toLocalDate(), row.getLong(3));
          },
          parameters);
    }
    return imported;
  }

  /** Messages imported each day by all accounts together; a day without any has no entry. */
  public Map<LocalDate, Long> importedByDayOfAll(int days) {
    Map<LocalDate, Long> imported = new TreeMap<>();
    jdbc.query(
        "select import_day, sum(imported) from imported_day where import_day > ? group by"
            + " import_day",
        row -> {
          imported.put(row.getDate(1).toLocalDate(), row.getLong(2));
        },
        Date.valueOf(today().minusDays(days)));
    return imported;
  }

  /** Today, by this machine's calendar. */
  public LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), zone);
  }

  private static OffsetDateTime utc(Instant instant) {
    // what a column keeps: otherwise an entry isn't found again by its time
    return Utc.of(instant.truncatedTo(ChronoUnit.MICROS));
  }
}
