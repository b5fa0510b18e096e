package org.mailroom.bench;

import empty.EmptyApplication;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An empty import and the first poll by {@code bin/mailroom}; and the first poll of plain classes
 * against an empty application with the same dependencies: medians of runs that take turns.
 */
final class Start implements Row {

  @Override
  public String name() {
    return "start";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    List<String> mailboxes = around.mailboxes(1, 0);
    Path folder = Files.createTempDirectory(around.folder(), "start");
    List<Double> mailroom = new ArrayList<>();
    List<Double> empty = new ArrayList<>();
    // the first run of each fills the disk cache, and makes Mailroom's database
    for (int run = 0; run <= Surroundings.number("start.runs", 5); run++) {
      double ofEmpty = empty(folder);
      double ofMailroom = mailroom(around, folder, mailboxes);
      if (run > 0) {
        empty.add(ofEmpty);
        mailroom.add(ofMailroom);
      }
    }
    double ratio = median(mailroom) / median(empty);
    List<Double> once = new ArrayList<>();
    List<Double> first = new ArrayList<>();
    Path ofScript = Files.createTempDirectory(around.folder(), "start-script");
    // the first run makes the archive of classes, and the database
    for (int run = 0; run <= Surroundings.number("start.runs", 5); run++) {
      double ofImport = importByScript(around, ofScript, mailboxes);
      double ofRuntime = runtimeByScript(around, ofScript, mailboxes);
      if (run > 0) {
        once.add(ofImport);
        first.add(ofRuntime);
      }
    }
    return List.of(
        Figure.atMost(
            "bin/mailroom import --once of an empty mailbox, from start to end",
            median(once),
            "s",
            2.5),
        Figure.atMost("bin/mailroom, from the start to the first poll", median(first), "s", 4),
        new Figure(
            "start to the first poll, against an empty Camel Spring Boot application",
            Figure.text("%.2f s", median(mailroom)),
            Figure.text("%.2f s", median(empty)),
            Figure.text("%.2f", ratio),
            "at most 1.50",
            ratio <= 1.5));
  }

  private static double mailroom(Surroundings around, Path folder, List<String> mailboxes)
      throws Exception {
    around.tenant().counters(true);
    long begin = System.nanoTime();
    try (MailroomProcess process =
        MailroomProcess.start(
            folder, List.of(), Settings.of(around.tenant(), null, folder, mailboxes))) {
      process.await(
          "the first poll", Duration.ofMinutes(1), Duration.ofMillis(2), around.tenant()::isAsked);
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  private static double importByScript(Surroundings around, Path folder, List<String> mailboxes)
      throws Exception {
    long begin = System.nanoTime();
    try (MailroomProcess process =
        MailroomProcess.byScript(
            folder,
            List.of("import", "--once"),
            Settings.of(around.tenant(), null, folder, mailboxes))) {
      process.awaitEnd(Duration.ofMinutes(10));
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  private static double runtimeByScript(Surroundings around, Path folder, List<String> mailboxes)
      throws Exception {
    around.tenant().counters(true);
    long begin = System.nanoTime();
    try (MailroomProcess process =
        MailroomProcess.byScript(
            folder, List.of(), Settings.of(around.tenant(), null, folder, mailboxes))) {
      process.await(
          "the first poll", Duration.ofMinutes(1), Duration.ofMillis(2), around.tenant()::isAsked);
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  private static double empty(Path folder) throws Exception {
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(
                Jvm.java(),
                "-cp",
                Jvm.benchClasses() + ":" + Jvm.dependencies(),
                EmptyApplication.class.getName(),
                "--server.port=0",
                "--spring.datasource.url=jdbc:h2:file:" + folder.resolve("empty"),
                "--spring.artemis.embedded.persistent=true",
                "--spring.artemis.embedded.data-directory=" + folder.resolve("empty-broker"))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      StringBuilder seen = new StringBuilder();
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.equals(EmptyApplication.FIRST_POLL)) {
          return (System.nanoTime() - begin) / 1e9;
        }
        seen.append(line).append('\n');
      }
      throw new IllegalStateException("the empty application ends:\n" + seen);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
