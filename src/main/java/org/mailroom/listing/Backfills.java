package org.mailroom.listing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Imports of what mailboxes received in the past. A backfill goes through the same routes as every import, oldest first; how far it is
 * stands in the table {@code backfill}, so that the same wish after a kill goes on where the last one stood.
 */
@Component("backfills")
public final class Backfills {

  private static final String COLUMNS = "select account, received_since, received_until, include_read, position_at, begun_at, ended_at from backfill ";

  private final JdbcTemplate jdbc;
  private final Clock clock;
  private final Map<String, Backfill> wanted = new ConcurrentHashMap<>();
  private final Map<String, Backfill> running = new ConcurrentHashMap<>();

  Backfills(JdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * The next import of an account, in this process, is a backfill.
   *
   * @param until exclusive; null: up to now
   * @return the backfill; one that was begun before with the same period goes on where it stood
   */
  public Backfill request(String accountId, Instant since, Instant until, boolean includeRead) {
    Instant from = since.truncatedTo(ChronoUnit.SECONDS);
    Instant to = until == null ? null : until.truncatedTo(ChronoUnit.SECONDS);
    Backfill asked = new Backfill(accountId, from, to, includeRead, from, null, clock.instant(), null);
    Backfill backfill = stored(accountId).filter(known -> known.ended() == null && known.isSameAs(asked)).orElse(asked);
    wanted.put(accountId, backfill);
    return backfill;
  }

  /** The backfill of an account that runs, or the last one; empty when there was none. */
  public Optional<Backfill> find(String accountId) {
    Backfill now = running.getOrDefault(accountId, wanted.get(accountId));
    return now != null ? Optional.of(now) : stored(accountId);
  }

  /** The backfill of an account that runs in this process, without asking the database. */
  public Optional<Backfill> running(String accountId) {
    return Optional.ofNullable(running.get(accountId));
  }

  /** Whether this process is at the backfill of an account, or begins it with the account's next import. */
  public boolean isUnderway(String accountId) {
    return running.containsKey(accountId) || wanted.containsKey(accountId);
  }

  /** Whether the next import of an account, in this process, begins a backfill. */
  public boolean isWanted(String accountId) {
    return wanted.containsKey(accountId);
  }

  /** The backfills that aren't through, by account: those that run or begin here, those of other processes, and those that were interrupted. */
  public Map<String, Backfill> unfinished() {
    Map<String, Backfill> unfinished = new TreeMap<>();
    jdbc.query(COLUMNS + "where ended_at is null", Backfills::backfill).forEach(each -> unfinished.put(each.account(), each));
    unfinished.putAll(wanted);
    unfinished.putAll(running);
    return unfinished;
  }

  private Optional<Backfill> stored(String accountId) {
    return jdbc.query(COLUMNS + "where account = ?", Backfills::backfill, accountId).stream().findFirst();
  }

  private static Backfill backfill(ResultSet row, int number) throws SQLException {
    return new Backfill(row.getString(1), instant(row.getTimestamp(2)), instant(row.getTimestamp(3)), row.getBoolean(4), instant(row.getTimestamp(5)), null,
        instant(row.getTimestamp(6)), instant(row.getTimestamp(7)));
  }

  /**
   * Takes the wish for an account's next import; null when there is none. It goes on where it stood only in the same folder of the same
   * mailbox, and begins anew in another. The wish stays when the database doesn't take it.
   */
  public Backfill begin(String accountId, String mailbox, String folder) {
    Backfill asked = wanted.get(accountId);
    if (asked == null) {
      return null;
    }
    boolean goesOn = asked.position().isAfter(asked.since()) && isStoredFor(accountId, mailbox, folder);
    Backfill begun = goesOn ? asked : asked.at(asked.since());
    write(begun, mailbox, folder);
    running.put(accountId, begun);
    wanted.remove(accountId, asked);
    return begun;
  }

  private boolean isStoredFor(String accountId, String mailbox, String folder) {
    Integer rows = jdbc.queryForObject("select count(*) from backfill where account = ? and mailbox = ? and folder = ?", Integer.class,
        accountId, mailbox, folder);
    return rows != null && rows > 0;
  }

  /** So many messages are left to import. */
  public void counted(Backfill backfill, long messages) {
    running.computeIfPresent(backfill.account(), (account, now) -> now.counted(messages));
  }

  /** Stores the positions of pages that are done. */
  public Consumer<Position> storing(Backfill backfill) {
    return position -> reached(backfill, position.receivedBefore());
  }

  /** Everything that was received before is delivered. */
  public void reached(Backfill backfill, Instant position) {
    Backfill now = running.get(backfill.account());
    if (now != null && position != null && position.isAfter(now.position())) {
      running.put(backfill.account(), now.at(position));
      jdbc.update("update backfill set position_at = ? where account = ?", utc(position), backfill.account());
    }
  }

  /**
   * @param complete whether it got to its end, with each message delivered or in the ledger; otherwise the same wish goes on where it stands
   */
  public void end(Backfill backfill, boolean complete) {
    Backfill now = running.remove(backfill.account());
    if (complete && now != null) {
      jdbc.update("update backfill set ended_at = ? where account = ?", utc(clock.instant()), backfill.account());
    }
  }

  private void write(Backfill begun, String mailbox, String folder) {
    int updated = jdbc.update("update backfill set received_since = ?, received_until = ?, include_read = ?, position_at = ?, begun_at = ?,"
        + " ended_at = null, mailbox = ?, folder = ? where account = ?",
        utc(begun.since()), utc(begun.until()), begun.includeRead(), utc(begun.position()), utc(begun.begun()), mailbox, folder, begun.account());
    if (updated == 0) {
      jdbc.update("insert into backfill (account, received_since, received_until, include_read, position_at, begun_at, mailbox, folder)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?)", begun.account(), utc(begun.since()), utc(begun.until()), begun.includeRead(), utc(begun.position()),
          utc(begun.begun()), mailbox, folder);
    }
  }

  private static Instant instant(Timestamp time) {
    return time == null ? null : time.toInstant();
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant == null ? null : OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
  }
}
