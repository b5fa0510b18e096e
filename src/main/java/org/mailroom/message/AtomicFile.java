package org.mailroom.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.mailroom.settings.PrivateFolder;

/**
 * Writes a file whole or not at all: to a temporary name, forced to disk, renamed over what was
 * there. Only its owner may read it. Folders that are missing are made, and forced to disk with it.
 */
public final class AtomicFile {

  private static final int BUFFER = 64 * 1024;

  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private AtomicFile() {}

  /**
   * @throws IOException when it can't be written; nothing is left behind then
   */
  public static StoredFile write(Path file, byte[] content) throws IOException {
    return write(file, new ByteArrayInputStream(content));
  }

  /**
   * Reads the stream to its end with a small buffer, however long it is; doesn't close it.
   *
   * @throws IOException when it can't be read or written; nothing is left behind then
   */
  public static StoredFile write(Path file, InputStream content) throws IOException {
    Path folder = Objects.requireNonNull(file.getParent(), "the file's folder");
    Path temporary = folder.resolve("." + UUID.randomUUID() + ".part");
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      long size;
      try (FileChannel channel = create(folder, temporary)) {
        size = copy(content, channel, sha256);
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      PrivateFolder.force(folder);
      return new StoredFile(file, size, HexFormat.of().formatHex(sha256.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /** The folder mostly is there: it is made when it turns out that it isn't. */
  private static FileChannel create(Path folder, Path temporary) throws IOException {
    try {
      FileChannel channel =
          FileChannel.open(temporary, NEW, PrivateFolder.fileAttributes(temporary));
      removeLeftovers(folder);
      return channel;
    } catch (NoSuchFileException noFolder) {
      PrivateFolder.create(folder);
      return FileChannel.open(temporary, NEW, PrivateFolder.fileAttributes(temporary));
    }
  }

  /** Temporary files of a process that was killed: written before this one began. */
  private static void removeLeftovers(Path folder) throws IOException {
    FileTime begun = FileTime.fromMillis(ManagementFactory.getRuntimeMXBean().getStartTime());
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, ".*.part")) {
      for (Path part : parts) {
        if (Files.getLastModifiedTime(part).compareTo(begun) < 0) {
          Files.deleteIfExists(part);
        }
      }
    } catch (NoSuchFileException removedMeanwhile) {
      return;
    }
  }

  private static long copy(InputStream from, FileChannel to, MessageDigest digest)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    long size = 0;
    for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
      digest.update(buffer, 0, read);
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
      size += read;
    }
    return size;
  }
}
