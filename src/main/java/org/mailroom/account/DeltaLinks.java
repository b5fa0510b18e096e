package org.mailroom.account;

import java.net.URI;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** How far the mailboxes in which nothing is marked have been read: the table {@code delta_link}. */
@Component
class DeltaLinks {

  /**
   * @param link null before the first page
   * @param begunAt when the folder was first read
   */
  record Stored(URI link, Instant begunAt) {}

  private final JdbcTemplate jdbc;
  private final Clock clock;

  DeltaLinks(JdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Returns the link of an account's folder; another folder than before begins anew. */
  Stored find(String account, String folder) {
    List<Stored> stored = jdbc.query("select link, begun_at from delta_link where account = ? and folder = ?",
        (row, number) -> new Stored(URI.create(row.getString("link")), instant(row.getTimestamp("begun_at"))), account, folder);
    return stored.isEmpty() ? new Stored(null, clock.instant()) : stored.get(0);
  }

  void store(String account, String folder, URI link, Instant begunAt) {
    OffsetDateTime now = OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
    int updated = jdbc.update("update delta_link set link = ?, updated_at = ? where account = ? and folder = ?", link.toString(), now, account, folder);
    if (updated == 0) {
      jdbc.update("delete from delta_link where account = ?", account);
      jdbc.update("insert into delta_link (account, folder, link, begun_at, updated_at) values (?, ?, ?, ?, ?)", account, folder, link.toString(),
          OffsetDateTime.ofInstant(begunAt, ZoneOffset.UTC), now);
    }
  }

  /** The account's next import reads its folder from the beginning. */
  void forget(String account) {
    jdbc.update("delete from delta_link where account = ?", account);
  }

  private static Instant instant(Timestamp time) {
    return time.toInstant();
  }
}
