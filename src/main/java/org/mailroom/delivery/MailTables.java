package org.mailroom.delivery;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.mailroom.settings.Utc;
import org.springframework.stereotype.Component;

/**
 * The rows of the tables {@code mail_message} and {@code mail_attachment}, for a statement with
 * named parameters. Beside its own columns a row of {@code mail_message} has every internet header
 * of the message, as {@code header_} and the name in small letters with {@code _} for what is
 * neither letter nor digit: a column of the site's own is one more name in the route's statement.
 */
@Component("mailTables")
public final class MailTables {

  private static final int LONGEST_WORD = 255;

  private final MailMessageJson json;
  private final Clock clock;

  MailTables(MailMessageJson json, Clock clock) {
    this.json = json;
    this.clock = clock;
  }

  /** A row for each message. */
  public List<Map<String, Object>> messages(@Variable("documents") List<MailMessage> documents) {
    OffsetDateTime importedAt = Utc.of(clock.instant());
    return documents.stream().map(message -> row(message, importedAt)).toList();
  }

  private Map<String, Object> row(MailMessage message, OffsetDateTime importedAt) {
    Map<String, Object> row = new MessageRow(message);
    row.put("account", message.account());
    row.put("mailbox", message.mailbox());
    row.put("message_id", message.id());
    row.put("internet_message_id", text(message.internetMessageId()));
    row.put("conversation_id", text(message.conversationId()));
    row.put("subject", text(message.subject()));
    row.put("sender", text(message.sentBy()));
    row.put("received_at", Utc.of(message.receivedAt()));
    row.put("sent_at", Utc.of(message.sentAt()));
    row.put("folder", text(message.folder()));
    row.put("in_reply_to", text(message.inReplyTo()));
    row.put("auto_submitted", shortText(message.autoSubmitted()));
    row.put("body_text", text(message.bodyText()));
    row.put("importance", shortText(message.importance()));
    row.put("body_type", message.body() == null ? null : shortText(message.body().contentType()));
    row.put("body", message.body() == null ? null : text(message.body().content()));
    row.put("has_attachments", message.hasAttachments());
    row.put("kind", text(message.kind()));
    row.put("web_link", text(message.webLink()));
    row.put("document", json.toString(message));
    row.put("imported_at", importedAt);
    return row;
  }

  /** There are rows: a statement without any is none. */
  public boolean isAnythingToInsert(@Body List<?> rows) {
    return !rows.isEmpty();
  }

  /** A row for each attachment of each message; {@code position} counts from 1. */
  public List<Map<String, Object>> attachments(@Variable("documents") List<MailMessage> documents) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (MailMessage message : documents) {
      int position = 1;
      for (MailAttachment attachment :
          message.attachments() == null ? List.<MailAttachment>of() : message.attachments()) {
        rows.add(row(message, position++, attachment));
      }
    }
    return rows;
  }

  private static Map<String, Object> row(
      MailMessage message, int position, MailAttachment attachment) {
    Map<String, Object> row = new HashMap<>();
    row.put("account", message.account());
    row.put("message_id", message.id());
    row.put("position", position);
    row.put("attachment_id", text(attachment.id()));
    row.put("kind", shortText(attachment.kind()));
    row.put("name", text(attachment.name()));
    row.put("content_type", text(attachment.contentType()));
    row.put("size_bytes", attachment.size());
    row.put("is_inline", Boolean.TRUE.equals(attachment.inline()));
    row.put("content_id", text(attachment.contentId()));
    row.put("sha256", attachment.sha256());
    row.put("location", attachment.location());
    return row;
  }

  /** Of a property that is one of a few words, unless the service thinks of new ones. */
  private static @Nullable String shortText(@Nullable String value) {
    String text = text(value);
    return text == null || text.length() <= LONGEST_WORD ? text : text.substring(0, LONGEST_WORD);
  }

  /**
   * What no text column can hold: NUL (PostgreSQL) and halves of surrogate pairs. The column {@code
   * document} still tells them.
   */
  static @Nullable String text(@Nullable String value) {
    if (value == null) {
      return null;
    }
    StringBuilder clean = null;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < value.length()
              && Character.isLowSurrogate(value.charAt(i + 1));
      if (c == 0 || (Character.isSurrogate(c) && !pair)) {
        clean = clean == null ? new StringBuilder(value) : clean;
        clean.setCharAt(i, '\uFFFD');
      }
      i += pair ? 1 : 0;
    }
    return clean == null ? value : clean.toString();
  }
}
