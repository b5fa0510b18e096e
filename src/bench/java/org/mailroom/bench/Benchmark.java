package org.mailroom.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Measures Mailroom against plain loops and models, and prints one table. See docs/performance.md.
 */
public final class Benchmark {

  private static final List<Row> ROWS =
      List.of(
          // the start first: what other rows leave to be cleaned up, such as 100,000 rows, takes
          // processor time, too
          new Start(),
          new Cold(),
          new RoundTrips(),
          new OneMailbox(),
          new FiftyMailboxes(),
          new Quota(),
          new IdleMailboxes(),
          new SeveralNodes(),
          new Memory(),
          new ConsolePages());

  private Benchmark() {}

  public static void main(String[] arguments) throws Exception {
    // the log of what is measured isn't what is measured
    System.setProperty("logging.level.mailroom", "warn");
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
    List<Figure> figures = new ArrayList<>();
    Path folder = Files.createTempDirectory("mailroom-bench");
    try (Tenant tenant = Tenant.start(folder);
        Database database = Database.start()) {
      for (Row row : chosen()) {
        long begin = System.nanoTime();
        tenant.withoutWindow();
        figures.addAll(row.measure(new Surroundings(tenant, database, folder)));
        tenant.clear();
        tenant.latency(0, 0);
        System.out.println(
            Figure.text("%s took %d s", row.name(), (System.nanoTime() - begin) / 1_000_000_000L));
      }
    } finally {
      delete(folder);
    }
    String table = table(figures);
    System.out.println("\n" + table);
    Files.writeString(Path.of(System.getProperty("bench.report", "target/benchmark.md")), table);
    // what runs beside, such as the HTTP client of the loop, must not keep the JVM
    System.exit(0);
  }

  private static List<Row> chosen() {
    String names = System.getProperty("bench.rows", "");
    if (names.isBlank()) {
      return ROWS;
    }
    List<String> wanted = Arrays.stream(names.split(",")).map(String::trim).toList();
    List<String> known = ROWS.stream().map(Row::name).toList();
    if (!known.containsAll(wanted)) {
      throw new IllegalArgumentException(
          "bench.rows = " + names + ". Allowed: " + String.join(",", known));
    }
    return ROWS.stream().filter(row -> wanted.contains(row.name())).toList();
  }

  private static String table(List<Figure> figures) {
    StringBuilder table =
        new StringBuilder(
            "| What | Mailroom | Baseline | Ratio | To reach | |\n"
                + "| --- | --- | --- | --- | --- | --- |\n");
    for (Figure figure : figures) {
      table
          .append("| ")
          .append(
              String.join(
                  " | ",
                  figure.what(),
                  figure.figure(),
                  figure.baseline(),
                  figure.ratio(),
                  figure.toReach(),
                  figure.reached() ? "reached" : "NOT reached"))
          .append(" |\n");
    }
    return table.toString();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
