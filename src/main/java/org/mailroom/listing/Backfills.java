package org.mailroom.listing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Fence;
import org.mailroom.graph.LeaseLostException;
import org.mailroom.settings.Utc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Imports of what mailboxes received in the past. A backfill goes through the same routes as every
 * import, oldest first. The wish for one stands in the table {@code backfill_wish} until it is
 * through, or has failed: whichever node is asked, the one that takes the account next works on it,
 * also when the first one is killed or stopped meanwhile. How far it is stands in the table {@code
 * backfill}. Safe for use by several threads.
 */
@Component("backfills")
public final class Backfills {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private static final String COLUMNS =
      "select account, received_since, received_until, include_read, position_at, begun_at,"
          + " ended_at from backfill ";

  private record Running(Backfill backfill, String wish) {}

  private final JdbcTemplate jdbc;
  private final BackfillWishes wishes;
  private final TransactionTemplate transaction;
  private final Fence fence;
  private final Clock clock;
  private final Map<String, Running> running = new ConcurrentHashMap<>();

  /** Where those that run stand, by account and folder. */
  private final Map<String, Map<String, Reached>> reached = new ConcurrentHashMap<>();

  /**
   * How far one is in a folder.
   *
   * @param through there is nothing more in it
   */
  private record Reached(Instant position, boolean through) {}

  Backfills(
      JdbcTemplate jdbc,
      BackfillWishes wishes,
      TransactionTemplate transaction,
      Fence fence,
      Clock clock) {
    this.jdbc = jdbc;
    this.wishes = wishes;
    this.transaction = transaction;
    this.fence = fence;
    this.clock = clock;
  }

  /**
   * The next import of an account, on whichever node, is a backfill.
   *
   * @param until exclusive; null: up to now
   * @return the backfill; one that was begun before with the same period goes on where it stood
   */
  public Backfill request(
      String accountId, Instant since, @Nullable Instant until, boolean includeRead) {
    Instant from = since.truncatedTo(ChronoUnit.SECONDS);
    Instant to = until == null ? null : until.truncatedTo(ChronoUnit.SECONDS);
    Backfill asked =
        new Backfill(accountId, from, to, includeRead, from, null, clock.instant(), null);
    wishes.add(asked);
    return standing(asked);
  }

  /** Where a wish stands: one that was begun before with the same period goes on. */
  private Backfill standing(Backfill asked) {
    return stored(asked.account())
        .filter(known -> known.ended() == null && known.isSameAs(asked))
        .orElse(asked);
  }

  /**
   * The backfill of an account that runs or was asked for, or the last one; empty when there was
   * none.
   */
  public Optional<Backfill> find(String accountId) {
    return running(accountId)
        .or(() -> wishes.find(accountId).map(wish -> standing(wish.asked())))
        .or(() -> stored(accountId));
  }

  /** The backfill of an account that runs in this process, without asking the database. */
  public Optional<Backfill> running(String accountId) {
    return Optional.ofNullable(running.get(accountId)).map(Running::backfill);
  }

  /**
   * Whether a node is at the backfill of an account, or begins or goes on with it at the account's
   * next import.
   */
  public boolean isUnderway(String accountId) {
    return running.containsKey(accountId) || wishes.find(accountId).isPresent();
  }

  /** The accounts of which that holds. */
  public Set<String> underway() {
    Set<String> underway = new TreeSet<>(running.keySet());
    wishes.all().forEach(wish -> underway.add(wish.asked().account()));
    return underway;
  }

  /**
   * Whether the next import of an account begins a backfill, other than the one that this process
   * is at.
   */
  public boolean isWanted(String accountId) {
    Running now = running.get(accountId);
    return wishes
        .find(accountId)
        .filter(wish -> now == null || !wish.id().equals(now.wish()))
        .isPresent();
  }

