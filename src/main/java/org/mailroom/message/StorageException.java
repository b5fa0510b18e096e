package org.mailroom.message;

import java.io.IOException;
import java.nio.file.Path;

/** What a message brings can't be written to Mailroom's own disk: the fault of no message. */
public final class StorageException extends RuntimeException {

  StorageException(Path dataDir, IOException cause) {
    super("attachments can't be written below " + dataDir + " (" + cause.getMessage()
        + "). Check free space and permissions of mailroom.data-dir; Mailroom tries again at the next poll.", cause);
  }
}
