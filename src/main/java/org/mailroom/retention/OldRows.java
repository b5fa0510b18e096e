package org.mailroom.retention;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MessageFolders;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes the rows of messages that were imported longer ago than they are kept, in small
 * transactions. What the ledger recognises a message by goes when its files are gone, too: until
 * then {@code erase} and {@code export} find them by it. A message that isn't through, because a
 * delivery waits or was given up, stays until that is decided. Used by one thread.
 */
@Component
final class OldRows {

  private static final int LOOKED_AT = 500;

  /**
   * In the order of the console's list, by its index: when a message was received is never after
   * its import, so that what was received later needs no look.
   */
  private static final String NEXT =
      """
      select m.account, m.message_id, m.listed_at, coalesce(stored.received_at, stored.sent_at, m.received_at) as filed_at,
        case when stored.message_id is null then false else true end as in_database,
        (select max(coalesce(delivered_at, last_attempt_at)) from delivery tried
          where tried.account = m.account and tried.message_id = m.message_id) as imported,
        (select count(*) from delivery waits where waits.account = m.account and waits.message_id = m.message_id
          and waits.status in ('PENDING', 'FAILED')) as waits
      from ledger_message m left join mail_message stored on stored.account = m.account and stored.message_id = m.message_id
      where m.listed_at < :before and m.listed_at >= :at
        and (m.listed_at > :at or m.account > :account or (m.account = :account and m.message_id > :id))
      order by m.listed_at, m.account, m.message_id limit :most\
      """;

  /** Rows that the ledger has no word of. */
  private static final String STRAYS =
      """
      select account, message_id, coalesce(received_at, sent_at) as filed_at from mail_message stored
      where (received_at < :before or received_at is null) and imported_at < :before and not exists
        (select 1 from ledger_message m where m.account = stored.account and m.message_id = stored.message_id)
      order by account, message_id limit :most\
      """;

  private record Candidate(Found found, Instant listedAt, @Nullable Instant importedAt) {

    private boolean isOld(Instant before) {
      return !found.waits() && (importedAt == null ? listedAt : importedAt).isBefore(before);
    }
  }

  private final NamedParameterJdbcTemplate jdbc;
  private final MessageRows rows;
  private final MailTree tree;
  private final MessageFolders folders;
  private final TransactionTemplate transaction;

  OldRows(
      NamedParameterJdbcTemplate jdbc,
      MessageRows rows,
      MailTree tree,
      MessageFolders folders,
      TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.rows = rows;
    this.tree = tree;
    this.folders = folders;
    this.transaction = transaction;
  }

  /** Deletes what was imported before a time, as long as the run may go on. */
  void delete(Instant before, Run run) {
    Candidate last = null;
    while (run.goesOn()) {
      List<Candidate> next = next(before, last);
      if (next.isEmpty()) {
        deleteStrays(before, run);
        return;
      }
      last = next.get(next.size() - 1);
      List<Found> old = old(next, before);
      for (int from = 0; from < old.size() && run.goesOn(); from += MessageRows.AT_A_TIME) {
        delete(old.subList(from, Math.min(old.size(), from + MessageRows.AT_A_TIME)), run);
      }
    }
  }

  private List<Candidate> next(Instant before, @Nullable Candidate last) {
    MapSqlParameterSource place =
        new MapSqlParameterSource("before", Utc.of(before))
            .addValue("most", LOOKED_AT)
            .addValue(
                "at",
                Utc.of(last == null ? Instant.parse("0001-01-01T00:00:00Z") : last.listedAt()))
            .addValue("account", last == null ? "" : last.found().account())
            .addValue("id", last == null ? "" : last.found().messageId());
    return jdbc.query(
        NEXT,
        place,
        (row, number) -> {
          Found found =
              new Found(
                  row.getString("account"),
                  row.getString("message_id"),
                  instant(row.getTimestamp("filed_at")),
                  row.getBoolean("in_database"),
                  row.getInt("waits") > 0);
          return new Candidate(
              found,
              row.getTimestamp("listed_at").toInstant(),
              instant(row.getTimestamp("imported")));
        });
  }

  private List<Found> old(List<Candidate> candidates, Instant before) {
    return candidates.stream()
        .filter(each -> each.isOld(before))
        .map(Candidate::found)
        .filter(each -> each.inDatabase() || !hasFiles(each))
        .toList();
  }

  private boolean hasFiles(Found message) {
    return tree.isThere(
        folders.of(message.account(), message.messageId(), message.filedAt()).path());
  }

  private void delete(List<Found> messages, Run run) {
    List<Found> withoutFiles = messages.stream().filter(message -> !hasFiles(message)).toList();
    MessageRows.Count deleted =
        transaction.execute(
            status -> {
              MessageRows.Count count = rows.delete(messages);
              rows.forgetTexts(withoutFiles);
              return count;
            });
    run.rows(deleted.messages(), deleted.attachments());
  }

  private void deleteStrays(Instant before, Run run) {
    while (run.goesOn()) {
      List<Found> strays =
          jdbc.query(
              STRAYS,
              Map.of("before", Utc.of(before), "most", MessageRows.AT_A_TIME),
              (row, number) ->
                  new Found(
                      row.getString(1),
                      row.getString(2),
                      instant(row.getTimestamp(3)),
                      true,
                      false));
      if (strays.isEmpty()) {
        return;
      }
      MessageRows.Count deleted = transaction.execute(status -> rows.delete(strays));
      run.rows(deleted.messages(), deleted.attachments());
    }
  }

  static @Nullable Instant instant(@Nullable Timestamp time) {
    return time == null ? null : time.toInstant();
  }
}
