package org.mailroom.settings;

import java.nio.file.Path;

/** The embedded broker in {@code data-dir} serves another process. */
final class DataDirInUseException extends RuntimeException {

  DataDirInUseException(Path dataDir, String holder) {
    super(dataDir + " is in use by another Mailroom (" + holder + "), and an embedded broker serves one process.");
  }
}
