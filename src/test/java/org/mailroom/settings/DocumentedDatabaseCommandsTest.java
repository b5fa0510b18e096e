package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.h2.tools.Restore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.Postgres;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The commands of docs/operations.md that work on the embedded database, typed as they stand there
 * in a folder that has what the distribution has.
 */
class DocumentedDatabaseCommandsTest {

  private static final String MODE =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";

  @TempDir private Path folder;

  private Path distribution;
  private Path data;

  private record Ended(int code, String output) {}

  @BeforeEach
  void layOutWhatTheDistributionHas() throws Exception {
    distribution = folder.resolve("distribution");
    data = Files.createDirectories(folder.resolve("data"));
    Path libraries = Files.createDirectories(distribution.resolve("app/lib"));
    for (String driver : List.of("org.h2.Driver", "org.postgresql.Driver")) {
      Path jar =
          Path.of(
              Class.forName(driver).getProtectionDomain().getCodeSource().getLocation().toURI());
      Files.createSymbolicLink(libraries.resolve(jar.getFileName()), jar);
    }
  }

  /** The line of the document that calls a tool of H2. */
  private static String documented(String tool) throws IOException {
    Matcher line =
        Pattern.compile("^ *(java -cp \\S+ org\\.h2\\.tools\\." + tool + " .*)$", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("docs/operations.md")));
    assertThat(line.find()).as("the document calls %s", tool).isTrue();
    return line.group(1);
  }

  private Ended type(String command) throws Exception {
    Path output = Files.createTempFile(folder, "output", ".log");
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-c", command)
            .directory(distribution.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    shell.environment().put("DATA", data.toString());
    shell
        .environment()
        .merge("PATH", "", (path, none) -> System.getProperty("java.home") + "/bin:" + path);
    Process process = shell.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(Files.readString(output)).isTrue();
    return new Ended(process.exitValue(), Files.readString(output));
  }

  private static SingleConnectionDataSource open(Path database, String more) {
    return new SingleConnectionDataSource("jdbc:h2:file:" + database + MODE + more, "sa", "", true);
  }

  @Test
  void a_database_in_use_is_backed_up_and_can_be_restored() throws Exception {
    SingleConnectionDataSource inUse = open(data.resolve("mailroom"), ";AUTO_SERVER=TRUE");
    try {
      JdbcTemplate jdbc = new JdbcTemplate(inUse);
      jdbc.execute("create table kept (word varchar(20))");
      jdbc.update("insert into kept values ('there')");
      Ended backup = type(documented("Shell"));
      assertThat(backup.code()).as(backup.output()).isZero();
    } finally {
      inUse.destroy();
    }
    Path restored = Files.createDirectories(folder.resolve("restored"));
    Restore.execute(data.resolve("mailroom-database.zip").toString(), restored.toString(), null);
    SingleConnectionDataSource again = open(restored.resolve("mailroom"), ";IFEXISTS=TRUE");
    try {
      assertThat(new JdbcTemplate(again).queryForList("select word from kept", String.class))
          .containsExactly("there");
    } finally {
      again.destroy();
    }
  }

  @Test
  void where_there_is_no_database_nothing_is_backed_up_and_none_is_made() throws Exception {
    Ended backup = type(documented("Shell"));
    assertThat(backup.code()).as(backup.output()).isNotZero();
    assertThat(data).isEmptyDirectory();
  }

  @Test
  void the_embedded_database_moves_to_postgresql() throws Exception {
    SingleConnectionDataSource before = open(data.resolve("mailroom"), "");
    try {
      Flyway.configure().dataSource(before).load().migrate();
      new JdbcTemplate(before)
          .update(
              "insert into delivery (account, message_id, destination, status, attempts) values"
                  + " ('support', 'AAk=', 'database', 'DELIVERED', 1)");
    } finally {
      before.destroy();
    }
    try (Postgres postgres = Postgres.start()) {
      Flyway.configure().dataSource(postgres.getPostgresDatabase()).load().migrate();
      Files.createDirectories(distribution.resolve("sql"));
      Files.writeString(
          distribution.resolve("sql/h2-to-postgresql.sql"),
          Files.readString(Path.of("src/distribution/sql/h2-to-postgresql.sql"))
              .replace(
                  "jdbc:postgresql://<host>:5432/mailroom",
                  postgres.getJdbcUrl("postgres", "postgres"))
              .replace("<user>", "postgres")
              .replace("<password>", ""));
      Ended moved = type(documented("RunScript"));
      assertThat(moved.code()).as(moved.output()).isZero();
      assertThat(
              new JdbcTemplate(postgres.getPostgresDatabase())
                  .queryForList("select account from delivery", String.class))
          .containsExactly("support");
    }
  }
}
