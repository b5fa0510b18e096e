package org.mailroom.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.mailroom.account.Account;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally.Count;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Lists as failed what the service couldn't list: there is no id to name it by, so the messages are
 * counted.
 */
@Component
class UnlistableMessages {

  /** Stands for the id of a message that the service can't list. */
  static final String ID = "unlistable-";

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final String CAUSE =
      "the service answers an error to every listing that holds this message, so its id isn't"
          + " known. It is between the messages that were imported: open the mailbox, find the"
          + " oldest unread message, and move or delete it.";

  private final NamedParameterJdbcTemplate jdbc;
  private final LedgerTable table;
  private final Map<String, Integer> last = new ConcurrentHashMap<>();

  UnlistableMessages(NamedParameterJdbcTemplate jdbc, LedgerTable table) {
    this.jdbc = jdbc;
    this.table = table;
  }

  /** Only what was listed to its end tells how many there are. */
  void record(AccountImport running) {
    Integer now = running.unlistable();
    if (now == null) {
      return;
    }
    Account account = running.account();
    Integer before = last.put(account.id(), now);
    if (before != null && before.equals(now)) {
      running.tally().add(Count.GIVEN_UP_BEFORE, now);
      return;
    }
    List<LedgerEntry> rows = new ArrayList<>();
    IntStream.rangeClosed(1, now)
        .forEach(
            number ->
                account
                    .deliverTo()
                    .forEach(
                        destination ->
                            rows.add(
                                new LedgerEntry(
                                    account.id(),
                                    ID + number,
                                    destination,
                                    LedgerEntry.FAILED,
                                    1,
                                    false,
                                    false,
                                    CAUSE,
                                    null,
                                    null,
                                    null))));
    table.write(rows, Set.of());
    jdbc.update(
        "delete from delivery where account = :account and message_id like '"
            + ID
            + "%' and message_id not in (:ids)",
        Map.of(
            "account",
            account.id(),
            "ids",
            IntStream.rangeClosed(0, now).mapToObj(i -> ID + i).toList()));
    running.tally().add(Count.FAILED, now);
    running.tally().add(Count.GIVEN_UP, now);
    if (now > 0) {
      LOG.error(
          "account {}: {} of the mailbox can't be listed by the service. All others are imported;"
              + " see: failed list --account {}",
          account.id(),
          now == 1 ? "1 message" : now + " messages",
          account.id());
    }
  }
}
