package org.mailroom.console;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolder;
import org.mailroom.message.MessageFolders;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * One imported message as it is stored: its document, its attachments on disk, and which
 * destination has it.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class StoredMessages {

  /** A larger document isn't shown: it is for a program to read. */
  private static final int LARGEST_SHOWN = 10_000_000;

  /** What the ledger knows of one destination. */
  record Delivered(
      String destination,
      String status,
      int attempts,
      @Nullable Instant deliveredAt,
      @Nullable Instant nextAttempt,
      @Nullable String error) {}

  /**
   * @param file null when its content isn't stored, or isn't where it was
   * @param notStored why it isn't stored, as the document tells it; or null
   */
  record Attachment(
      int position,
      String kind,
      @Nullable String name,
      @Nullable String contentType,
      @Nullable Long size,
      boolean inline,
      @Nullable String contentId,
      @Nullable String sha256,
      @Nullable Path file,
      @Nullable String notStored) {

    private Attachment because(@Nullable String why) {
      return new Attachment(
          position, kind, name, contentType, size, inline, contentId, sha256, file, why);
    }
  }

  /** What the ledger recognises a message by. */
  record Envelope(
      @Nullable String subject,
      @Nullable String sender,
      @Nullable String senderName,
      @Nullable String internetMessageId,
      @Nullable Instant receivedAt,
      Instant listedAt) {}

  private final JdbcTemplate jdbc;
  private final MailMessageJson json;
  private final MessageFolders folders;
  private final Path mail;

  StoredMessages(
      JdbcTemplate jdbc,
      MailMessageJson json,
      MessageFolders folders,
      MailroomProperties properties) {
    this.jdbc = jdbc;
    this.json = json;
    this.folders = folders;
    this.mail = properties.mailDir();
  }

  /** Empty when the ledger knows no such message. */
  Optional<Envelope> envelope(String account, String messageId) {
    return jdbc
        .query(
            "select subject, sender, sender_name, internet_message_id, received_at, listed_at from"
                + " ledger_message where account = ? and message_id = ?",
            (row, number) ->
                new Envelope(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    MessageLog.instant(row.getTimestamp(5)),
                    row.getTimestamp(6).toInstant()),
            account,
            messageId)
        .stream()
        .findFirst();
  }

  /** Where a message's document is: in the database, as a file, or nowhere that Mailroom knows. */
  boolean isInDatabase(String account, String messageId) {
    return !jdbc.queryForList(
            "select 1 from mail_message where account = ? and message_id = ?",
            Integer.class,
            account,
            messageId)
        .isEmpty();
  }

  /** From the database, or from its file; empty when it is in neither, or too large to be shown. */
  Optional<MailMessage> document(String account, String messageId, @Nullable Instant receivedAt) {
    Integer length =
        jdbc
            .queryForList(
                "select char_length(document) from mail_message where account = ? and message_id ="
                    + " ?",
                Integer.class,
                account,
                messageId)
            .stream()
            .findFirst()
            .orElse(null);
    try {
      if (length != null) {
        return length > LARGEST_SHOWN
            ? Optional.empty()
            : Optional.of(
                json.read(
                    jdbc.queryForObject(
                            "select document from mail_message where account = ? and message_id ="
                                + " ?",
                            String.class,
                            account,
                            messageId)
                        .getBytes(StandardCharsets.UTF_8)));
      }
      Path file = jsonFile(account, messageId, receivedAt);
      return file == null || Files.size(file) > LARGEST_SHOWN
          ? Optional.empty()
          : Optional.of(json.read(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Null when there is none. */
  @Nullable Path jsonFile(String account, String messageId, @Nullable Instant receivedAt) {
    return file(folder(account, messageId, receivedAt).messageJson());
  }

  /** The original; null when it isn't kept. */
  @Nullable Path original(String account, String messageId, @Nullable Instant receivedAt) {
    return file(folder(account, messageId, receivedAt).messageEml());
  }

  private MessageFolder folder(String account, String messageId, @Nullable Instant receivedAt) {
    return folders.of(account, messageId, receivedAt);
  }

  /** Writes the document that the database has, bit by bit. */
  void writeDocument(String account, String messageId, OutputStream out) {
    jdbc.query(
        "select document from mail_message where account = ? and message_id = ?",
        row -> {
          try (Reader document = row.getCharacterStream(1)) {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            document.transferTo(writer);
            writer.flush();
          } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
          }
        },
        account,
        messageId);
  }

  List<Delivered> deliveries(String account, String messageId) {
    return jdbc.query(
        "select destination, status, attempts, delivered_at, next_attempt_at, last_error from"
            + " delivery where account = ? and message_id = ? order by destination",
        (row, number) ->
            new Delivered(
                row.getString(1),
                row.getString(2),
                row.getInt(3),
                MessageLog.instant(row.getTimestamp(4)),
                MessageLog.instant(row.getTimestamp(5)),
                row.getString(6)),
        account,
        messageId);
  }

  List<Attachment> attachments(String account, String messageId) {
    return jdbc.query(
        "select position, kind, name, content_type, size_bytes, is_inline, content_id, sha256,"
            + " location from mail_attachment where account = ? and message_id = ? order by"
            + " position limit 500",
        (row, number) ->
            new Attachment(
                row.getInt(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getObject(5, Long.class),
                row.getBoolean(6),
                row.getString(7),
                row.getString(8),
                file(row.getString(9)),
                null),
        account,
        messageId);
  }

  /**
   * Those of the database, each with why it isn't stored, which stands in the document alone.
   *
   * @param document null where it can't be shown
   */
  List<Attachment> attachments(String account, String messageId, @Nullable MailMessage document) {
    List<MailAttachment> told =
        document == null || document.attachments() == null ? List.of() : document.attachments();
    return attachments(account, messageId).stream()
        .map(
            each ->
                each.position() < 1 || each.position() > told.size()
                    ? each
                    : each.because(told.get(each.position() - 1).notStored()))
        .toList();
  }

  /** Those of a document that the database hasn't; positions count from 1. */
  List<Attachment> attachments(MailMessage document) {
    List<Attachment> attachments = new java.util.ArrayList<>();
    if (document.attachments() != null) {
      document
          .attachments()
          .forEach(
              each ->
                  attachments.add(
                      new Attachment(
                          attachments.size() + 1,
                          each.kind(),
                          each.name(),
                          each.contentType(),
                          each.size(),
                          Boolean.TRUE.equals(each.inline()),
                          each.contentId(),
                          each.sha256(),
                          file(each.location()),
                          each.notStored())));
    }
    return attachments;
  }

  private @Nullable Path file(@Nullable String location) {
    try {
      return location == null ? null : file(Path.of(location));
    } catch (java.nio.file.InvalidPathException notThere) {
      return null;
    }
  }

  /**
   * Only what lies below Mailroom's own folder of mail, links resolved; whatever else the table may
   * say.
   */
  private @Nullable Path file(Path location) {
    try {
      Path file = location.toRealPath();
      return file.startsWith(mail.toRealPath()) && Files.isRegularFile(file) ? file : null;
    } catch (IOException notThere) {
      return null;
    }
  }
}
