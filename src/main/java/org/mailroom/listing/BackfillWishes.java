package org.mailroom.listing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.Utc;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The table {@code backfill_wish}: the backfills that somebody asked for and that aren't through,
 * one an account. Safe for use by several threads.
 */
@Component
class BackfillWishes {

  private static final String COLUMNS =
      "select account, wish, received_since, received_until, include_read, asked_at from"
          + " backfill_wish ";

  /**
   * Somebody asked for it.
   *
   * @param id of this wish, to tell it from a later one for the same account
   */
  record Wish(String id, Backfill asked) {}

  private final JdbcTemplate jdbc;
  private final boolean isCommand;

  /** Ids of those that were asked of this process. */
  private final Set<String> own = ConcurrentHashMap.newKeySet();

  @Autowired
  BackfillWishes(JdbcTemplate jdbc, MailroomProperties properties) {
    this(jdbc, !properties.polling());
  }

  /**
   * @param isCommand this process ends by itself
   */
  BackfillWishes(JdbcTemplate jdbc, boolean isCommand) {
    this.jdbc = jdbc;
    this.isCommand = isCommand;
  }

  /** In the place of the account's earlier wish. */
  void add(Backfill asked) {
    String id = UUID.randomUUID().toString();
    if (!replace(id, asked)) {
      try {
        jdbc.update(
            "insert into backfill_wish (account, wish, received_since, received_until,"
                + " include_read, asked_at) values (?, ?, ?, ?, ?, ?)",
            asked.account(),
            id,
            Utc.of(asked.since()),
            Utc.of(asked.until()),
            asked.includeRead(),
            Utc.of(asked.begun()));
      } catch (DuplicateKeyException anotherNodeWasFirst) {
        replace(id, asked);
      }
    }
    own.add(id);
  }

  private boolean replace(String id, Backfill asked) {
    return jdbc.update(
            "update backfill_wish set wish = ?, received_since = ?, received_until = ?,"
                + " include_read = ?, asked_at = ? where account = ?",
            id,
            Utc.of(asked.since()),
            Utc.of(asked.until()),
            asked.includeRead(),
            Utc.of(asked.begun()),
            asked.account())
        > 0;
  }

  Optional<Wish> find(String accountId) {
    return jdbc.query(COLUMNS + "where account = ?", BackfillWishes::wish, accountId).stream()
        .findFirst();
  }

  List<Wish> all() {
    return jdbc.query(COLUMNS, BackfillWishes::wish);
  }

  /** Nobody wants it any more. A later wish for the same account stays. */
  void withdraw(String accountId, String wish) {
    own.remove(wish);
    jdbc.update("delete from backfill_wish where account = ? and wish = ?", accountId, wish);
  }

  /** What a command was asked for ends with it; what others wish waits for them. */
  boolean endsWithThisProcess(String wish) {
    return isCommand && own.contains(wish);
  }

  private static Wish wish(ResultSet row, int number) throws SQLException {
    Instant since = row.getTimestamp(3).toInstant();
    Timestamp until = row.getTimestamp(4);
    return new Wish(
        row.getString(2),
        new Backfill(
            row.getString(1),
            since,
            until == null ? null : until.toInstant(),
            row.getBoolean(5),
            since,
            null,
            row.getTimestamp(6).toInstant(),
            null));
  }
}
