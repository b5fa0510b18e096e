package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;

/** {@code bin/mailroom} of the distribution that the build has laid out, in a folder of its own. */
@Timeout(value = 12, unit = TimeUnit.MINUTES)
class StartScriptIT {

  private static final long MINUTES = 10;
  private static final String WITHOUT_ARCHIVE = "none";

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
  private Path archives;

  @BeforeEach
  void makeFolder() throws IOException {
    archives = Files.createDirectories(folder.resolve("archives"));
  }

  @AfterEach
  void stop() {
    tenant.close();
  }

  private record Ended(int code, String output) {}

  private Process start(Path output, Map<String, String> environment, List<String> words)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("mailroom.distribution"), "bin", "mailroom")
                    .toString()));
    command.addAll(words);
    ProcessBuilder process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    process.environment().put("JAVA_HOME", System.getProperty("java.home"));
    process.environment().remove("JAVA_OPTS");
    process.environment().putAll(environment);
    return process.start();
  }

  private Ended run(Map<String, String> environment, String... words) throws Exception {
    Path output = Files.createTempFile(folder, "output", ".log");
    Process process = start(output, environment, List.of(words));
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as(Files.readString(output)).isTrue();
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private String[] words(String... before) {
    return Stream.concat(Stream.of(before), settings()).toArray(String[]::new);
  }

  private Stream<String> settings() {
    return MailroomRun.settings(tenant, folder).stream()
        .filter(setting -> !setting.startsWith("--spring.config.location"));
  }

  /** Makes Java tell where each class comes from. */
  private static String tellingClasses(Path to) {
    return "-Xlog:class+load=info:file=" + to;
  }

  private static long ofTheArchive(Path loaded) throws IOException {
    try (Stream<String> lines = Files.lines(loaded)) {
      return lines
          .filter(
              line ->
                  line.contains(" org.mailroom.") && line.contains("source: shared objects file"))
          .count();
    }
  }

  @Test
  void without_an_archive_it_tells_its_version_and_imports() throws Exception {
    Ended version = run(Map.of("MAILROOM_ARCHIVES", WITHOUT_ARCHIVE), "--version");
    assertThat(version.code()).as(version.output()).isZero();
    assertThat(version.output()).contains("Mailroom").doesNotContain("getting ready");

    mailbox.deliver(DemoMail.plain(1));
    Path loaded = folder.resolve("loaded.log");
    Ended ended =
        run(
            Map.of("MAILROOM_ARCHIVES", WITHOUT_ARCHIVE, "JAVA_OPTS", tellingClasses(loaded)),
            words("import", "--once"));
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).doesNotContainIgnoringCase("warning");
    assertThat(ofTheArchive(loaded)).isZero();
    assertThat(mailbox.unread()).isZero();
    assertThat(archives.toFile().list()).isEmpty();
  }

  /**
   * Other versions of Java that are installed here; where there is none, this one again would tell
   * nothing.
   */
  private static List<Path> otherJavas() throws IOException {
    Path javas = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(javas)) {
      return List.of();
    }
    String own = Files.readString(Path.of(System.getProperty("java.home"), "release"));
    List<Path> others = new ArrayList<>();
    try (Stream<Path> homes = Files.list(javas)) {
      for (Path home :
          homes
              .filter(
                  each ->
                      !Files.isSymbolicLink(each) && Files.isExecutable(each.resolve("bin/java")))
              .toList()) {
        Path release = home.resolve("release");
        if (Files.exists(release) && !Files.readString(release).equals(own)) {
          others.add(home);
        }
      }
    }
    return others;
  }

  @Test
  void no_other_java_that_is_here_prints_a_warning_beside_what_mailroom_says() throws Exception {
    for (Path java : otherJavas()) {
      mailbox.deliver(DemoMail.plain(1));
      Ended ended =
          run(
              Map.of("MAILROOM_ARCHIVES", WITHOUT_ARCHIVE, "JAVA_HOME", java.toString()),
              Stream.concat(
                      Stream.of(words("import", "--once")),
                      Stream.of("--mailroom.accounts.support.deliver-to=database,queue"))
                  .toArray(String[]::new));
      assertThat(ended.code()).as(ended.output()).isZero();
      assertThat(ended.output())
          .as(java.toString())
          .contains("imported 1 message")
          .doesNotContainIgnoringCase("warning");
    }
  }

  @Test
  void a_supervisors_sigterm_reaches_the_runtime_which_stops_in_order() throws Exception {
    mailbox.deliver(DemoMail.plain(1));
    Path output = folder.resolve("output.log");
    List<String> words =
        Stream.concat(
                settings(),
                Stream.of(
                    "--server.port=0",
                    "--mailroom.poll-every=1s",
                    "--mailroom.accounts.support.deliver-to=database,file,queue"))
            .toList();
    Process process = start(output, Map.of("MAILROOM_ARCHIVES", WITHOUT_ARCHIVE), words);
    try {
      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> mailbox.unread() == 0 || !process.isAlive());
      assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
      process.destroy();
      assertThat(process.waitFor(40, TimeUnit.SECONDS)).as(Files.readString(output)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(output)).isZero();
      assertThat(Files.readString(output)).contains("Mailroom stops").doesNotContain("ERROR");
      try (Stream<Path> written = Files.walk(folder.resolve("data"))) {
        assertThat(written)
            .hasSizeGreaterThan(3)
            .allMatch(
                each -> permissions(each).matches("r[w-][x-]------"),
                "is for its owner alone, the broker's files included");
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String permissions(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
