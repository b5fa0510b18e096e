package org.mailroom.discovery;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Printable;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The tables {@code discovery} and {@code discovered_mailbox}, which all nodes share: who is in
 * which group, as it was told last.
 */
@Component
class DiscoveryTable {

  private static final int LONGEST_PROBLEM = 2000;

  /**
   * How it is with an entry.
   *
   * @param revision raised when somebody joined or left
   * @param dueAt when the group is asked about again
   * @param problem why it wasn't told who is in it, in words; or null
   */
  record State(
      String entry,
      String groupId,
      long revision,
      Instant dueAt,
      @Nullable String problem,
      long version) {}

  /**
   * Somebody who is in the group, or was.
   *
   * @param member the object id
   * @param left isn't in it any more
   */
  record Known(String member, String account, String mailbox, boolean left) {}

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;

  DiscoveryTable(JdbcTemplate jdbc, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  /** An entry that isn't known yet is due at once. */
  State state(String entry, String groupId, Instant now) {
    return find(entry)
        .orElseGet(
            () -> {
              jdbc.update(
                  "insert into discovery (entry, group_id, revision, due_at, version) values (?, ?,"
                      + " 0, ?, 0) on conflict do nothing",
                  entry,
                  groupId,
                  utc(now));
              return find(entry).orElseThrow();
            });
  }

  private Optional<State> find(String entry) {
    return jdbc
        .query(
            "select entry, group_id, revision, due_at, problem, version from discovery where entry"
                + " = ?",
            (row, number) ->
                new State(
                    row.getString("entry"),
                    row.getString("group_id"),
                    row.getLong("revision"),
                    Objects.requireNonNull(instant(row.getTimestamp("due_at"))),
                    row.getString("problem"),
                    row.getLong("version")),
            entry)
        .stream()
        .findFirst();
  }

  /** All that were ever in the group. */
  List<Known> members(String entry) {
    return jdbc.query(
        "select member, account, mailbox, left_at from discovered_mailbox where entry = ? order by"
            + " account",
        (row, number) ->
            new Known(
                row.getString("member"),
                row.getString("account"),
                row.getString("mailbox"),
                row.getTimestamp("left_at") != null),
        entry);
  }

  /** Whether an account of another entry or member has that id. */
  boolean isTaken(String account) {
    return jdbc.queryForObject(
            "select count(*) from discovered_mailbox where account = ?", Long.class, account)
        > 0;
  }

  /**
   * Takes an entry as it was read; empty when another node has it, or has asked since. What another
   * one took for longer than anybody does it took by a clock that was wrong.
   */
  Optional<State> take(State state, Instant now, Duration patience) {
    int taken =
        jdbc.update(
            "update discovery set taken_until = ?, version = version + 1 where entry = ? and"
                + " version = ? and (taken_until is null or taken_until <= ? or taken_until > ?)",
            utc(now.plus(patience)),
            state.entry(),
            state.version(),
            utc(now),
            utc(now.plus(patience.multipliedBy(2))));
    return taken == 1
        ? find(state.entry()).filter(mine -> mine.version() == state.version() + 1)
        : Optional.empty();
  }

  /** An entry stands for another group: nobody is known to be in it. */
  State otherGroup(State taken, String groupId, Instant now) {
    transaction.executeWithoutResult(
        status -> {
          if (jdbc.update(
                  "update discovery set group_id = ?, revision = revision + 1, due_at = ?, problem"
                      + " = null where entry = ? and version = ?",
                  groupId,
                  utc(now),
                  taken.entry(),
                  taken.version())
              == 1) {
            jdbc.update(
                "update discovered_mailbox set left_at = ? where entry = ? and left_at is null",
                utc(now),
                taken.entry());
          }
        });
    return find(taken.entry()).orElseThrow();
  }

  /**
   * Who is in the group now.
   *
   * @param joined to be added or to come back, by member: account and mailbox
   * @param left members that aren't in it any more
   */
  void told(State taken, Map<String, Known> joined, List<String> left, Instant now, Instant due) {
    transaction.executeWithoutResult(
        status -> {
          int mine =
              jdbc.update(
                  "update discovery set revision = revision + ?, due_at = ?, problem = null,"
                      + " taken_until = null, version = version + 1 where entry = ? and version ="
                      + " ?",
                  joined.isEmpty() && left.isEmpty() ? 0 : 1,
                  utc(due),
                  taken.entry(),
                  taken.version());
          if (mine == 0) {
            return;
          }
          joined.forEach(
              (member, one) -> {
                if (jdbc.update(
                        "update discovered_mailbox set mailbox = ?, left_at = null where entry = ?"
                            + " and member = ?",
                        one.mailbox(),
                        taken.entry(),
                        member)
                    == 0) {
                  jdbc.update(
                      "insert into discovered_mailbox (entry, member, account, mailbox, joined_at)"
                          + " values (?, ?, ?, ?, ?)",
                      taken.entry(),
                      member,
                      one.account(),
                      one.mailbox(),
                      utc(now));
                }
              });
          left.forEach(
              member ->
                  jdbc.update(
                      "update discovered_mailbox set left_at = ? where entry = ? and member = ?",
                      utc(now),
                      taken.entry(),
                      member));
        });
  }

  /** It wasn't told who is in the group; what is known stays. */
  void untold(State taken, String problem, Instant due) {
    String line = Printable.line(problem);
    jdbc.update(
        "update discovery set due_at = ?, problem = ?, taken_until = null, version = version + 1"
            + " where entry = ? and version = ?",
        utc(due),
        line.length() <= LONGEST_PROBLEM ? line : line.substring(0, LONGEST_PROBLEM),
        taken.entry(),
        taken.version());
  }

  private static @Nullable Instant instant(Timestamp time) {
    return time == null ? null : time.toInstant();
  }

  private static OffsetDateTime utc(Instant instant) {
    return Utc.of(instant.truncatedTo(ChronoUnit.MICROS));
  }
}
