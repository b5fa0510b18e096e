package org.mailroom.listing;

import java.net.URI;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.AccountPositions;
import org.mailroom.graph.Fence;
import org.mailroom.graph.ServiceClock;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.function.SingletonSupplier;

/**
 * How far the mailboxes in which nothing is marked have been read, folder by folder: the table
 * {@code delta_position}.
 */
@Component("deltaLinks")
public final class DeltaLinks implements AccountPositions {

  /**
   * Where a folder is to be read on.
   *
   * @param link null before the first page
   * @param begunAt when the folder was first read, in the service's time; where it never was, the
   *     first question fixes it: to be asked once a page has come, for it is the service's answers
   *     that tell its time
   */
  public record Stored(@Nullable URI link, Supplier<Instant> begunAt) {}

  private static final String KEY = " where account = ? and mailbox = ? and folder = ?";

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final Fence fence;
  private final Clock clock;
  private final ServiceClock serviceClock;

  DeltaLinks(
      JdbcTemplate jdbc,
      TransactionTemplate transaction,
      Fence fence,
      Clock clock,
      ServiceClock serviceClock) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.fence = fence;
    this.clock = clock;
    this.serviceClock = serviceClock;
  }

  /**
   * Returns where an account goes on in a folder of its mailbox; what was stored for another
   * mailbox or folder doesn't count.
   */
  public Stored find(String account, String mailbox, String folder) {
    List<Stored> stored =
        jdbc.query(
            "select link, begun_at from delta_position" + KEY,
            (row, number) ->
                new Stored(URI.create(row.getString("link")), at(row.getTimestamp("begun_at"))),
            account,
            mailbox,
            folder);
    return stored.isEmpty() ? new Stored(null, begunEarlier(account, folder)) : stored.get(0);
  }

  /**
   * When an earlier version of Mailroom, which didn't note the mailbox, began to read the folder:
   * what came since isn't to be passed over.
   */
  private Supplier<Instant> begunEarlier(String account, String folder) {
    return jdbc
        .query(
            "select begun_at from delta_link where account = ? and folder = ?",
            (row, number) -> at(row.getTimestamp(1)),
            account,
            folder)
        .stream()
        .findFirst()
        .orElseGet(() -> SingletonSupplier.of(serviceClock::now));
  }

  private static Supplier<Instant> at(Timestamp time) {
    Instant known = time.toInstant();
    return () -> known;
  }

  /** Stores the positions of pages that are done. */
  public Consumer<Position> storing(String account, MailFolder folder, Supplier<Instant> begunAt) {
    return position -> {
      if (position.link() != null) {
        store(account, folder.mailbox(), folder.id(), position.link(), begunAt.get());
      }
    };
  }

  void store(String account, String mailbox, String folder, URI link, Instant begunAt) {
    transaction.executeWithoutResult(
        status -> {
          fence.require(account);
          write(account, mailbox, folder, link, begunAt);
        });
  }

  private void write(String account, String mailbox, String folder, URI link, Instant begunAt) {
    OffsetDateTime now = Utc.of(clock.instant());
    int updated =
        jdbc.update(
            "update delta_position set link = ?, updated_at = ?" + KEY,
            link.toString(),
            now,
            account,
            mailbox,
            folder);
    if (updated == 0) {
      jdbc.update(
          "insert into delta_position (account, mailbox, folder, link, begun_at, updated_at) values"
              + " (?, ?, ?, ?, ?, ?)",
          account,
          mailbox,
          folder,
          link.toString(),
          Utc.of(begunAt),
          now);
    }
  }

  /** The account's next import reads its folders from the beginning. */
  @Override
  public void forget(String account) {
    jdbc.update("delete from delta_position where account = ?", account);
    jdbc.update("delete from delta_link where account = ?", account);
  }
}
