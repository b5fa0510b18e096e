package org.mailroom.delivery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.PrivateFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code broker/mailroom.lock} in {@code data-dir}, locked by the process that runs the
 * embedded broker there. A process that dies leaves no lock.
 */
final class BrokerLock {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");

  /** Behind the text, so that others can read it on every system. */
  private static final long LOCKED_BYTE = 1L << 40;

  /** Null where the file system knows no locks: then the broker's own has to do. */
  private final @Nullable FileChannel channel;

  private BrokerLock(@Nullable FileChannel channel) {
    this.channel = channel;
  }

  /** Empty while another process has it. */
  static Optional<BrokerLock> take(Path dataDir) {
    FileChannel channel = null;
    try {
      PrivateFolder.create(Objects.requireNonNull(file(dataDir).getParent()));
      channel =
          FileChannel.open(
              file(dataDir),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      if (lock == null) {
        channel.close();
        return Optional.empty();
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              ("process " + ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)),
          0);
      return Optional.of(new BrokerLock(channel));
    } catch (OverlappingFileLockException inThisProcess) {
      close(channel);
      return Optional.empty();
    } catch (IOException e) {
      LOG.debug("{} can't be locked", file(dataDir), e);
      close(channel);
      return Optional.of(new BrokerLock(null));
    }
  }

  /** Who has it, in words. */
  static String holder(Path dataDir) {
    try {
      String text = Files.readString(file(dataDir)).strip();
      return text.isEmpty() ? "its process isn't known" : text;
    } catch (IOException e) {
      return "its process isn't known";
    }
  }

  private static Path file(Path dataDir) {
    return dataDir.resolve("broker").resolve("mailroom.lock");
  }

  void close() {
    close(channel);
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.debug("a lock can't be closed", e);
    }
  }
}
