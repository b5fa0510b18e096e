package org.mailroom.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Reads what the service sends of a message onto the disk, whole or not at all. A failure of the service's stream is an
 * {@link IOException}, after which the request is sent again; one of the disk is a {@link StorageException}.
 */
@Component
final class StoredContent {

  /** A header in one of the first lines; mail that came through a mailbox file has a line before it. A page of a proxy begins with a tag. */
  private static final Pattern HEADER = Pattern.compile("\\s*(?!<)([^\\n]*\\n){0,3}?[A-Za-z0-9_.-]+[ \\t]*:.*", Pattern.DOTALL);

  private final AttachmentStore store;
  private final Path dataDir;

  @Autowired
  StoredContent(AttachmentStore store, MailroomProperties properties) {
    this(store, properties.dataDir());
  }

  StoredContent(AttachmentStore store, Path dataDir) {
    this.store = store;
    this.dataDir = dataDir;
  }

  @FunctionalInterface
  private interface Write<T> {
    T to(InputStream content) throws IOException;
  }

  /**
   * Stores the content of an attachment and notes it in its message.
   *
   * @throws IOException when the answer is cut, or far less than was told
   * @throws MessageTooLargeException when the message becomes larger than its account takes
   */
  MailAttachment store(IncomingMessage message, ListedAttachment attachment, InputStream answer) throws IOException {
    ServiceStream.Whole aboutAsTold = (beginning, length) -> attachment.requireWhole(length);
    MailAttachment stored = write(message, answer, aboutAsTold, content -> store.store(
        message.account().id(), message.id(), message.folderDate(), attachment.position(), attachment.metadata(), content));
    message.holds(stored.size());
    message.stored(attachment.position(), stored);
    return stored;
  }

  /**
   * Stores the original message.
   *
   * @throws IOException when the answer is cut, or isn't a message
   * @throws MessageTooLargeException when the message becomes larger than its account takes
   */
  StoredFile storeMime(IncomingMessage message, InputStream answer) throws IOException {
    StoredFile stored = write(message, answer, StoredContent::requireHeader, content -> store.storeMime(
        message.account().id(), message.id(), message.folderDate(), content));
    message.holds(stored.size());
    message.original(stored.path());
    return stored;
  }

  /** RFC 5322: a message begins with a header. */
  private static void requireHeader(byte[] beginning, long length) throws IncompleteAnswerException {
    if (length == 0 || !HEADER.matcher(new String(beginning, StandardCharsets.ISO_8859_1)).matches()) {
      throw new IncompleteAnswerException(
          length == 0 ? "the service gave an empty original" : "what the service gave as the original isn't a message");
    }
  }

  private <T> T write(IncomingMessage message, InputStream answer, ServiceStream.Whole whole, Write<T> write) throws IOException {
    try (ServiceStream stream = new ServiceStream(answer, message::requireRoom, whole)) {
      try {
        return write.to(stream);
      } catch (IOException e) {
        if (stream.isBroken()) {
          throw e;
        }
        throw new StorageException(dataDir, e);
      }
    }
  }
}
