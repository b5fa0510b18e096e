package org.mailroom.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mailroom.demo.DemoCommand;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What README and docs/ tell people to type and to follow: commands are ones, links lead somewhere.
 */
class DocumentsTest {

  private static final Pattern BLOCK = Pattern.compile("(?s)```(\\w*)\\R(.*?)```");
  private static final Pattern INLINE = Pattern.compile("`([^`]+)`");
  private static final Pattern OF_MAILROOM =
      Pattern.compile(
          "^(?:\\S*/)?(?:mailroom|java (?:\\S+ )*-jar (?:\\S*/)?mailroom\\.jar)(?: (.+))?$");
  private static final Pattern SETTING = Pattern.compile("--[a-z][a-z0-9-]*\\.[^=]+(=.*)?");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]*)\\)");

  /** What the tar.gz has, beside the classes; it has no sources. */
  private static final Set<String> SHIPPED =
      Set.of(
          "docs",
          "README.md",
          "CHANGELOG.md",
          "SECURITY.md",
          "LICENSE",
          "NOTICE",
          "application.yaml",
          "routes",
          "kamelets");

  record Told(Path where, String text) {
    @Override
    public String toString() {
      return where + ": " + text;
    }
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    try (Stream<Path> root = Files.list(Path.of(""));
        Stream<Path> docs = Files.walk(Path.of("docs"))) {
      Stream.concat(root, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .forEach(documents::add);
    }
    return documents;
  }

  /** Lines of blocks for a shell, and what stands between backquotes, without comments. */
  private static List<Told> typed() throws IOException {
    List<Told> typed = new ArrayList<>();
    for (Path document : documents()) {
      String text = Files.readString(document);
      Matcher block = BLOCK.matcher(text);
      while (block.find()) {
        if (block.group(1).equals("sh")) {
          block
              .group(2)
              .lines()
              .flatMap(line -> Arrays.stream(line.split(" && ")))
              .forEach(line -> typed.add(new Told(document, words(line))));
        }
      }
      Matcher inline = INLINE.matcher(BLOCK.matcher(text).replaceAll(""));
      while (inline.find()) {
        typed.add(new Told(document, words(inline.group(1))));
      }
    }
    for (String file : List.of("systemd/mailroom.service", "container/Dockerfile")) {
      Path path = Path.of("src/distribution", file);
      Matcher command =
          Pattern.compile("(?:bin/| && |… )(mailroom [a-z].*)").matcher(Files.readString(path));
      while (command.find()) {
        typed.add(new Told(path, words(command.group(1).replaceAll(" (>|&&).*", ""))));
      }
    }
    return typed;
  }

  private static String words(String line) {
    return line.replaceAll("\\s+#.*$", "").replaceAll("\\s+", " ").strip();
  }

  /** Each of them as somebody types it who takes the first of what he may choose from. */
  static List<Told> commandsOfMailroom() throws IOException {
    List<Told> commands = new ArrayList<>();
    for (Told told : typed()) {
      Matcher command = OF_MAILROOM.matcher(told.text());
      if (command.matches() && command.group(1) != null) {
        String words =
            command.group(1).replaceAll(" (>|\\| [a-z]).*", "").replaceAll("[\\[\\]]", "");
        String[] choices = words.split(" \\| ");
        String first = choices[0].split(" --?")[0];
        for (int i = 0; i < choices.length; i++) {
          commands.add(
              new Told(
                  told.where(),
                  (i == 0 ? "" : first + " ") + choices[i].replaceAll("\\|\\S+", "")));
        }
      }
    }
    return commands;
  }

  @Test
  void the_documents_tell_of_commands() throws IOException {
    assertThat(commandsOfMailroom().stream().map(Told::text))
        .contains("import --once", "check --account ID", "erase --older-than AGE", "init")
        .hasSizeGreaterThan(40);
  }

  @ParameterizedTest
  @MethodSource("commandsOfMailroom")
  void a_command_of_the_documents_is_understood(Told command) {
    understand(
        Arrays.stream(command.text().split(" (?=(?:[^']*'[^']*')*[^']*$)"))
            .filter(word -> !SETTING.matcher(word).matches())
            .map(word -> word.replace("'", ""))
            .toArray(String[]::new));
  }

  /** Where a command is merely named, what it needs may be missing. */
  private static void understand(String... words) {
    Launcher launcher = new Launcher(DocumentsTest.class, List.of());
    try {
      MailroomCommand.line(launcher, new DemoCommand(launcher)).parseArgs(words);
    } catch (MissingParameterException named) {
      assertThat(words).as("words of a command that is merely named").hasSize(1);
    }
  }

  @Test
  void a_word_that_no_command_knows_is_found_out() {
    assertThatThrownBy(() -> understand("import", "--ever"))
        .isInstanceOf(UnmatchedArgumentException.class);
    assertThatThrownBy(() -> understand("imports")).isInstanceOf(UnmatchedArgumentException.class);
    assertThatThrownBy(() -> understand("erase", "--sender")).isInstanceOf(AssertionError.class);
  }

  @Test
  void what_maven_is_told_to_do_the_pom_knows() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    Set<String> profiles = new TreeSet<>();
    Matcher profile = Pattern.compile("<profile>\\s*<id>([^<]+)</id>").matcher(pom);
    while (profile.find()) {
      profiles.add(profile.group(1));
    }
    StringBuilder sources = new StringBuilder(pom);
    Set<String> classes = new TreeSet<>();
    for (String folder : List.of("src/test/java", "src/bench/java")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          classes.add(file.getFileName().toString().replace(".java", ""));
          sources.append(Files.readString(file));
        }
      }
    }
    List<String> ofMaven =
        typed().stream().map(Told::text).filter(text -> text.startsWith("mvn ")).toList();
    assertThat(ofMaven).hasSizeGreaterThan(10);
    for (String command : ofMaven) {
      for (String word : command.split(" ")) {
        if (word.startsWith("-P")) {
          assertThat(profiles).as(command).contains(word.substring(2));
        } else if (word.startsWith("-Dtest=")) {
          String wanted = word.substring(7).replace("'", "").replace("*", ".*");
          assertThat(classes).as(command).anyMatch(name -> name.matches(wanted));
        } else if (word.matches("-D(?!skipTests|includeScope|outputDirectory).*")) {
          String property = word.substring(2).replaceAll("=.*", "");
          String shortName = property.replaceFirst("^bench\\.", "");
          assertThat(sources.toString())
              .as(command)
              .containsAnyOf("<" + property + ">", "\"" + property, "\"" + shortName);
        }
      }
    }
  }

  /** But in tables, which have no other form, and in what is to be copied. */
  @Test
  void a_line_of_the_documents_has_120_characters_at_most() throws IOException {
    List<String> longer = new ArrayList<>();
    for (Path document : documents()) {
      BLOCK
          .matcher(Files.readString(document))
          .replaceAll("")
          .lines()
          .filter(line -> line.length() > 120 && !line.strip().startsWith("|"))
          .map(line -> document + ": " + line)
          .forEach(longer::add);
    }
    assertThat(longer).isEmpty();
  }

  static List<Told> links() throws IOException {
    List<Told> links = new ArrayList<>();
    for (Path document : documents()) {
      Matcher link = LINK.matcher(BLOCK.matcher(Files.readString(document)).replaceAll(""));
      while (link.find()) {
        if (!link.group(1).matches("[a-z]+:.*")) {
          links.add(new Told(document, link.group(1)));
        }
      }
    }
    return links;
  }

  /** In the repository, and from what is shipped to what is shipped. */
  @Test
  void a_link_between_the_documents_leads_to_what_is_there() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Told link : links()) {
      String[] parts = link.text().split("#", 2);
      Path target =
          parts[0].isEmpty() ? link.where() : link.where().resolveSibling(parts[0]).normalize();
      boolean fromShipped = SHIPPED.contains(link.where().getName(0).toString());
      if (!Files.exists(target)
          || (fromShipped && !SHIPPED.contains(target.getName(0).toString()))
          || (parts.length == 2 && !anchors(target).contains(parts[1]))) {
        dead.add(link.toString());
      }
    }
    assertThat(dead).isEmpty();
    assertThat(links()).hasSizeGreaterThan(80);
  }

  /** As the sites that show Markdown make them of headings. */
  private static Set<String> anchors(Path document) throws IOException {
    Set<String> anchors = new TreeSet<>();
    BLOCK
        .matcher(Files.readString(document))
        .replaceAll("")
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .forEach(anchors::add);
    return anchors;
  }
}