  /**
   * The backfills that aren't through, by account: those that run or begin, on whichever node, and
   * those that failed.
   */
  public Map<String, Backfill> unfinished() {
    Map<String, Backfill> unfinished = new TreeMap<>();
    jdbc.query(COLUMNS + "where ended_at is null", Backfills::backfill)
        .forEach(each -> unfinished.put(each.account(), each));
    wishes
        .all()
        .forEach(
            wish -> {
              Backfill begun = unfinished.get(wish.asked().account());
              unfinished.put(
                  wish.asked().account(),
                  begun != null && begun.isSameAs(wish.asked()) ? begun : wish.asked());
            });
    running.forEach((account, now) -> unfinished.put(account, now.backfill()));
    return unfinished;
  }

  private Optional<Backfill> stored(String accountId) {
    return jdbc.query(COLUMNS + "where account = ?", Backfills::backfill, accountId).stream()
        .findFirst();
  }

  private static Backfill backfill(ResultSet row, int number) throws SQLException {
    return new Backfill(
        row.getString(1),
        row.getTimestamp(2).toInstant(),
        instant(row.getTimestamp(3)),
        row.getBoolean(4),
        row.getTimestamp(5).toInstant(),
        null,
        row.getTimestamp(6).toInstant(),
        instant(row.getTimestamp(7)));
  }

  /**
   * Takes up the wish for an account's next import; null when there is none. It goes on where it
   * stood only in the same folders of the same mailbox, and begins anew in others.
   */
  @SuppressWarnings("ReferenceEquality")
  public @Nullable Backfill begin(String accountId, String mailbox, List<String> folders) {
    BackfillWishes.Wish wish = wishes.find(accountId).orElse(null);
    if (wish == null) {
      return null;
    }
    Backfill asked = standing(wish.asked());
    Map<String, Reached> known = asked == wish.asked() ? Map.of() : reached(accountId, mailbox);
    Map<String, Reached> now = new ConcurrentHashMap<>();
    folders.forEach(
        folder -> now.put(folder, known.getOrDefault(folder, new Reached(asked.since(), false))));
    Backfill begun = asked.at(least(now, asked.since()));
    fenced(accountId, () -> write(begun, mailbox, now));
    reached.put(accountId, now);
    running.put(accountId, new Running(begun, wish.id()));
    return begun;
  }

  private Map<String, Reached> reached(String accountId, String mailbox) {
    Map<String, Reached> known = new TreeMap<>();
    jdbc.query(
        "select folder, position_at, through from backfill_folder where account = ? and mailbox ="
            + " ?",
        row -> {
          known.put(
              row.getString(1), new Reached(row.getTimestamp(2).toInstant(), row.getBoolean(3)));
        },
        accountId,
        mailbox);
    return known;
  }

  /** Everything that was received before is dealt with in all folders. */
  private static Instant least(Map<String, Reached> folders, Instant otherwise) {
    return folders.values().stream()
        .filter(folder -> !folder.through())
        .map(Reached::position)
        .min(Comparator.naturalOrder())
        .or(() -> folders.values().stream().map(Reached::position).max(Comparator.naturalOrder()))
        .orElse(otherwise);
  }

  /** Where one that runs goes on in a folder. */
  public Instant position(Backfill backfill, String folder) {
    Reached now = reached.getOrDefault(backfill.account(), Map.of()).get(folder);
    return now == null ? backfill.since() : now.position();
  }

  /** Whether nothing is left in a folder of one that runs. */
  public boolean isThrough(Backfill backfill, String folder) {
    Reached now = reached.getOrDefault(backfill.account(), Map.of()).get(folder);
    return now != null && now.through();
  }

  /** So many messages are left to import. */
  public void counted(Backfill backfill, long messages) {
    running.computeIfPresent(
        backfill.account(),
        (account, now) -> new Running(now.backfill().counted(messages), now.wish()));
  }

  /** Stores the positions of pages of a folder that are done. */
  public Consumer<Position> storing(Backfill backfill, String folder) {
    return position -> {
      if (position.receivedBefore() != null
          && position.receivedBefore().isAfter(position(backfill, folder))) {
        reached(backfill, folder, new Reached(position.receivedBefore(), false));
      }
    };
  }

  /** Nothing is left in a folder: each of its messages is delivered, or in the ledger. */
  public void through(Backfill backfill, String folder) {
    reached(backfill, folder, new Reached(position(backfill, folder), true));
  }

