package org.mailroom.message;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

  /**
   * Takes a content away that is not to lie about, such as one with a virus. It is fetched again when its message is.
   *
   * @param infected {@code quarantine}: it moves into a folder, named by its SHA-256; {@code drop}: it is deleted
   * @param folder for the quarantine; made when it isn't there
   * @return what became of it, in words
   * @throws IllegalArgumentException when {@code infected} is neither
   * @throws IOException when it can't be moved or deleted
   */
  public String takeAway(MailAttachment attachment, String infected, String folder) throws IOException {
    Path content = file(attachment).toPath();
    switch (infected == null ? "" : infected.strip()) {
      case "drop" -> {
        Files.deleteIfExists(content);
        return "its content was deleted";
      }
      case "quarantine" -> {
        Path target = Path.of(folder).resolve(attachment.sha256().replaceAll("[^0-9a-f]", ""));
        Files.createDirectories(target.getParent());
        Files.move(content, target, StandardCopyOption.REPLACE_EXISTING);
        return "its content is in quarantine as " + target.getFileName();
      }
      default -> throw new IllegalArgumentException("what becomes of an infected content is '" + infected + "': allowed are quarantine, drop");
    }
  }
}
