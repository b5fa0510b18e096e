package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/**
 * An attachment as the service's list shows it.
 *
 * @param position counts from 1 in the order of the list
 * @param metadata what is told of it, without its content
 * @param knownType whether Mailroom knows its type; one that it doesn't know may have no content
 */
public record ListedAttachment(int position, MailAttachment metadata, boolean knownType) {

  /**
   * What Defender for Office 365 puts in the place of attachments while it scans them, in its older
   * and its newer spelling.
   */
  private static final Pattern SCAN =
      Pattern.compile(
          "(ATP|Safe Attachments) Scan In Progress(\\.\\w+)?", Pattern.CASE_INSENSITIVE);

  /**
   * What is stored of a content may be this much less than the size that is told, which has the
   * attachment's properties in it, too.
   */
  private static final int PROPERTIES = 1024;

  static ListedAttachment of(int position, JsonNode attachment) throws IncompleteAnswerException {
    if (!attachment.path("id").isTextual()) {
      throw new IncompleteAnswerException(
          "the service's list of attachments has one without an id");
    }
    return new ListedAttachment(
        position, AttachmentStore.metadata(attachment), AttachmentStore.isKnownType(attachment));
  }

  /** Files and items have a content of their own, references don't. */
  boolean hasContent() {
    return !metadata.kind().equals("reference");
  }

  /** It stands for attachments that are still being scanned. */
  boolean isScanInProgress() {
    return metadata.kind().equals("item")
        && metadata.name() != null
        && SCAN.matcher(metadata.name().strip()).matches();
  }

  /** For a person: {@code attachment 2 (contract.pdf)}. */
  String inWords() {
    return Asked.attachment(position, metadata);
  }

  /**
   * Holds what came against what was told. The size told is a little larger than the content: it
   * counts properties, and some count the encoded text. Of items, which are made when they are
   * asked for, it says little.
   *
   * @throws IncompleteAnswerException when it is far less
   */
  void requireWhole(long given) throws IncompleteAnswerException {
    if (metadata.kind().equals("file")
        && metadata.size() != null
        && given < metadata.size() * 7 / 10 - PROPERTIES) {
      throw IncompleteAnswerException.cut(given, metadata.size(), inWords());
    }
  }
}
