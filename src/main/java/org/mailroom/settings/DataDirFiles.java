package org.mailroom.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Closes what the embedded database and the embedded broker write into {@code data-dir}, when they
 * have started, when the broker stops, and from time to time: they give their files the permissions
 * of any other file. The folders are closed before ({@link DataDir}), so that nobody else gets at a
 * file that isn't closed yet; but for those of the database where {@code data-dir} is the folder
 * that Mailroom runs in, which stays as it is.
 */
@Component
public final class DataDirFiles {

  private static final Logger LOG = LoggerFactory.getLogger(DataDirFiles.class);
  private static final long EVERY_SECONDS = 5;

  private final Path dataDir;
  private @Nullable ScheduledExecutorService timer;

  DataDirFiles(MailroomProperties properties) {
    this.dataDir = properties.dataDir();
  }

  @EventListener(ApplicationReadyEvent.class)
  synchronized void start() {
    closeWritten(dataDir);
    timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("data-dir"));
    Daemons.repeat(
        timer, () -> closeWritten(dataDir), EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  @EventListener(ContextClosedEvent.class)
  synchronized void stop() {
    if (timer != null) {
      timer.shutdown();
    }
  }

  /** Closes what is there now; what isn't this process's to close is left. */
  public static void closeWritten(Path dataDir) {
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
