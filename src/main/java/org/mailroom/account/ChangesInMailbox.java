package org.mailroom.account;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The changes in the mailbox that are due and not confirmed: the table {@code after_import}. Where a message is marked and then moved, it
 * is out of the listing after the first of the two; a crash in between would leave the other undone for ever. A change is noted in the
 * transaction that records the last delivery, and forgotten once the service has confirmed everything.
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

  /** Called within the transaction that records the deliveries. */
  public void note(Account account, List<String> messageIds) {
    if (!account.afterImport().isInSteps() || messageIds.isEmpty()) {
      return;
    }
    OffsetDateTime now = OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
    jdbc.batchUpdate("insert into after_import (account, message_id, noted_at) values (?, ?, ?) on conflict do nothing", messageIds, messageIds.size(),
        (statement, id) -> {
          statement.setString(1, account.id());
          statement.setString(2, id);
          statement.setObject(3, now);
        });
  }

  /** Takes up what an earlier import, or one that was killed, left unconfirmed. */
  public void takeUp(@ExchangeProperty("import") AccountImport running) {
    if (running.account().afterImport().isInSteps() && running.messageListing() == null) {
      running.unconfirmed(jdbc.queryForList("select message_id from after_import where account = ? order by noted_at limit " + AT_ONCE,
          String.class, running.account().id()));
    }
  }

  /** The service has confirmed all changes of these messages. */
  public void confirm(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("marking") Marking marking) {
    List<String> ids = marking.complete();
    if (running.account().afterImport().isInSteps() && !ids.isEmpty()) {
      jdbc.batchUpdate("delete from after_import where account = ? and message_id = ?", ids, ids.size(), (statement, id) -> {
        statement.setString(1, running.account().id());
        statement.setString(2, id);
      });
    }
  }
}
