package org.mailroom.marking;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import org.apache.camel.Variable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountImport;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.Page;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The changes in the mailbox that are due and not confirmed: the table {@code after_import}. Where
 * a message is marked and then moved, it is out of the listing after the first of the two; a crash
 * in between would leave the other undone for ever. A change is noted before the first of them is
 * sent, and forgotten once the service has confirmed everything.
 */
@Component("changesInMailbox")
public final class ChangesInMailbox {

  private static final int AT_ONCE = 500;

  private final JdbcTemplate jdbc;
  private final Clock clock;

  ChangesInMailbox(JdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  void note(Account account, List<String> messageIds) {
    if (messageIds.isEmpty()) {
      return;
    }
    OffsetDateTime now = Utc.of(clock.instant());
    jdbc.batchUpdate(
        "insert into after_import (account, message_id, noted_at) values (?, ?, ?) on conflict do"
            + " nothing",
        messageIds,
        messageIds.size(),
        (statement, id) -> {
          statement.setString(1, account.id());
          statement.setString(2, id);
          statement.setObject(3, now);
        });
  }

  /**
   * What an earlier import, or one that was killed, left unconfirmed, as a page of messages of
   * which nothing but the id is known; mostly none.
   */
  public List<Page> unconfirmed(@Variable("import") AccountImport running) {
    if (!running.account().afterImport().isInSteps()) {
      return List.of();
    }
    List<ListedMessage> messages =
        jdbc.query(
            "select message_id from after_import where account = ? order by noted_at limit "
                + AT_ONCE,
            (row, number) -> ListedMessage.ofId(row.getString(1)),
            running.account().id());
    return messages.isEmpty() ? List.of() : List.of(Page.ofMessages(messages));
  }

  /** The service has confirmed all changes of these messages. */
  void confirm(Account account, List<String> messageIds) {
    if (!messageIds.isEmpty()) {
      jdbc.batchUpdate(
          "delete from after_import where account = ? and message_id = ?",
          messageIds,
          messageIds.size(),
          (statement, id) -> {
            statement.setString(1, account.id());
            statement.setString(2, id);
          });
    }
  }
}
