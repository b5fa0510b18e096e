package org.mailroom.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Closes what the embedded database and the embedded broker have written into {@code data-dir},
 * once they have started: they give their files the permissions of any other file. The folder is
 * closed before; this counts where it is the one that Mailroom runs in, which stays as it is.
 */
@Component
final class DataDirFiles {

  private static final Logger LOG = LoggerFactory.getLogger(DataDirFiles.class);

  private final Path dataDir;

  DataDirFiles(MailroomProperties properties) {
    this.dataDir = properties.dataDir();
  }

  @EventListener(ApplicationReadyEvent.class)
  void close() {
    try {
      close(dataDir);
    } catch (IOException | UncheckedIOException notOurs) {
      LOG.debug("what lies in {} can't be closed", dataDir, notOurs);
    }
  }

  static void close(Path dataDir) throws IOException {
    try (Stream<Path> database = Files.list(dataDir)) {
      for (Path file :
          database
              .filter(each -> each.getFileName().toString().matches("mailroom\\..*db"))
              .toList()) {
        PrivateFolder.close(file);
      }
    }
    Path broker = dataDir.resolve("broker");
    if (Files.isDirectory(broker)) {
      try (Stream<Path> all = Files.walk(broker)) {
        for (Path each : all.toList()) {
          PrivateFolder.close(each);
        }
      }
    }
  }
}
