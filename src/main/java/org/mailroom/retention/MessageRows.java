package org.mailroom.retention;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/** What is deleted of messages in the database, within the caller's transaction. The keys of the ledger stay. Safe for use by several threads. */
@Component
final class MessageRows {

  /** So many messages a transaction: none waits long for another. */
  static final int AT_A_TIME = 100;

  private static final String THESE = " where account = :account and message_id in (:ids)";

  /** What stands for a destination of a message that the site's rules leave: its error is the version of the message, and no text. */
  private static final String NOT_LEFT = " and destination <> '(left)'";

  /** How many rows went. */
  record Count(long messages, long attachments) {

    Count plus(Count other) {
      return new Count(messages + other.messages, attachments + other.attachments);
    }
  }

  private final NamedParameterJdbcTemplate jdbc;

  MessageRows(NamedParameterJdbcTemplate jdbc) {
    this.jdbc = jdbc;
  }

  static Map<String, List<String>> byAccount(List<Found> messages) {
    return messages.stream().collect(Collectors.groupingBy(Found::account, TreeMap::new, Collectors.mapping(Found::messageId, Collectors.toList())));
  }

  /** Their rows of {@code mail_message} and {@code mail_attachment}. */
  Count delete(List<Found> messages) {
    Count count = new Count(0, 0);
    for (var each : byAccount(messages).entrySet()) {
      var these = these(each.getKey(), each.getValue());
      long attachments = jdbc.update("delete from mail_attachment" + THESE, these);
      count = count.plus(new Count(jdbc.update("delete from mail_message" + THESE, these), attachments));
    }
    return count;
  }

  /** What the ledger tells of them beside their keys: what they are recognised by, and why they failed. */
  void forgetTexts(List<Found> messages) {
    byAccount(messages).forEach((account, ids) -> {
      var these = these(account, ids);
      jdbc.update("delete from ledger_message" + THESE, these);
      jdbc.update("update delivery set last_error = null, subject = null" + THESE + NOT_LEFT + " and (last_error is not null or subject is not null)", these);
    });
  }

  /**
   * The same, and no destination gets them any more. What waits for another try or was given up is discarded.
   *
   * @return how many deliveries were discarded
   */
  int erase(List<Found> messages, Instant now) {
    int discarded = 0;
    for (var each : byAccount(messages).entrySet()) {
      var these = these(each.getKey(), each.getValue()).addValue("now", OffsetDateTime.ofInstant(now, ZoneOffset.UTC));
      discarded += jdbc.update("update delivery set status = 'DISCARDED', next_attempt_at = null, in_doubt = false" + THESE + " and status in ('PENDING', 'FAILED')", these);
      jdbc.update("update delivery set erased_at = :now" + THESE + " and erased_at is null", these);
    }
    forgetTexts(messages);
    return discarded;
  }

  private static MapSqlParameterSource these(String account, List<String> ids) {
    return new MapSqlParameterSource("account", account).addValue("ids", ids);
  }
}
