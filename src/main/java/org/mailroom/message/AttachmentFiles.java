package org.mailroom.message;

import java.io.File;
import java.nio.file.Path;
import org.springframework.stereotype.Component;

/** For routes of the site's: the stored content of an attachment, to be copied or sent. Threads: any. */
@Component("attachmentFiles")
public final class AttachmentFiles {

  /**
   * Returns the file that holds the content. It is Mailroom's: copy it, and leave it where it is.
   *
   * @throws IllegalArgumentException when no content is stored, as of a reference
   */
  public File file(MailAttachment attachment) {
    if (attachment.location() == null) {
      throw new IllegalArgumentException("no content of this attachment is stored: it is of kind " + attachment.kind());
    }
    return Path.of(attachment.location()).toFile();
  }
}
