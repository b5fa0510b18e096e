package org.mailroom.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InitCommandTest {

  @TempDir private Path folder;

  private final StringWriter said = new StringWriter();

  private int init() {
    return new CommandLine(new InitCommand())
        .setOut(new PrintWriter(said))
        .execute("--folder", folder.toString());
  }

  @Test
  void it_writes_what_this_version_has() throws Exception {
    assertThat(init()).isZero();
    assertThat(folder.resolve("application.yaml"))
        .hasSameTextualContentAs(Path.of("application.yaml"));
    assertThat(folder.resolve("routes/site/rules.camel.yaml"))
        .hasSameTextualContentAs(Path.of("routes/site/rules.camel.yaml"));
    assertThat(folder.resolve("routes/deliver-to-file.camel.xml"))
        .hasSameTextualContentAs(Path.of("routes/deliver-to-file.camel.xml"));
    assertThat(said.toString())
        .contains("written      application.yaml", "written      routes/site/rules.camel.yaml");
  }

  @Test
  void what_is_there_and_the_same_is_up_to_date() {
    init();
    said.getBuffer().setLength(0);
    assertThat(init()).isZero();
    assertThat(said.toString())
        .contains("up to date   application.yaml", "up to date   routes/site/rules.camel.yaml")
        .doesNotContain("written", "differs");
  }

  @Test
  void a_changed_file_is_left_as_it_is_and_told_with_how_it_differs() throws Exception {
    init();
    Path rules = folder.resolve("routes/site/rules.camel.yaml");
    String changed =
        Files.readString(rules).replace("group: site", "group: site\n    autoStartup: \"true\"");
    Files.writeString(rules, changed);
    Files.delete(folder.resolve("application.yaml"));
    said.getBuffer().setLength(0);
    assertThat(init()).isEqualTo(8);
    assertThat(rules).hasContent(changed);
    assertThat(folder.resolve("application.yaml")).exists();
    assertThat(said.toString())
        .contains(
            "differs      routes/site/rules.camel.yaml: left as it is, from line 4 on it has 1 line"
                + " where this version has 0");
  }

  @Test
  void other_line_ends_are_told_as_that() {
    assertThat(InitCommand.difference(List.of("a", "b"), List.of("a", "b")))
        .isEqualTo("only its line ends are others");
    assertThat(InitCommand.difference(List.of("a", "x", "c"), List.of("a", "b", "c")))
        .isEqualTo("from line 2 on it has 1 line where this version has 1");
  }
}
