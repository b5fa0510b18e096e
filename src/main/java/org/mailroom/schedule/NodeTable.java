package org.mailroom.schedule;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** The table {@code node}. Its times are the database's: the clocks of machines may differ. */
@Component
class NodeTable {

  private static final String COLUMNS =
      "id, name, version, kind, machine, pid, started_at, seen_at, mailboxes";
  private static final int DAY_SECONDS = 86_400;

  /**
   * A row.
   *
   * @param age how long ago it was seen, when the table was read
   */
  record Row(
      String id,
      String name,
      String version,
      String kind,
      @Nullable String machine,
      long pid,
      Instant startedAt,
      Instant seenAt,
      int mailboxes,
      Duration age) {}

  /**
   * What the table holds.
   *
   * @param now the database's time; null where the table is empty
   */
  record Reading(@Nullable Instant now, List<Row> rows) {}

  private final JdbcTemplate jdbc;
  private final String takeover;

  NodeTable(JdbcTemplate jdbc, MailroomProperties properties) {
    this.jdbc = jdbc;
    this.takeover = interval(properties.takeoverAfter());
  }

  private static String interval(Duration duration) {
    return String.format(
        Locale.ROOT, "interval '%d.%03d' second", duration.toSeconds(), duration.toMillisPart());
  }

  /** A condition that holds for the row {@code n} of a node that gave a sign of life lately. */
  String isAlive() {
    return "n.seen_at > current_timestamp - " + takeover;
  }

  void add(String id, String name, String version, String kind, Machine machine, long pid) {
    jdbc.update(
        "insert into node ("
            + COLUMNS
            + ") values (?, ?, ?, ?, ?, ?, current_timestamp, current_timestamp, 0)",
        id,
        name,
        version,
        kind,
        machine.id(),
        pid);
  }

  /** A sign of life; returns whether the row is still there. */
  boolean beat(String id, int mailboxes) {
    return jdbc.update(
            "update node set seen_at = current_timestamp, mailboxes = ? where id = ?",
            mailboxes,
            id)
        == 1;
  }

  void remove(String id) {
    jdbc.update("delete from node where id = ?", id);
  }

  /** Forgets runtimes that weren't seen for a day, and commands that were killed. */
  void forgetTheOld() {
    jdbc.update(
        "delete from node where seen_at < current_timestamp - interval '"
            + DAY_SECONDS
            + "' second");
    jdbc.update(
        "delete from node where kind = '"
            + Node.COMMAND
            + "' and seen_at < current_timestamp - 10 * ("
            + takeover
            + ")");
  }

  Reading read() {
    List<Row> rows = new ArrayList<>();
    Instant[] now = new Instant[1];
    jdbc.query(
        "select " + COLUMNS + ", current_timestamp from node order by name, started_at",
        row -> {
          rows.add(row(row));
          now[0] = row.getTimestamp(10).toInstant();
        });
    return new Reading(now[0], rows);
  }

  private static Row row(ResultSet row) throws SQLException {
    Instant seen = row.getTimestamp("seen_at").toInstant();
    return new Row(
        row.getString("id"),
        row.getString("name"),
        row.getString("version"),
        row.getString("kind"),
        row.getString("machine"),
        row.getLong("pid"),
        row.getTimestamp("started_at").toInstant(),
        seen,
        row.getInt("mailboxes"),
        Duration.between(seen, row.getTimestamp(10).toInstant()));
  }
}
