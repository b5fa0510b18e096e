package org.mailroom.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** One imported message as it is stored: its document, its attachments on disk, and which destination has it. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class StoredMessages {

  /** A larger document isn't shown: it is for a program to read. */
  private static final int LARGEST_SHOWN = 10_000_000;

  /** What the ledger knows of one destination. */
  record Delivered(String destination, String status, int attempts, Instant deliveredAt, Instant nextAttempt, String error) {}

  /**
   * @param file null when its content isn't stored, or isn't where it was
   */
  record Attachment(int position, String kind, String name, String contentType, Long size, boolean inline, String contentId, String sha256, Path file) {}

  private final JdbcTemplate jdbc;
  private final MailMessageJson json;
  private final Path mail;

  StoredMessages(JdbcTemplate jdbc, MailMessageJson json, MailroomProperties properties) {
    this.jdbc = jdbc;
    this.json = json;
    this.mail = properties.dataDir().resolve("mail");
  }

  boolean exists(String account, String messageId) {
    return !jdbc.queryForList("select 1 from mail_message where account = ? and message_id = ?", Integer.class, account, messageId).isEmpty();
  }

  /** Empty when there is none, or when it is too large to be shown. */
  Optional<MailMessage> document(String account, String messageId) {
    Integer length = jdbc.queryForList("select char_length(document) from mail_message where account = ? and message_id = ?", Integer.class, account, messageId)
        .stream().findFirst().orElse(null);
    if (length == null || length > LARGEST_SHOWN) {
      return Optional.empty();
    }
    String document = jdbc.queryForObject("select document from mail_message where account = ? and message_id = ?", String.class, account, messageId);
    try {
      return Optional.of(json.read(document.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  List<Delivered> deliveries(String account, String messageId) {
    return jdbc.query("select destination, status, attempts, delivered_at, next_attempt_at, last_error from delivery where account = ? and message_id = ?"
            + " order by destination",
        (row, number) -> new Delivered(row.getString(1), row.getString(2), row.getInt(3), MessageLog.instant(row.getTimestamp(4)),
            MessageLog.instant(row.getTimestamp(5)), row.getString(6)), account, messageId);
  }

  List<Attachment> attachments(String account, String messageId) {
    return jdbc.query("select position, kind, name, content_type, size_bytes, is_inline, content_id, sha256, location from mail_attachment"
            + " where account = ? and message_id = ? order by position limit 500",
        (row, number) -> new Attachment(row.getInt(1), row.getString(2), row.getString(3), row.getString(4), (Long) row.getObject(5, Long.class), row.getBoolean(6),
            row.getString(7), row.getString(8), file(row.getString(9))), account, messageId);
  }

  /** Only what lies below Mailroom's own folder of mail, links resolved; whatever else the table may say. */
  private Path file(String location) {
    if (location == null) {
      return null;
    }
    try {
      Path file = Path.of(location).toRealPath();
      return file.startsWith(mail.toRealPath()) && Files.isRegularFile(file) ? file : null;
    } catch (IOException | java.nio.file.InvalidPathException notThere) {
      return null;
    }
  }
}
