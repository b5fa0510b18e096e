package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir private Path folder;

  /** Endless but for its length: nobody could hold it whole. */
  private static InputStream zeros(long length, boolean breaksOff) {
    return new InputStream() {
      private long left = length;

      @Override
      public int read() throws IOException {
        if (left == 0 && breaksOff) {
          throw new IOException("connection reset");
        }
        return left-- > 0 ? 0 : -1;
      }
    };
  }

  @Test
  void a_stream_lands_with_its_size_and_digest() throws IOException {
    StoredFile stored = AtomicFile.write(folder.resolve("deep/er/file"), zeros(1_000_000, false));
    assertThat(stored.size()).isEqualTo(1_000_000);
    assertThat(stored.sha256())
        .isEqualTo("d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025");
    assertThat(Files.size(stored.path())).isEqualTo(1_000_000);
  }

  @Test
  void a_second_write_replaces_the_first() throws IOException {
    Path file = folder.resolve("file");
    AtomicFile.write(file, "one".getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(file, "two".getBytes(StandardCharsets.UTF_8));
    assertThat(folder).isDirectoryContaining(path -> path.equals(file));
    assertThat(file).hasContent("two");
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void a_stream_that_breaks_off_leaves_nothing_behind() {
    Path file = folder.resolve("file");
    assertThatThrownBy(() -> AtomicFile.write(file, zeros(100_000, true)))
        .hasMessage("connection reset");
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void what_is_written_is_for_its_owner_alone_and_so_are_the_folders_that_were_made_for_it()
      throws IOException {
    Path file = folder.resolve("deep/er/file");
    AtomicFile.write(file, new byte[1]);
    AtomicFile.write(file, new byte[2]);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("deep"))))
        .isEqualTo("rwx------");
  }

  @Test
  void a_folder_that_another_thread_makes_at_the_same_time_does_no_harm() {
    IntStream.range(0, 50)
        .parallel()
        .forEach(
            i -> {
              try {
                AtomicFile.write(folder.resolve("many/" + i % 3 + "/" + i), new byte[1]);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThat(folder.resolve("many/2").toFile().list()).hasSize(16);
  }
}
