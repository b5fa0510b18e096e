package org.mailroom.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Reads what the service sends of a message onto the disk, whole or not at all. A failure of the
 * service's stream is an {@link IOException}, after which the request is sent again; one of the
 * disk is a {@link StorageException}.
 */
@Component
final class StoredContent {

  /**
   * A header in one of the first lines; mail that came through a mailbox file has a line before it.
   * A page of a proxy begins with a tag.
   */
  private static final Pattern HEADER =
      Pattern.compile("\\s*(?!<)([^\\n]*\\n){0,3}?[A-Za-z0-9_.-]+[ \\t]*:.*", Pattern.DOTALL);

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private final AttachmentStore store;
  private final Path mailDir;

  @Autowired
  StoredContent(AttachmentStore store, MailroomProperties properties) {
    this(store, properties.mailDir());
  }

  StoredContent(AttachmentStore store, Path mailDir) {
    this.store = store;
    this.mailDir = mailDir;
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
  MailAttachment store(IncomingMessage message, ListedAttachment attachment, InputStream answer)
      throws IOException {
    ServiceStream.Whole aboutAsTold = (beginning, length) -> attachment.requireWhole(length);
    MailAttachment stored =
        write(
            message,
            answer,
            aboutAsTold,
            content ->
                store.store(
                    message.account().id(),
                    message.id(),
                    message.folderDate(),
                    attachment.position(),
                    attachment.metadata(),
                    content));
    message.holds(Objects.requireNonNull(stored.size(), "the size of what was stored"));
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
    StoredFile stored =
        write(
            message,
            answer,
            StoredContent::requireHeader,
            content ->
                store.storeMime(
                    message.account().id(), message.id(), message.folderDate(), content));
    message.holds(stored.size());
    message.original(stored.path());
    return stored;
  }

  /**
   * Stores the files in each {@code winmail.dat} of a message behind its other attachments, as its
   * account stores attachments. One that can't be unpacked stays as it is, and a warning says so.
   *
   * @throws StorageException when the disk doesn't take them
   * @throws MessageTooLargeException when the message becomes larger than its account takes
   */
  void unpack(IncomingMessage message) {
    int listed = message.attachments().size();
    for (int i = 0; i < listed; i++) {
      MailAttachment attachment = message.attachments().get(i);
      if (attachment.location() == null || !Winmail.is(attachment)) {
        continue;
      }
      try {
        unpack(message, attachment, Winmail.read(Path.of(attachment.location())));
      } catch (IOException unreadable) {
        LOG.debug("a winmail.dat can't be read", unreadable);
        message.warn(
            Asked.attachment(i + 1, attachment)
                + " can't be unpacked; it is delivered as it came.");
      }
    }
  }

  private void unpack(IncomingMessage message, MailAttachment packed, List<Winmail.Packed> files) {
    List<MailAttachment> all = new ArrayList<>(message.attachments());
    int number = 0;
    for (Winmail.Packed file : files) {
      long size = file.content().length;
      MailAttachment told =
          new MailAttachment(
              packed.id() + "/" + ++number,
              "file",
              file.name(),
              file.contentType(),
              size,
              false,
              null,
              null,
              null,
              null,
              packed.id());
      Optional<String> whyNot = message.account().attachments().whyNot(told.name(), false, size);
      if (whyNot.isEmpty()) {
        message.holds(size);
      }
      all.add(
          whyNot.isPresent()
              ? told.notStored(whyNot.get())
              : write(message, all.size() + 1, told, file.content()));
    }
    message.attachments(all);
  }

  private MailAttachment write(
      IncomingMessage message, int position, MailAttachment attachment, byte[] content) {
    try {
      return store.store(
          message.account().id(),
          message.id(),
          message.folderDate(),
          position,
          attachment,
          new ByteArrayInputStream(content));
    } catch (IOException e) {
      throw new StorageException(mailDir, e);
    }
  }

  /** RFC 5322: a message begins with a header. */
  private static void requireHeader(byte[] beginning, long length)
      throws IncompleteAnswerException {
    if (length == 0
        || !HEADER.matcher(new String(beginning, StandardCharsets.ISO_8859_1)).matches()) {
      throw new IncompleteAnswerException(
          length == 0
              ? "the service gave an empty original"
              : "what the service gave as the original isn't a message");
    }
  }

  private <T> T write(
      IncomingMessage message, InputStream answer, ServiceStream.Whole whole, Write<T> write)
      throws IOException {
    try (ServiceStream stream = new ServiceStream(answer, message::requireRoom, whole)) {
      try {
        return write.to(stream);
      } catch (IOException e) {
        if (stream.isBroken()) {
          throw e;
        }
        throw new StorageException(mailDir, e);
      }
    }
  }
}
