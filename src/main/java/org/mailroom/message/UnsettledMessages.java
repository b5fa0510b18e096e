package org.mailroom.message;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The table {@code unsettled_message}, which all runtimes on one database share. Entries are
 * dropped when they are old: nobody asks again.
 */
@Component
final class UnsettledMessages implements Unsettled {

  private static final Duration KEPT = Duration.ofDays(90);

  private final JdbcTemplate jdbc;
  private final Clock clock;

  UnsettledMessages(JdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  @Override
  public Instant since(String account, String messageId) {
    OffsetDateTime now = Utc.of(clock.instant());
    int first =
        jdbc.update(
            "insert into unsettled_message (account, message_id, since) values (?, ?, ?) on"
                + " conflict do nothing",
            account,
            messageId,
            now);
    if (first > 0) {
      jdbc.update("delete from unsettled_message where since < ?", now.minus(KEPT));
      return now.toInstant();
    }
    return jdbc.queryForObject(
            "select since from unsettled_message where account = ? and message_id = ?",
            OffsetDateTime.class,
            account,
            messageId)
        .toInstant();
  }
}
