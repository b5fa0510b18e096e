package org.mailroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A recipe as it stands in {@code docs/routes.md}: the files of its blocks. A block's file is the
 * first name of a file in backticks in the line above it; a block of the kind {@code diff} changes
 * the packaged file of that name.
 */
record Recipe(Map<String, String> files) {

  private static final Path DOCUMENT = Path.of("docs/routes.md");
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^([^\\n]+)\\n\\n```(yaml|sql|diff)\\n(.*?)^```", Pattern.DOTALL);
  private static final Pattern FILE = Pattern.compile("`([\\w./-]+\\.\\w+)`");

  static Recipe named(String title) {
    try {
      String text = Files.readString(DOCUMENT);
      Matcher section =
          Pattern.compile(
                  "(?m)^##+ " + Pattern.quote(title) + "\\n(.*?)(?=^##|\\z)", Pattern.DOTALL)
              .matcher(text);
      if (!section.find()) {
        throw new IllegalArgumentException(DOCUMENT + " has no section " + title);
      }
      Map<String, String> files = new LinkedHashMap<>();
      Matcher block = BLOCK.matcher(section.group(1));
      while (block.find()) {
        String file = null;
        for (Matcher name = FILE.matcher(block.group(1)); name.find(); ) {
          file = file == null ? name.group(1) : file;
        }
        files.put(
            file,
            block.group(2).equals("diff")
                ? changed(Files.readString(Path.of(file)), block.group(3))
                : block.group(3));
      }
      return new Recipe(files);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * As a patch does it: the lines without a sign and with a minus are found together, and the
   * others take their place.
   */
  private static String changed(String packaged, String diff) {
    List<String> before = new ArrayList<>();
    List<String> after = new ArrayList<>();
    diff.lines()
        .forEach(
            line -> {
              if (!line.startsWith("+")) {
                before.add(line.substring(1));
              }
              if (!line.startsWith("-")) {
                after.add(line.substring(1));
              }
            });
    String old = String.join("\n", before);
    if (packaged.indexOf(old) < 0 || packaged.indexOf(old) != packaged.lastIndexOf(old)) {
      throw new IllegalStateException("these lines aren't there, or more than once:\n" + old);
    }
    return packaged.replace(old, String.join("\n", after));
  }

  String file(String name) {
    if (!files.containsKey(name)) {
      throw new IllegalArgumentException("there is " + files.keySet() + ", not " + name);
    }
    return files.get(name);
  }

  /** Writes its files, without the settings, into the folder that Mailroom runs in. */
  Recipe into(Path folder) {
    files.keySet().stream()
        .filter(name -> !name.equals("application.yaml"))
        .forEach(name -> write(folder.resolve(name), files.get(name)));
    return this;
  }

  /** Takes its files away. */
  void outOf(Path folder) {
    files.keySet().forEach(name -> folder.resolve(name).toFile().delete());
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
