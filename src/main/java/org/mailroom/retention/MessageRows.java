package org.mailroom.retention;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.mailroom.settings.Utc;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What is deleted of messages in the database, within the caller's transaction. The keys of the
 * ledger stay. Safe for use by several threads.
 */
@Component
final class MessageRows {

  /** So many messages a transaction: none waits long for another. */
  static final int AT_A_TIME = 100;

  private static final String THIS = " where account = ? and message_id = ?";

  /**
   * What stands for a destination of a message that the site's rules leave: its error is the
   * version of the message, and no text.
   */
  private static final String NOT_LEFT = " and destination <> '(left)'";

  /** How many rows went. */
  record Count(long messages, long attachments) {}

  private final JdbcTemplate jdbc;

  MessageRows(JdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  /** Their rows of {@code mail_message} and {@code mail_attachment}. */
  Count delete(List<Found> messages) {
    long attachments = each("delete from mail_attachment" + THIS, messages);
    return new Count(each("delete from mail_message" + THIS, messages), attachments);
  }

  /**
   * What the ledger tells of them beside their keys: what they are recognised by, and why they
   * failed.
   */
  void forgetTexts(List<Found> messages) {
    each("delete from ledger_message" + THIS, messages);
    each(
        "update delivery set last_error = null, subject = null"
            + THIS
            + NOT_LEFT
            + " and (last_error is not null or subject is not null)",
        messages);
  }

  /**
   * The same, and no destination gets them any more. What waits for another try or was given up is
   * discarded.
   *
   * @return how many deliveries were discarded
   */
  long erase(List<Found> messages, Instant now) {
    long discarded =
        each(
            "update delivery set status = 'DISCARDED', next_attempt_at = null, in_doubt = false"
                + THIS
                + " and status in ('PENDING', 'FAILED')",
            messages);
    jdbc.batchUpdate(
        "update delivery set erased_at = ?" + THIS + " and erased_at is null",
        messages.stream()
            .map(each -> new Object[] {Utc.of(now), each.account(), each.messageId()})
            .toList());
    forgetTexts(messages);
    return discarded;
  }

  /**
   * By the whole key, one by one in one round trip: the embedded database doesn't find a list of
   * ids by its index.
   */
  private long each(String statement, List<Found> messages) {
    int[] counts =
        jdbc.batchUpdate(
            statement,
            messages.stream()
                .map(each -> new Object[] {each.account(), each.messageId()})
                .toList());
    return Arrays.stream(counts).filter(count -> count > 0).asLongStream().sum();
  }
}
