package org.mailroom.kamelet;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What was replied to, and to whom, over restarts and for all nodes. It is committed by itself,
 * whatever becomes of the route that asks: a reply that is out can't be taken back. Safe for use by
 * several threads.
 */
@Component
class ReplyTable {

  /** What may be replied to once more, because nobody remembers. */
  private static final Duration KEPT = Duration.ofDays(90);

  private static final Duration APART = Duration.ofHours(1);

  private final JdbcTemplate database;
  private final TransactionTemplate alone;
  private final Clock clock;

  ReplyTable(JdbcTemplate database, PlatformTransactionManager transactions, Clock clock) {
    this.database = database;
    this.alone = new TransactionTemplate(transactions);
    this.alone.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    this.clock = clock;
  }

  /** Notes that a message is being replied to. Returns false when it was before. */
  boolean claim(String mailbox, String messageId) {
    return alone.execute(
        status -> {
          database.update(
              "delete from mail_reply where asked_at < ?", Utc.of(clock.instant().minus(KEPT)));
          database.update(
              "delete from reply_sender where replied_at < ?", Utc.of(clock.instant().minus(KEPT)));
          return database.update(
                  "insert into mail_reply (mailbox, message_id, asked_at) values (?, ?, ?) on"
                      + " conflict do nothing",
                  small(mailbox),
                  messageId,
                  Utc.of(clock.instant()))
              == 1;
        });
  }

  /**
   * Notes that these senders get a reply now. Returns false, and notes none, when one of them got
   * one within the hour.
   */
  boolean claimSenders(String mailbox, Collection<String> senders) {
    // always in the same order, so that two who ask at the same time don't wait for each other
    List<String> digests = senders.stream().map(ReplyTable::digest).distinct().sorted().toList();
    return alone.execute(
        status -> {
          for (String sender : digests) {
            if (!claimSender(small(mailbox), sender)) {
              status.setRollbackOnly();
              return false;
            }
          }
          return true;
        });
  }

  private boolean claimSender(String mailbox, String sender) {
    Instant now = clock.instant();
    return database.update(
                "update reply_sender set replied_at = ? where mailbox = ? and sender = ? and"
                    + " replied_at <= ?",
                Utc.of(now),
                mailbox,
                sender,
                Utc.of(now.minus(APART)))
            == 1
        || database.update(
                "insert into reply_sender (mailbox, sender, replied_at) values (?, ?, ?) on"
                    + " conflict do nothing",
                mailbox,
                sender,
                Utc.of(now))
            == 1;
  }

  /** Nothing went out: the message may be replied to again, and its senders, too. */
  void release(String mailbox, String messageId, Collection<String> senders) {
    alone.executeWithoutResult(
        status -> {
          database.update(
              "delete from mail_reply where mailbox = ? and message_id = ?",
              small(mailbox),
              messageId);
          senders.forEach(
              sender ->
                  database.update(
                      "delete from reply_sender where mailbox = ? and sender = ?",
                      small(mailbox),
                      digest(sender)));
        });
  }

  private static String small(String address) {
    return address.strip().toLowerCase(Locale.ROOT);
  }

  /** The address itself is nobody's business here. */
  private static String digest(String address) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(small(address).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
