package org.mailroom.delivery;

import java.sql.Timestamp;
import java.util.List;
import java.util.Set;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally.Count;
import org.mailroom.settings.Utc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Judges at the end of an import the messages of which the service couldn't give something: where
 * others could be fetched, or only one failed, each has used an attempt; where several failed and
 * nothing could be fetched, it is the service's trouble, and they wait at no attempt of theirs.
 */
@Component
class Doubts {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");

  /** More than so many aren't the fault of messages. */
  private static final int MOST = 1000;

  private static final int LONGEST_ERROR = 1000;

  private final JdbcTemplate jdbc;
  private final LedgerTable table;
  private final LedgerRows rows;

  Doubts(JdbcTemplate jdbc, LedgerTable table, LedgerRows rows) {
    this.jdbc = jdbc;
    this.table = table;
    this.rows = rows;
  }

  /** Returns the entries that were written. */
  List<LedgerEntry> judge(AccountImport running) {
    int failed = running.trouble().count();
    if (failed == 0) {
      return List.of();
    }
    String account = running.account().id();
    if (running.trouble().isServiceToBlame()) {
      running.tally().add(Count.WAITING, failed);
      jdbc.update("update delivery set in_doubt = false where account = ? and in_doubt", account);
      LOG.warn(
          "account {}: {} messages wait, for the service gave nothing of any: {}. That costs them"
              + " no attempt; Mailroom asks again by itself.",
          account,
          failed,
          DeliveryError.inWords(running.trouble().last(), LONGEST_ERROR)
              .replaceFirst("[.\\s]+$", ""));
      return List.of();
    }
    List<LedgerEntry> judged =
        jdbc.query(
            "select message_id, destination, attempts, last_error, subject, received_at from"
                + " delivery where account = ? and in_doubt order by message_id, destination limit "
                + MOST,
            (row, number) -> {
              Timestamp received = row.getTimestamp(6);
              return rows.refused(
                  new LedgerEntry(
                      account,
                      row.getString(1),
                      row.getString(2),
                      LedgerEntry.PENDING,
                      row.getInt(3),
                      true,
                      false,
                      row.getString(4),
                      null,
                      null,
                      Envelope.of(
                          row.getString(5),
                          received == null ? null : Utc.of(received.toInstant()))),
                  false,
                  true);
            },
            account);
    table.write(judged, Set.of());
    running
        .tally()
        .add(Count.FAILED, (int) judged.stream().map(LedgerEntry::messageId).distinct().count());
    running
        .tally()
        .add(
            Count.GIVEN_UP,
            (int)
                judged.stream()
                    .filter(row -> row.is(LedgerEntry.FAILED))
                    .map(LedgerEntry::messageId)
                    .distinct()
                    .count());
    return judged;
  }
}
