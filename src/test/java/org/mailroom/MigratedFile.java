package org.mailroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;

/**
 * The embedded database as it lies in {@code data-dir} once the migrations ran, so that the first
 * start of a test only sees that nothing is to migrate.
 */
final class MigratedFile {

  private static final String NAME = "mailroom";
  private static final String SUFFIX = ".mv.db";
  private static final String URL = "--spring.datasource.url=";
  private static final String DATA_DIR = "--mailroom.data-dir=";

  /** The migrations run once in a JVM. */
  private static final class Template {
    private static final byte[] CONTENT = make();

    private static byte[] make() {
      try {
        Path folder = Files.createTempDirectory("migrated");
        try {
          String url =
              "jdbc:h2:file:"
                  + folder.resolve(NAME)
                  + ";TRACE_LEVEL_FILE=0;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";
          Flyway.configure().dataSource(new DriverManagerDataSource(url)).load().migrate();
          try (Connection last = DriverManager.getConnection(url);
              Statement statement = last.createStatement()) {
            statement.execute("shutdown compact");
          }
          return Files.readAllBytes(folder.resolve(NAME + SUFFIX));
        } finally {
          FileSystemUtils.deleteRecursively(folder);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private MigratedFile() {}

  /**
   * Puts it where a start with these settings looks for it, unless it has a database already or
   * uses another one.
   */
  static void forStartWith(List<String> settings) {
    if (settings.stream().noneMatch(setting -> setting.startsWith(URL))) {
      settings.stream()
          .filter(setting -> setting.startsWith(DATA_DIR))
          .reduce((first, last) -> last)
          .map(setting -> Path.of(setting.substring(DATA_DIR.length())))
          .ifPresent(MigratedFile::into);
    }
  }

  private static void into(Path dataDir) {
    Path file = dataDir.resolve(NAME + SUFFIX);
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(dataDir);
        Files.write(file, Template.CONTENT);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
