package org.mailroom.message;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What a message brings can't be written to Mailroom's own disk or share: the fault of no message.
 */
final class StorageException extends RuntimeException {

  StorageException(Path mailDir, IOException cause) {
    super(
        "attachments can't be written below "
            + mailDir
            + " ("
            + cause.getMessage()
            + "). Check free space and permissions of mailroom.mail-dir, and that it is mounted"
            + " where it is a share; Mailroom tries again at the next poll.",
        cause);
  }
}
