package org.mailroom.coverage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Prints at the end of {@code mvn verify} how much of the code and of the routes the tests passed:
 * lines and branches as JaCoCo counted them, steps of the routes as Camel did. Processes that tests
 * start don't count.
 */
public final class CoverageReport {

  private static final Path OF_JACOCO = Path.of("target/site/jacoco/jacoco.csv");

  private static final Path ROUTES = Path.of("routes");

  private CoverageReport() {}

  public static void main(String[] arguments) throws IOException {
    if (Files.exists(OF_JACOCO)) {
      System.out.println(code(Files.readAllLines(OF_JACOCO)));
    }
    if (Files.isDirectory(PassedSteps.FOLDER)) {
      routes(RouteSteps.of(ROUTES), passed(PassedSteps.FOLDER)).forEach(System.out::println);
    }
  }

  /** The sums of a {@code jacoco.csv}, in one line. */
  static String code(List<String> table) {
    List<String> names = List.of(table.get(0).split(",", -1));
    Map<String, Long> sums = new TreeMap<>();
    for (String row : table.subList(1, table.size())) {
      String[] cells = row.split(",", -1);
      for (String name :
          List.of("LINE_MISSED", "LINE_COVERED", "BRANCH_MISSED", "BRANCH_COVERED")) {
        sums.merge(name, Long.valueOf(cells[names.indexOf(name)]), Long::sum);
      }
    }
    return "Coverage of the code: "
        + share(sums, "LINE")
        + " of the lines, "
        + share(sums, "BRANCH")
        + " of the branches";
  }

  private static String share(Map<String, Long> sums, String what) {
    long covered = sums.getOrDefault(what + "_COVERED", 0L);
    long all = covered + sums.getOrDefault(what + "_MISSED", 0L);
    return String.format(
        Locale.ROOT, "%.1f %% (%d of %d)", all == 0 ? 100.0 : 100.0 * covered / all, covered, all);
  }

  /** A line of all routes, and one for each route that has steps which nothing passed. */
  static List<String> routes(Map<String, List<String>> stepsByRoute, Set<String> passed) {
    List<String> lines = new ArrayList<>();
    long all = stepsByRoute.values().stream().mapToLong(List::size).sum();
    long covered =
        stepsByRoute.values().stream().flatMap(List::stream).filter(passed::contains).count();
    lines.add(
        String.format(
            Locale.ROOT,
            "Coverage of the routes: %.1f %% of the steps (%d of %d) in %d routes",
            all == 0 ? 100.0 : 100.0 * covered / all,
            covered,
            all,
            stepsByRoute.size()));
    stepsByRoute.forEach(
        (route, steps) -> {
          List<String> missed = steps.stream().filter(step -> !passed.contains(step)).toList();
          if (!missed.isEmpty()) {
            lines.add("  " + route + ": nothing passed " + String.join(", ", missed));
          }
        });
    return lines;
  }

  private static Set<String> passed(Path folder) throws IOException {
    Set<String> passed = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        passed.addAll(Files.readAllLines(file));
      }
    }
    return passed;
  }
}
