package org.mailroom.delivery;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.AccountImport;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.Page;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The deliveries and confirmations that are due though no listing brings their messages, oldest
 * first, as pages of message ids.
 */
@Component
class DueDeliveries {

  private static final String NEXT =
      "select message_id, min(next_attempt_at) as due from delivery where status in ('PENDING',"
          + " 'FAILED') and account = :account and next_attempt_at <= :begun and destination in"
          + " (:up) group by message_id having min(next_attempt_at) > :after or"
          + " (min(next_attempt_at) = :after and message_id > :last) order by min(next_attempt_at),"
          + " message_id limit :limit";

  private final NamedParameterJdbcTemplate jdbc;
  private final DestinationHealth health;
  private final Destinations destinations;
  private final Limits limits;

  DueDeliveries(
      NamedParameterJdbcTemplate jdbc,
      DestinationHealth health,
      Destinations destinations,
      MailroomProperties properties) {
    this.jdbc = jdbc;
    this.health = health;
    this.destinations = destinations;
    this.limits = properties.limits();
  }

  /** While a destination is down one message a time is enough to see whether it is up. */
  Iterator<Page> of(AccountImport running) {
    return new Walk(running);
  }

  /**
   * By the time at which they are due, so that what isn't through when the next page is asked for
   * isn't brought twice; and only what was due when the import began, so that no message is tried,
   * and counted, twice in one import.
   */
  private final class Walk implements Iterator<Page> {
    private final AccountImport running;
    private final OffsetDateTime begun;
    private Instant after = Instant.EPOCH;
    private String last = "";
    private @Nullable List<ListedMessage> next;

    private Walk(AccountImport running) {
      this.running = running;
      this.begun = Utc.of(running.tally().begun());
    }

    @Override
    public boolean hasNext() {
      if (next == null) {
        next = running.isGoingOn() && running.isAnythingWaiting() ? ask() : List.of();
      }
      return !next.isEmpty();
    }

    @Override
    public Page next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      Page page = Page.ofMessages(next);
      next = null;
      return page;
    }

    private List<ListedMessage> ask() {
      List<String> up =
          Stream.concat(
                  destinations.names().stream().filter(health::isWorthATry),
                  Stream.of(Confirmations.NAME))
              .toList();
      boolean allUp = health.takesAll();
      return jdbc.query(
          NEXT,
          new MapSqlParameterSource(
                  Map.of(
                      "account",
                      running.account().id(),
                      "begun",
                      begun,
                      "up",
                      up,
                      "last",
                      last,
                      "limit",
                      allUp ? limits.pageSize() : 1))
              .addValue("after", Utc.of(after)),
          (row, number) -> {
            Timestamp due = row.getTimestamp("due");
            after = due.toInstant();
            last = row.getString("message_id");
            return ListedMessage.ofId(last);
          });
    }
  }
}
