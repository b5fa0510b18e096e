package org.mailroom.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Plain messages of fifty mailboxes by processes that have just started: {@code bin/mailroom import
 * --once}, with its archive of classes, against the loop and against an importer written by hand.
 * The pace is that from the first request to the end of the process; the best of the rounds of
 * each, which take turns.
 */
final class Cold implements Row {

  @Override
  public String name() {
    return "cold";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int count = Surroundings.number("cold.count", 50);
    int messages = Surroundings.number("cold.messages", 200);
    List<String> mailboxes = around.mailboxes(count, messages);
    Path folder = Files.createTempDirectory(around.folder(), "cold");
    double ofLoop = 0;
    double ofHand = 0;
    double ofMailroom = 0;
    // the first round makes the archive, and fills the disk's cache
    for (int round = 0; round <= Surroundings.number("cold.rounds", 2); round++) {
      double slow =
          java(
              around,
              SdkLoop.class,
              around.database().url(),
              Stream.concat(Stream.of(Integer.toString(messages)), mailboxes.stream()),
              count * messages);
      unread(around, mailboxes);
      double byHand =
          java(
              around,
              HandWrittenImporter.class,
              around.database().createWithTable(),
              mailboxes.stream(),
              count * messages);
      unread(around, mailboxes);
      List<String> settings =
          Settings.of(around.tenant(), around.database().create(), folder, mailboxes);
      double fast = mailroom(around, folder, settings, count * messages);
      unread(around, mailboxes);
      System.out.println(
          Figure.text(
              "  round %d: loop %.0f, by hand %.0f, Mailroom %.0f messages/s: %.2f and %.2f times",
              round, slow, byHand, fast, fast / slow, fast / byHand));
      ofLoop = round == 0 ? 0 : Math.max(ofLoop, slow);
      ofHand = round == 0 ? 0 : Math.max(ofHand, byHand);
      ofMailroom = round == 0 ? 0 : Math.max(ofMailroom, fast);
    }
    return List.of(
        Figure.atLeast(
            count * messages
                + " messages of "
                + count
                + " mailboxes, cold, against the SDK loop, cold",
            "messages/s",
            ofMailroom,
            ofLoop,
            "messages/s",
            4),
        Figure.atLeast(
            "the same against an importer written by hand, cold",
            "messages/s",
            ofMailroom,
            ofHand,
            "messages/s",
            1));
  }

  private static void unread(Surroundings around, List<String> mailboxes) throws Exception {
    for (String mailbox : mailboxes) {
      around.tenant().unread(mailbox);
    }
  }

  private static double mailroom(
      Surroundings around, Path folder, List<String> settings, int messages) throws Exception {
    around.tenant().counters(true);
    try (MailroomProcess process =
        MailroomProcess.byScript(folder, List.of("import", "--once"), settings)) {
      process.await(
          "the first request",
          Duration.ofMinutes(10),
          Duration.ofMillis(2),
          around.tenant()::isAsked);
      long begin = System.nanoTime();
      process.awaitEnd(Duration.ofMinutes(10));
      return messages * 1e9 / (System.nanoTime() - begin);
    }
  }

  /** A program without options for Java, in a process of its own. */
  private static double java(
      Surroundings around, Class<?> program, String database, Stream<String> more, int messages)
      throws Exception {
    around.tenant().counters(true);
    List<String> command =
        new ArrayList<>(
            List.of(
                Jvm.java(),
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                around.tenant().certificate().toString(),
                around.tenant().loginUrl(),
                around.tenant().graphUrl(),
                database));
    more.forEach(command::add);
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      while (!around.tenant().isAsked()) {
        if (!process.isAlive()) {
          throw new IllegalStateException(program + " ends before its first request");
        }
      }
      long begin = System.nanoTime();
      if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException(program + " failed");
      }
      return messages * 1e9 / (System.nanoTime() - begin);
    } finally {
      process.destroyForcibly();
    }
  }
}
