package org.mailroom.settings;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Folders that only their owner may enter, and that are on disk once they are made. */
public final class PrivateFolder {

  private static final String FOLDER = "rwx------";
  private static final String FILE = "rw-------";

  private static final FileAttribute<?>[] NONE = {};

  private PrivateFolder() {}

  /**
   * Makes a folder and those above it that are missing, and forces each new name to disk.
   *
   * @throws IOException when one can't be made
   */
  public static void create(Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path each = folder.toAbsolutePath();
        each != null && !Files.isDirectory(each);
        each = each.getParent()) {
      missing.push(each);
    }
    for (Path each : missing) {
      try {
        Files.createDirectory(each, attributes(each, FOLDER));
      } catch (FileAlreadyExistsException madeMeanwhile) {
        if (!Files.isDirectory(each)) {
          throw madeMeanwhile;
        }
      }
      force(each.getParent());
    }
  }

  /** For a new file in it: only its owner may read and write it. */
  public static FileAttribute<?>[] fileAttributes(Path file) {
    return attributes(file, FILE);
  }

  /**
   * Closes a folder or file that is there to everybody but its owner. One that is closed is left as
   * it is, and one that is gone meanwhile needs none.
   *
   * @throws IOException when it isn't this process's to close
   */
  static void close(Path path) throws IOException {
    if (isPosix(path)) {
      try {
        Set<PosixFilePermission> owners =
            PosixFilePermissions.fromString(Files.isDirectory(path) ? FOLDER : FILE);
        if (!Files.getPosixFilePermissions(path).equals(owners)) {
          Files.setPosixFilePermissions(path, owners);
        }
      } catch (NoSuchFileException gone) {
        return;
      }
    }
  }

  private static FileAttribute<?>[] attributes(Path path, String permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : NONE;
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Makes new names in it durable, where the system lets a folder be opened. */
  public static void force(@Nullable Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException notOnThisSystem) {
      return;
    }
  }
}
