package org.mailroom.message;

import org.mailroom.graph.GraphOperation;

/**
 * What of a message is being asked for, so that a failure can say so.
 *
 * @param words {@code attachment 2 (contract.pdf)}
 */
record Asked(GraphOperation operation, String words) {

  /** The message itself, with its body. */
  static final Asked MESSAGE = new Asked(GraphOperation.GET_MESSAGE, "the message");

  private static final int LONGEST_NAME = 80;

  static Asked content(int position, MailAttachment attachment) {
    return new Asked(GraphOperation.GET_ATTACHMENT, attachment(position, attachment));
  }

  /** Position and name; the name is what a mail says: one line, and not without end. */
  static String attachment(int position, MailAttachment attachment) {
    String name =
        attachment.name() == null
            ? ""
            : attachment.name().replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "").strip();
    String shown =
        name.length() <= LONGEST_NAME
            ? name
            : name.substring(0, name.offsetByCodePoints(0, name.codePointCount(0, LONGEST_NAME)))
                + "…";
    return "attachment " + position + (shown.isEmpty() ? "" : " (" + shown + ")");
  }

  /** It is the message itself: when it isn't there, there is no message. */
  boolean isMessage() {
    return equals(MESSAGE);
  }

  /** It is the content of an attachment, which a list has named. */
  boolean isContent() {
    return operation == GraphOperation.GET_ATTACHMENT;
  }
}
