package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Claim Check: the contents of attachments lie on disk, and a message carries where. Contents are
 * streamed, never whole in memory.
 */
public final class AttachmentStore {

  private static final Set<String> KNOWN_TYPES =
      Set.of(
          "#microsoft.graph.fileAttachment",
          "#microsoft.graph.itemAttachment",
          "#microsoft.graph.referenceAttachment");

  /** So many bytes of an item tell what it is. */
  private static final int SIGN = 64;

  private final MessageFolders folders;

  public AttachmentStore(MessageFolders folders) {
    this.folders = folders;
  }

  /** What Graph's attachment resource says, without its content. */
  static MailAttachment metadata(JsonNode attachment) {
    return new MailAttachment(
        text(attachment, "id"),
        kind(attachment),
        text(attachment, "name"),
        text(attachment, "contentType"),
        attachment.path("size").canConvertToLong() ? attachment.path("size").longValue() : null,
        attachment.path("isInline").isBoolean() ? attachment.path("isInline").booleanValue() : null,
        text(attachment, "contentId"),
        null,
        null,
        null,
        null);
  }

  /** Whether it is one of the three types of attachment that Graph documents. */
  public static boolean isKnownType(JsonNode attachment) {
    return KNOWN_TYPES.contains(
        attachment.path("@odata.type").asText("#microsoft.graph.fileAttachment"));
  }

  private static String kind(JsonNode attachment) {
    return switch (attachment.path("@odata.type").asText("#microsoft.graph.fileAttachment")) {
      case "#microsoft.graph.itemAttachment" -> "item";
      case "#microsoft.graph.referenceAttachment" -> "reference";
      default -> "file";
    };
  }

  /**
   * Stores the content of an attachment; a second time lands on the first. An attached message,
   * appointment or contact gets the ending of what its content is, so that programs open it; its
   * name in the document stays the service's.
   *
   * @param received when the message was received, else sent; or null
   * @param position counts from 1
   * @return the attachment with size, sha256 and location
   * @throws IOException when it can't be read or written; nothing is left behind then
   */
  public MailAttachment store(
      String account,
      String messageId,
      @Nullable Instant received,
      int position,
      MailAttachment attachment,
      InputStream content)
      throws IOException {
    MessageFolder folder = folders.of(account, messageId, received);
    if (!attachment.kind().equals("item")) {
      return attachment.storedAs(
          AtomicFile.write(folder.attachment(position, attachment.name()), content));
    }
    byte[] beginning = content.readNBytes(SIGN);
    ItemContent item = ItemContent.of(beginning);
    Path file = folder.attachment(position, item.fileName(attachment.name()));
    return attachment
        .of(item.contentType())
        .storedAs(
            AtomicFile.write(
                file, new SequenceInputStream(new ByteArrayInputStream(beginning), content)));
  }

  /**
   * Stores the original message (RFC 822) as {@code message.eml}.
   *
   * @throws IOException when it can't be read or written; nothing is left behind then
   */
  public StoredFile storeMime(
      String account, String messageId, @Nullable Instant received, InputStream content)
      throws IOException {
    return AtomicFile.write(folders.of(account, messageId, received).messageEml(), content);
  }

  private static @Nullable String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isTextual() ? value.textValue() : null;
  }
}
