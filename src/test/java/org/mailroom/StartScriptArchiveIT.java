package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * When {@code bin/mailroom} makes its archive of classes, when it takes it and when it does
 * without. What it starts here stands in for Mailroom: a class of its name that tells its
 * arguments, so that an archive takes a second.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StartScriptArchiveIT {

  private static final long MINUTES = 2;
  private static final String GETTING_READY = "getting ready for quick starts";

  /** It loads its second class only once it is told to, and fails on a word. */
  private static final String STAND_IN =
      """
      package org.mailroom;
      public class Mailroom {
        static class Told {
          static String words(String[] words) {
            return "told " + String.join(",", words) + " " + System.getProperty("site", "") + " in " + System.getProperty("user.dir");
          }
        }
        public static void main(String[] words) {
          System.out.println(Told.words(words));
          System.exit(words.length > 0 && words[0].equals("%s") ? 3 : 0);
        }
      }
      """;

  @TempDir private Path folder;

  private Path app;
  private Path archives;

  @BeforeEach
  void layOutADistribution() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("mailroom/bin"));
    app = Files.createDirectories(folder.resolve("mailroom/app/lib")).getParent();
    archives = folder.resolve("archives");
    Files.copy(Path.of("src/distribution/bin/mailroom"), bin.resolve("mailroom"));
    assertThat(bin.resolve("mailroom").toFile().setExecutable(true)).isTrue();
    putApplication("fail");
  }

  private void putApplication(String failingWord) throws IOException {
    Path source = Files.createDirectories(folder.resolve("source")).resolve("Mailroom.java");
    Files.writeString(source, STAND_IN.formatted(failingWord));
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(
                    null,
                    null,
                    null,
                    "-d",
                    folder.resolve("classes").toString(),
                    source.toString()))
        .isZero();
    try (JarOutputStream jar =
            new JarOutputStream(Files.newOutputStream(app.resolve("mailroom.jar")));
        Stream<Path> classes = Files.list(folder.resolve("classes/org/mailroom"))) {
      for (Path each : classes.sorted().toList()) {
        jar.putNextEntry(new JarEntry("org/mailroom/" + each.getFileName()));
        Files.copy(each, jar);
      }
    }
  }

  private record Ended(int code, String output, boolean ofTheArchive) {

    Ended startedWell() {
      assertThat(code).as(output).isZero();
      assertThat(output).contains("told hello").doesNotContain("warning");
      return this;
    }

    boolean madeAnArchive() {
      return output.contains(GETTING_READY);
    }
  }

  private Ended run(Map<String, String> more, String... words) throws Exception {
    Path output = Files.createTempFile(folder, "output", ".log");
    Path loaded = Files.createTempFile(folder, "loaded", ".log");
    List<String> command = new ArrayList<>(List.of(app.resolveSibling("bin/mailroom").toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "MAILROOM_ARCHIVES",
                archives.toString(),
                "HOME",
                folder.toString()));
    builder.environment().putAll(more);
    // which classes come out of an archive
    builder
        .environment()
        .put(
            "JAVA_OPTS",
            more.getOrDefault("JAVA_OPTS", "") + " -Xlog:class+load=info:file=" + loaded);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as(Files.readString(output)).isTrue();
      boolean shared =
          Files.readString(loaded)
              .lines()
              .anyMatch(
                  line ->
                      line.contains(" org.mailroom.Mailroom$Told ")
                          && line.contains("shared objects file"));
      return new Ended(process.exitValue(), Files.readString(output), shared);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Ended start() throws Exception {
    return run(Map.of(), "hello", "you").startedWell();
  }

  private Path archive() throws IOException {
    try (Stream<Path> files = Files.list(archives)) {
      List<Path> all = files.toList();
      assertThat(all)
          .singleElement()
          .satisfies(
              file -> assertThat(file.getFileName().toString()).matches("classes-\\d+\\.jsa"));
      return all.get(0);
    }
  }

  private Path anotherJava() throws IOException {
    return anotherJava("");
  }

  /**
   * Another Java as far as anybody can tell: its release file is another.
   *
   * @param first what the shell does before Java begins
   */
  private Path anotherJava(String first) throws IOException {
    Path home = folder.resolve("another-java");
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\n" + first + "exec '" + ClassArchive.java() + "' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(
        home.resolve("release"),
        Files.readString(Path.of(System.getProperty("java.home"), "release"))
            + "ANOTHER=\"yes\"\n");
    return home;
  }

  @Test
  void
      the_first_start_makes_the_archive_and_the_next_one_takes_it_in_the_folder_that_it_was_started_in()
          throws Exception {
    Ended first = start();
    assertThat(first.madeAnArchive()).isTrue();
    assertThat(first.ofTheArchive()).as("the first start has it, too").isTrue();
    Path made = archive();
    Ended second = start();
    assertThat(second.madeAnArchive()).isFalse();
    assertThat(second.ofTheArchive()).isTrue();
    assertThat(second.output()).contains("told hello,you").contains("in " + folder.toRealPath());
    assertThat(archive()).isEqualTo(made);
  }

  @Test
  void what_the_image_runs_when_it_is_built_makes_the_archive() throws Exception {
    String image = Files.readString(Path.of("src/distribution/container/Dockerfile"));
    Matcher command =
        Pattern.compile("^RUN cd /tmp && mailroom ([^>&|]+?) *[>&|]", Pattern.MULTILINE)
            .matcher(image);
    assertThat(command.find()).as(image).isTrue();
    Ended built = run(Map.of(), command.group(1).split(" "));
    assertThat(built.madeAnArchive()).as(built.output()).isTrue();
    assertThat(archive()).isNotEmptyFile();
  }

  @Test
  void other_jars_and_another_java_get_an_archive_of_their_own_in_its_place() throws Exception {
    start();
    Path first = archive();
    putApplication("fail-otherwise");
    Ended ofOtherJars = start();
    assertThat(ofOtherJars.madeAnArchive()).isTrue();
    assertThat(ofOtherJars.ofTheArchive()).isTrue();
    Path second = archive();
    assertThat(second).isNotEqualTo(first);
    Ended ofAnotherJava = run(Map.of("JAVA_HOME", anotherJava().toString()), "hello").startedWell();
    assertThat(ofAnotherJava.madeAnArchive()).isTrue();
    assertThat(ofAnotherJava.ofTheArchive()).isTrue();
    assertThat(archive()).isNotEqualTo(second);
  }

  @Test
  void
      a_folder_that_cant_be_made_an_archive_that_is_broken_and_one_that_another_process_makes_are_no_reason_not_to_start()
          throws Exception {
    Files.writeString(folder.resolve("file"), "no folder");
    Ended nowhere =
        run(Map.of("MAILROOM_ARCHIVES", folder.resolve("file/below").toString()), "hello")
            .startedWell();
    assertThat(nowhere.ofTheArchive()).isFalse();

    start();
    Path archive = archive();
    Files.writeString(archive, "this is no archive");
    assertThat(start().ofTheArchive()).isFalse();

    Files.delete(archive);
    Files.createDirectory(Path.of(archive + ".lock"));
    Ended beside = start();
    assertThat(beside.madeAnArchive()).isFalse();
    assertThat(archive).doesNotExist();
  }

  @Test
  void an_archive_that_cant_be_made_is_told_once_and_not_tried_again_at_each_start()
      throws Exception {
    putApplication("demo");
    Ended first = start();
    assertThat(first.output())
        .contains(GETTING_READY, "that failed", "it starts without", "delete " + archives);
    assertThat(first.ofTheArchive()).isFalse();
    assertThat(start().output()).doesNotContain("mailroom:");
  }

  @Test
  void where_java_breaks_down_over_the_lambdas_the_archive_is_made_without_them() throws Exception {
    Path tries = folder.resolve("tries");
    Path java =
        anotherJava(
            """
            case "$*" in
              *:SharedClassListFile=classes*) echo with >>'%1$s'; exit 134 ;;
              *:SharedClassListFile=*) echo without >>'%1$s' ;;
            esac
            """
                .formatted(tries));
    Ended first = run(Map.of("JAVA_HOME", java.toString()), "hello").startedWell();
    assertThat(first.madeAnArchive()).isTrue();
    assertThat(first.output()).doesNotContain("that failed");
    assertThat(first.ofTheArchive()).isTrue();
    assertThat(tries).hasContent("with\nwithout");
  }

  @Test
  void what_is_called_once_doesnt_wait_for_an_archive_but_takes_one_that_is_there()
      throws Exception {
    for (String word : List.of("demo", "--version", "--help")) {
      Ended without = run(Map.of(), word, "hello");
      assertThat(without.output()).contains("told " + word).doesNotContain("mailroom:");
      assertThat(archives)
          .satisfiesAnyOf(
              folder -> assertThat(folder).doesNotExist(),
              folder -> assertThat(folder).isEmptyDirectory());
    }
    start();
    Ended with = run(Map.of(), "--version");
    assertThat(with.ofTheArchive()).isTrue();
  }

  @Test
  void options_of_the_site_win_and_none_leaves_the_archive_out() throws Exception {
    Ended compiled =
        run(
                Map.of(
                    "JAVA_OPTS", "-XX:+PrintCommandLineFlags -XX:TieredStopAtLevel=4 -Dsite=ours"),
                "hello")
            .startedWell();
    assertThat(compiled.output()).contains("-XX:TieredStopAtLevel=4", "told hello ours");
    assertThat(run(Map.of("JAVA_OPTS", "-Xshare:off"), "hello").startedWell().ofTheArchive())
        .isFalse();
    Ended none = run(Map.of("MAILROOM_ARCHIVES", "none"), "hello").startedWell();
    assertThat(none.ofTheArchive()).isFalse();
    assertThat(none.output()).doesNotContain("mailroom:");
  }
}
