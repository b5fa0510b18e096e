package org.mailroom.push;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Printable;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The table {@code push_subscription}, which all nodes share. Whoever works on a row takes it
 * first, by a conditional update; what came of it is written only while it is still the taker's.
 */
@Component
class SubscriptionTable {

  private static final int LONGEST_REFUSAL = 2000;

  private static final String COLUMNS =
      "mailbox, credential, resource, notification_url, subscription_id, client_state, expires_at,"
          + " due_at, refusal, refusals, wanted_at, changed_at, taken_until, version";

  private final JdbcTemplate jdbc;

  SubscriptionTable(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  List<Subscription> all() {
    return jdbc.query(
        "select " + COLUMNS + " from push_subscription", (row, number) -> subscription(row));
  }

  Optional<Subscription> find(String mailbox) {
    return jdbc
        .query(
            "select " + COLUMNS + " from push_subscription where mailbox = ?",
            (row, number) -> subscription(row),
            mailbox)
        .stream()
        .findFirst();
  }

  /** A mailbox to subscribe to, due at once; nothing where another node was faster. */
  void add(WantedSubscription wanted, String url, Instant now) {
    jdbc.update(
        "insert into push_subscription (mailbox, credential, resource, notification_url, due_at,"
            + " refusals, wanted_at, version) values (?, ?, ?, ?, ?, 0, ?, 0) on conflict do"
            + " nothing",
        wanted.key(),
        wanted.credential(),
        wanted.resource(),
        url,
        utc(now),
        utc(now));
  }

  /** This node has accounts for them. */
  void stillWanted(Collection<String> mailboxes, Instant now) {
    jdbc.batchUpdate(
        "update push_subscription set wanted_at = ? where mailbox = ?",
        mailboxes.stream().map(mailbox -> new Object[] {utc(now), mailbox}).toList());
  }

  /**
   * Takes a row as it was read; empty when another node has it, or has changed it since. What
   * another one took for longer than anybody does it took by a clock that was wrong.
   */
  Optional<Subscription> take(Subscription row, Instant now, Duration patience) {
    int taken =
        jdbc.update(
            "update push_subscription set taken_until = ?, version = version + 1 where mailbox = ?"
                + " and version = ? and (taken_until is null or taken_until <= ? or taken_until >"
                + " ?)",
            utc(now.plus(patience)),
            row.mailbox(),
            row.version(),
            utc(now),
            utc(now.plus(patience.multipliedBy(2))));
    return taken == 1
        ? find(row.mailbox()).filter(mine -> mine.version() == row.version() + 1)
        : Optional.empty();
  }

  /** There is a subscription: a new one, or one that was renewed. */
  void subscribed(
      Subscription taken,
      WantedSubscription wanted,
      String url,
      String id,
      String clientState,
      Instant expires,
      Instant due,
      Instant now) {
    jdbc.update(
        "update push_subscription set credential = ?, resource = ?, notification_url = ?,"
            + " subscription_id = ?, client_state = ?, expires_at = ?, due_at = ?, refusal = null,"
            + " refusals = 0, changed_at = ?, taken_until = null, version = version + 1 where"
            + " mailbox = ? and version = ?",
        wanted.credential(),
        wanted.resource(),
        url,
        id,
        clientState,
        utc(expires),
        utc(due),
        utc(now),
        taken.mailbox(),
        taken.version());
  }

  /** There is none, for this reason. */
  void refused(
      Subscription taken,
      WantedSubscription wanted,
      String url,
      String refusal,
      Instant due,
      Instant now) {
    jdbc.update(
        "update push_subscription set credential = ?, resource = ?, notification_url = ?,"
            + " subscription_id = null, client_state = null, expires_at = null, due_at = ?, refusal"
            + " = ?, refusals = refusals + 1, changed_at = ?, taken_until = null, version = version"
            + " + 1 where mailbox = ? and version = ?",
        wanted.credential(),
        wanted.resource(),
        url,
        utc(due),
        cut(refusal),
        utc(now),
        taken.mailbox(),
        taken.version());
  }

  /** It stays as it is, and is tried again then. */
  void later(Subscription taken, Instant due) {
    jdbc.update(
        "update push_subscription set due_at = ?, refusals = refusals + 1, taken_until = null,"
            + " version = version + 1 where mailbox = ? and version = ?",
        utc(due),
        taken.mailbox(),
        taken.version());
  }

  void delete(Subscription taken) {
    jdbc.update(
        "delete from push_subscription where mailbox = ? and version = ?",
        taken.mailbox(),
        taken.version());
  }

  private static String cut(String text) {
    String line = Printable.line(text);
    return line.length() <= LONGEST_REFUSAL ? line : line.substring(0, LONGEST_REFUSAL);
  }

  private static Subscription subscription(ResultSet row) throws SQLException {
    return new Subscription(
        row.getString("mailbox"),
        row.getString("credential"),
        row.getString("resource"),
        row.getString("notification_url"),
        row.getString("subscription_id"),
        row.getString("client_state"),
        instant(row.getTimestamp("expires_at")),
        row.getTimestamp("due_at").toInstant(),
        row.getString("refusal"),
        row.getInt("refusals"),
        row.getTimestamp("wanted_at").toInstant(),
        instant(row.getTimestamp("changed_at")),
        instant(row.getTimestamp("taken_until")),
        row.getLong("version"));
  }

  private static @Nullable Instant instant(@Nullable Timestamp time) {
    return time == null ? null : time.toInstant();
  }

  private static OffsetDateTime utc(Instant instant) {
    return Utc.of(instant.truncatedTo(ChronoUnit.MICROS));
  }
}
