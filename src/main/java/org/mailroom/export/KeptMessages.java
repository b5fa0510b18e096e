package org.mailroom.export;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolders;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What Mailroom keeps of a message: its document in the database, else its file; its original;
 * contents of attachments. Safe for use by several threads.
 */
@Component
final class KeptMessages {

  /**
   * A mail that can be written.
   *
   * @param original the file of it as it was sent; null where that isn't kept
   * @param document null where only the original is kept
   */
  record Mail(
      @Nullable Path original,
      @Nullable MailMessage document,
      @Nullable String sender,
      @Nullable Instant at) {}

  private final JdbcTemplate jdbc;
  private final MailMessageJson json;
  private final MessageFolders folders;

  KeptMessages(JdbcTemplate jdbc, MailMessageJson json, MessageFolders folders) {
    this.jdbc = jdbc;
    this.json = json;
    this.folders = folders;
  }

  /** As JSON; null when it is kept nowhere. */
  @Nullable String document(KnownMessage message) throws IOException {
    List<String> stored =
        jdbc.queryForList(
            "select document from mail_message where account = ? and message_id = ?",
            String.class,
            message.account(),
            message.messageId());
    if (!stored.isEmpty()) {
      return stored.get(0);
    }
    Path file =
        file(folders.of(message.account(), message.messageId(), message.filedAt()).messageJson());
    return file == null ? null : new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /** Null when neither document nor original is kept. */
  @Nullable Mail mail(KnownMessage message) throws IOException {
    String text = document(message);
    Path original =
        file(folders.of(message.account(), message.messageId(), message.filedAt()).messageEml());
    if (text == null && original == null) {
      return null;
    }
    MailMessage document = text == null ? null : json.read(text);
    Instant at =
        document == null || document.receivedAt() == null
            ? message.filedAt()
            : document.receivedAt();
    return new Mail(original, document, document == null ? null : document.sentBy(), at);
  }

  /**
   * The content of an attachment; null when it isn't where it was, or lies elsewhere than mail
   * does.
   */
  @Nullable Path content(String location) {
    try {
      return file(Path.of(location));
    } catch (java.nio.file.InvalidPathException notThere) {
      return null;
    }
  }

  /**
   * Only what lies below Mailroom's own folder of mail, links resolved; whatever else a document
   * may say.
   */
  private @Nullable Path file(Path location) {
    try {
      Path file = location.toRealPath();
      return file.startsWith(folders.root().toRealPath()) && Files.isRegularFile(file)
          ? file
          : null;
    } catch (IOException notThere) {
      return null;
    }
  }
}
