package org.mailroom.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.StoredResults;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.ParameterizedPreparedStatementSetter;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/** The table {@code account_schedule}. Statements for several accounts go in one batch. */
@Component
class StandingTable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");
  private static final String COLUMNS =
      "account, mailbox, node, due_at, wanted, taken_wanted, goes_on, settings, last_success,"
          + " result, trouble_since, trouble_told";
  private static final String CHANGED = ", changed_at = current_timestamp";

  private final JdbcTemplate jdbc;
  private final NamedParameterJdbcTemplate named;
  private final NodeTable nodes;

  StandingTable(JdbcTemplate jdbc, NodeTable nodes) {
    this.jdbc = jdbc;
    this.named = new NamedParameterJdbcTemplate(jdbc);
    this.nodes = nodes;
  }

  List<Standing> all() {
    return jdbc.query(
        "select " + COLUMNS + " from account_schedule", (row, number) -> standing(row));
  }

  /** Those that were changed since, by the database's time. */
  List<Standing> changedSince(Instant since) {
    return jdbc.query(
        "select " + COLUMNS + " from account_schedule where changed_at > ?",
        (row, number) -> standing(row),
        utc(since));
  }

  /** Those that aren't there yet, together with the rows of their leases; what is there stays. */
  void add(Collection<Standing> added) {
    addLeases(added);
    batch(
        "insert into account_schedule ("
            + COLUMNS
            + ", changed_at) values (?, ?, null, ?, false, false, false, ?, null, null, null, null,"
            + " current_timestamp) on conflict do nothing",
        added,
        (statement, standing) -> {
          statement.setString(1, standing.account());
          statement.setString(2, standing.mailbox());
          set(statement, 3, standing.dueAt());
          statement.setString(4, standing.settings());
        });
  }

  private void addLeases(Collection<Standing> standings) {
    batch(
        "insert into mailbox_lease (mailbox, token) values (?, 0) on conflict do nothing",
        standings,
        (statement, standing) -> statement.setString(1, standing.mailbox()));
  }

  /**
   * Settings have changed; where another node noticed that before, nothing is changed once more.
   */
  void changeSettings(Collection<Standing> changed) {
    addLeases(changed);
    batch(
        "update account_schedule set mailbox = ?, settings = ?, due_at ="
            + " case when goes_on then due_at else cast(? as timestamp with time zone) end"
            + CHANGED
            + " where account = ? and settings <> ?",
        changed,
        (statement, standing) -> {
          statement.setString(1, standing.mailbox());
          statement.setString(2, standing.settings());
          set(statement, 3, standing.dueAt());
          statement.setString(4, standing.account());
          statement.setString(5, standing.settings());
        });
  }

  /** It is due at another time, unless its import goes on. */
  void changeDueTime(Standing standing) {
    batch(
        "update account_schedule set due_at = ?" + CHANGED + " where account = ? and not goes_on",
        List.of(standing),
        (statement, each) -> {
          set(statement, 1, each.dueAt());
          statement.setString(2, each.account());
        });
  }

  /** Somebody asks for imports. */
  void want(Collection<String> accounts) {
    batch(
        "update account_schedule set wanted = true" + CHANGED + " where account = ?",
        accounts,
        (statement, account) -> statement.setString(1, account));
  }

  /**
   * Which of these may be taken now, of mailboxes whose leases the transaction has locked: nobody
   * has them in hand who is alive, and they are due.
   *
   * @param anyway also those that aren't due
   */
  List<String> takeable(
      Collection<String> accounts, Collection<String> mailboxes, Instant now, boolean anyway) {
    return named.queryForList(
        "select account from account_schedule s where account in (:accounts) and mailbox in"
            + " (:mailboxes) and (node is null or not exists (select 1 from node n where n.id ="
            + " s.node and "
            + nodes.isAlive()
            + "))"
            + (anyway
                ? ""
                : " and (wanted or taken_wanted or ((due_at is null or due_at <= :now) and not"
                    + " exists (select 1 from account_pause p where p.account = s.account)))")
            + " order by account",
        Map.of("accounts", accounts, "mailboxes", mailboxes, "now", utc(now)),
        String.class);
  }

  void take(Collection<String> accounts, String node) {
    batch(
        "update account_schedule set node = ?, taken_at = current_timestamp, taken_wanted = (wanted"
            + " or taken_wanted), wanted = false, goes_on = false"
            + CHANGED
            + " where account = ?",
        accounts,
        (statement, account) -> {
          statement.setString(1, node);
          statement.setString(2, account);
        });
  }

  /**
   * Their imports have ended; what another node has taken over meanwhile stays as that one has it.
   */
  void giveBack(Collection<Standing> ended, String node) {
    batch(
        "update account_schedule set node = null, taken_at = null, taken_wanted = false, due_at ="
            + " ?, goes_on = ?, settings = ?, last_success = ?, result = ?, trouble_since = ?,"
            + " trouble_told = ?"
            + CHANGED
            + " where account = ? and node = ?",
        ended,
        (statement, standing) -> {
          set(statement, 1, standing.dueAt());
          statement.setBoolean(2, standing.goesOn());
          statement.setString(3, standing.settings());
          set(statement, 4, standing.lastSuccess());
          statement.setString(5, StoredResults.text(standing.result()));
          set(statement, 6, standing.trouble() == null ? null : standing.trouble().since());
          statement.setString(
              7, standing.trouble() == null ? null : text(standing.trouble().told()));
          statement.setString(8, standing.account());
          statement.setString(9, node);
        });
  }

  /** They weren't imported, or not to their end: they are due as before. */
  void letGo(Collection<String> accounts, String node) {
    batch(
        "update account_schedule set node = null, taken_at = null, wanted = (wanted or"
            + " taken_wanted), taken_wanted = false"
            + CHANGED
            + " where account = ? and node = ?",
        accounts,
        (statement, account) -> {
          statement.setString(1, account);
          statement.setString(2, node);
        });
  }

  /**
   * The site was told of trouble while the database was away, unless another node had told it
   * before.
   */
  void noteTrouble(Collection<Standing> troubled) {
    batch(
        "update account_schedule set trouble_since = ?, trouble_told = ?"
            + CHANGED
            + " where account = ? and trouble_told is null",
        troubled,
        (statement, standing) -> {
          Trouble trouble = Objects.requireNonNull(standing.trouble(), "what the site was told of");
          set(statement, 1, trouble.since());
          statement.setString(2, text(trouble.told()));
          statement.setString(3, standing.account());
        });
  }

  /** The account isn't there any more. */
  void remove(Collection<String> accounts, String node) {
    batch(
        "delete from account_schedule where account = ? and (node is null or node = ?)",
        accounts,
        (statement, account) -> {
          statement.setString(1, account);
          statement.setString(2, node);
        });
  }

  /**
   * Nobody polls but this node, which has just begun: all are due at once, and what was before
   * isn't told as if it were now.
   */
  void beginAnew() {
    jdbc.update(
        "update account_schedule set node = null, taken_at = null, wanted = (wanted or"
            + " taken_wanted), taken_wanted = false, goes_on = false, due_at = null, result = null,"
            + " last_success = null"
            + CHANGED
            + " where node is null or not exists (select 1 from node n where n.id ="
            + " account_schedule.node and "
            + nodes.isAlive()
            + ")");
  }

  private <T> void batch(
      String sql, Collection<T> all, ParameterizedPreparedStatementSetter<T> setter) {
    if (!all.isEmpty()) {
      jdbc.batchUpdate(sql, all, all.size(), setter);
    }
  }

  private static Standing standing(ResultSet row) throws SQLException {
    String account = row.getString("account");
    Instant since = instant(row.getTimestamp("trouble_since"));
    return new Standing(
        account,
        row.getString("mailbox"),
        row.getString("node"),
        instant(row.getTimestamp("due_at")),
        row.getBoolean("wanted"),
        row.getBoolean("taken_wanted"),
        row.getBoolean("goes_on"),
        row.getString("settings"),
        instant(row.getTimestamp("last_success")),
        StoredResults.read(account, row.getString("result")),
        since == null ? null : new Trouble(since, told(row.getString("trouble_told"))));
  }

  private static @Nullable String text(@Nullable Map<String, Object> told) {
    try {
      return told == null ? null : JSON.writeValueAsString(told);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static @Nullable Map<String, Object> told(@Nullable String text) {
    try {
      return text == null
          ? null
          : JSON.readValue(text, new TypeReference<LinkedHashMap<String, Object>>() {});
    } catch (JsonProcessingException ofAnotherVersion) {
      return null;
    }
  }

  private static void set(PreparedStatement statement, int index, @Nullable Instant time)
      throws SQLException {
    if (time == null) {
      statement.setNull(index, Types.TIMESTAMP_WITH_TIMEZONE);
    } else {
      statement.setObject(index, utc(time));
    }
  }

  private static OffsetDateTime utc(Instant time) {
    return Utc.of(time.isAfter(LATEST) ? LATEST : time);
  }

  private static @Nullable Instant instant(@Nullable Timestamp time) {
    return time == null ? null : time.toInstant();
  }
}
