package org.mailroom.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mailroom init}: what is packaged, as files to edit. */
@Command(
    name = "init",
    description =
        "Writes application.yaml, routes/ and kamelets/ of this version into a folder, as files to"
            + " edit.",
    footerHeading = "%n",
    footer = {
      "A file that is there already is left as it is; where it differs from this version's, that is"
          + " told.",
      "Mailroom runs without these files, too: what isn't in the folder is packaged. Keep those"
          + " that you change.",
      "",
      "Exit codes: 0 done, or all of it is there already, 1 the folder can't be written to, 2"
          + " misuse, 8 some files differ and are left."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class InitCommand implements Callable<Integer> {

  static final int SOME_FILES_DIFFER = 8;

  private static final String PACKAGED = "distribution/";

  @Spec private CommandSpec spec;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "Where to; the folder that it runs in, unless said.")
  private Path folder = Path.of("");

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean isAnyDifferent = false;
    for (Map.Entry<String, byte[]> file : packaged().entrySet()) {
      Path target = folder.resolve(file.getKey());
      if (!Files.exists(target)) {
        write(target, file.getValue());
        out.println("written      " + file.getKey());
      } else if (Arrays.equals(Files.readAllBytes(target), file.getValue())) {
        out.println("up to date   " + file.getKey());
      } else {
        isAnyDifferent = true;
        out.println(
            "differs      "
                + file.getKey()
                + ": left as it is, "
                + difference(lines(Files.readAllBytes(target)), lines(file.getValue())));
      }
    }
    out.flush();
    return isAnyDifferent ? SOME_FILES_DIFFER : ImportCommand.ALL_IMPORTED;
  }

  private static Map<String, byte[]> packaged() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (Resource resource :
        new PathMatchingResourcePatternResolver()
            .getResources("classpath*:" + PACKAGED + "**/*.*")) {
      String url = resource.getURL().toString();
      if (!url.endsWith("/") && resource.isReadable()) {
        try (InputStream in = resource.getInputStream()) {
          files.put(
              url.substring(url.lastIndexOf(PACKAGED) + PACKAGED.length()), in.readAllBytes());
        }
      }
    }
    return files;
  }

  /** Whole or not at all. */
  private static void write(Path target, byte[] content) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    Path temporary = Files.createTempFile(parent, ".init", ".tmp");
    try {
      Files.write(temporary, content);
      Files.move(temporary, target);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static List<String> lines(byte[] text) {
    return new String(text, StandardCharsets.UTF_8).lines().toList();
  }

  /** The stretch that isn't the same, between what is the same at the beginning and at the end. */
  static String difference(List<String> own, List<String> packaged) {
    int shorter = Math.min(own.size(), packaged.size());
    int same = 0;
    while (same < shorter && own.get(same).equals(packaged.get(same))) {
      same++;
    }
    int atEnd = 0;
    while (atEnd < shorter - same
        && own.get(own.size() - 1 - atEnd).equals(packaged.get(packaged.size() - 1 - atEnd))) {
      atEnd++;
    }
    if (same == own.size() && same == packaged.size()) {
      return "only its line ends are others";
    }
    return "from line "
        + (same + 1)
        + " on it has "
        + counted(own.size() - same - atEnd)
        + " where this version has "
        + (packaged.size() - same - atEnd);
  }

  private static String counted(int lines) {
    return lines + (lines == 1 ? " line" : " lines");
  }
}
