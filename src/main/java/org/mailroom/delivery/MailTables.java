package org.mailroom.delivery;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.springframework.stereotype.Component;

/** The rows of the tables {@code mail_message} and {@code mail_attachment}, as maps by column name. */
@Component("mailTables")
public final class MailTables {

  private static final int LONGEST_WORD = 255;

  private final MailMessageJson json;
  private final Clock clock;

  MailTables(MailMessageJson json, Clock clock) {
    this.json = json;
    this.clock = clock;
  }

  /** A row for each message of the delivery. */
  public List<Map<String, Object>> messages(@ExchangeProperty("delivery") Delivery delivery) {
    OffsetDateTime importedAt = utc(clock.instant());
    return delivery.messages().stream().map(IncomingMessage::document).map(message -> row(message, importedAt)).toList();
  }

  private Map<String, Object> row(MailMessage message, OffsetDateTime importedAt) {
    Map<String, Object> row = new HashMap<>();
    row.put("account", message.account());
    row.put("message_id", message.id());
    row.put("internet_message_id", text(message.internetMessageId()));
    row.put("conversation_id", text(message.conversationId()));
    row.put("subject", text(message.subject()));
    row.put("sender", text(sender(message)));
    row.put("received_at", utc(message.receivedAt()));
    row.put("sent_at", utc(message.sentAt()));
    row.put("importance", word(message.importance()));
    row.put("body_type", message.body() == null ? null : word(message.body().contentType()));
    row.put("body", message.body() == null ? null : text(message.body().content()));
    row.put("has_attachments", message.hasAttachments());
    row.put("document", json.toString(message));
    row.put("imported_at", importedAt);
    return row;
  }

  /** From, or who sent it in that person's name; the address, or the name where there is none. */
  private static String sender(MailMessage message) {
    var who = message.from() != null ? message.from() : message.sender();
    return who == null ? null : who.address() != null ? who.address() : who.name();
  }

  /** There are rows: a statement without any is none. */
  public boolean isAnythingToInsert(@Body List<?> rows) {
    return !rows.isEmpty();
  }

  /** A row for each attachment of each message of the delivery; {@code position} counts from 1. */
  public List<Map<String, Object>> attachments(@ExchangeProperty("delivery") Delivery delivery) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (IncomingMessage message : delivery.messages()) {
      int position = 1;
      for (MailAttachment attachment : message.attachments()) {
        rows.add(row(message, position++, attachment));
      }
    }
    return rows;
  }

  private static Map<String, Object> row(IncomingMessage message, int position, MailAttachment attachment) {
    Map<String, Object> row = new HashMap<>();
    row.put("account", message.account().id());
    row.put("message_id", message.id());
    row.put("position", position);
    row.put("attachment_id", attachment.id());
    row.put("kind", word(attachment.kind()));
    row.put("name", text(attachment.name()));
    row.put("content_type", text(attachment.contentType()));
    row.put("size_bytes", attachment.size());
    row.put("is_inline", Boolean.TRUE.equals(attachment.inline()));
    row.put("content_id", text(attachment.contentId()));
    row.put("sha256", attachment.sha256());
    row.put("location", attachment.location());
    return row;
  }

  /** A value of an enumeration, which may be one that nobody has heard of: the column {@code document} has all of it. */
  private static String word(String value) {
    return text(value == null || value.length() <= LONGEST_WORD ? value : value.substring(0, LONGEST_WORD));
  }

  /** What no text column can hold: NUL (PostgreSQL) and halves of surrogate pairs. The column {@code document} still tells them. */
  private static String text(String value) {
    if (value == null) {
      return null;
    }
    StringBuilder clean = null;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean pair = Character.isHighSurrogate(c) && i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1));
      if (c == 0 || (Character.isSurrogate(c) && !pair)) {
        clean = clean == null ? new StringBuilder(value) : clean;
        clean.setCharAt(i, '\uFFFD');
      }
      i += pair ? 1 : 0;
    }
    return clean == null ? value : clean.toString();
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant == null ? null : OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
  }
}