  private void reached(Backfill backfill, String folder, Reached now) {
    Map<String, Reached> folders = reached.get(backfill.account());
    Running begun = running.get(backfill.account());
    if (folders == null || begun == null) {
      return;
    }
    Backfill known = begun.backfill();
    folders.put(folder, now);
    Instant all = least(folders, known.position());
    fenced(
        backfill.account(),
        () -> {
          jdbc.update(
              "update backfill_folder set position_at = ?, through = ? where account = ? and folder"
                  + " = ?",
              Utc.of(now.position()),
              now.through(),
              backfill.account(),
              folder);
          if (all.isAfter(known.position())) {
            jdbc.update(
                "update backfill set position_at = ? where account = ?",
                Utc.of(all),
                backfill.account());
          }
        });
    if (all.isAfter(known.position())) {
      running.put(backfill.account(), new Running(known.at(all), begun.wish()));
    }
  }

  /** How far one is writes only the node that has its mailbox. */
  private void fenced(String account, Runnable writing) {
    transaction.executeWithoutResult(
        status -> {
          fence.require(account);
          writing.run();
        });
  }

  /**
   * It is over, and isn't wanted any more.
   *
   * @param complete whether it got to its end, with each message delivered or in the ledger;
   *     otherwise the same wish, asked again, goes on where it stands
   * @throws LeaseLostException when another node has the account, which goes on with it
   */
  public void end(Backfill backfill, boolean complete) {
    Running now = left(backfill);
    if (now != null) {
      try {
        fenced(
            backfill.account(),
            () -> {
              if (complete) {
                jdbc.update(
                    "update backfill set ended_at = ? where account = ?",
                    Utc.of(clock.instant()),
                    backfill.account());
              }
              wishes.withdraw(backfill.account(), now.wish());
            });
      } catch (DataAccessException | TransactionException databaseDown) {
        LOG.warn(
            "account {}: that its backfill has ended can't be stored, so it goes on with the next"
                + " import: {}",
            backfill.account(),
            databaseDown.getMessage());
      }
    }
  }

  /**
   * This process stops, or may not work on it any more: the account's next import goes on with it,
   * on whichever node. What a command was asked for itself ends with it.
   */
  public void interrupted(Backfill backfill) {
    Running now = running.get(backfill.account());
    try {
      if (now != null && wishes.endsWithThisProcess(now.wish())) {
        end(backfill, false);
      }
    } catch (LeaseLostException anotherNodeHasIt) {
      LOG.debug("account {}: its backfill goes on elsewhere", backfill.account());
    } finally {
      left(backfill);
    }
  }

  private @Nullable Running left(Backfill backfill) {
    reached.remove(backfill.account());
    return running.remove(backfill.account());
  }

  private void write(Backfill begun, String mailbox, Map<String, Reached> folders) {
    int updated =
        jdbc.update(
            "update backfill set received_since = ?, received_until = ?, include_read = ?,"
                + " position_at = ?, begun_at = ?, ended_at = null, mailbox = ? where account = ?",
            Utc.of(begun.since()),
            Utc.of(begun.until()),
            begun.includeRead(),
            Utc.of(begun.position()),
            Utc.of(begun.begun()),
            mailbox,
            begun.account());
    if (updated == 0) {
      jdbc.update(
          "insert into backfill (account, received_since, received_until, include_read,"
              + " position_at, begun_at, mailbox) values (?, ?, ?, ?, ?, ?, ?)",
          begun.account(),
          Utc.of(begun.since()),
          Utc.of(begun.until()),
          begun.includeRead(),
          Utc.of(begun.position()),
          Utc.of(begun.begun()),
          mailbox);
    }
    jdbc.update("delete from backfill_folder where account = ?", begun.account());
    folders.forEach(
        (folder, now) ->
            jdbc.update(
                "insert into backfill_folder (account, mailbox, folder, position_at, through)"
                    + " values (?, ?, ?, ?, ?)",
                begun.account(),
                mailbox,
                folder,
                Utc.of(now.position()),
                now.through()));
  }

  private static @Nullable Instant instant(@Nullable Timestamp time) {
    return time == null ? null : time.toInstant();
  }
}
