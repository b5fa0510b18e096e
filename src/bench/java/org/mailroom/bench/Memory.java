package org.mailroom.bench;

import java.time.Duration;
import java.util.List;

/** A backlog of 100,000 messages and one message of 150 MB, in 256 MB of heap and in 1 GB. */
final class Memory implements Row {

  private static final int MOST_LINES = 10;
  private static final String ADDRESS = "box1@contoso.com";

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int messages = Surroundings.number("memory.messages", 100_000);
    int megabytes = Surroundings.number("memory.megabytes", 150);
    around.tenant().fill(ADDRESS, messages);
    around.tenant().attach(ADDRESS, megabytes);
    double large = run(around, "-Xmx1g", messages + 1);
    around.tenant().unread(ADDRESS);
    double small = run(around, "-Xmx256m", messages + 1);
    return List.of(
        Figure.atLeast(
            "memory: "
                + messages
                + " messages and one of "
                + megabytes
                + " MB, -Xmx256m against 1 GB",
            "messages/s",
            small,
            large,
            "messages/s",
            0.8));
  }

  private static double run(Surroundings around, String heap, int messages) throws Exception {
    around.tenant().counters(true);
    try (MailroomProcess mailroom =
        around.process(
            around.database().create(),
            List.of(heap, "-XX:+ExitOnOutOfMemoryError"),
            List.of(ADDRESS))) {
      mailroom.await(
          "the first request",
          Duration.ofMinutes(1),
          Duration.ofMillis(5),
          around.tenant()::isAsked);
      long begin = System.nanoTime();
      mailroom.await(
          "the last message",
          Duration.ofMinutes(20),
          Duration.ofMillis(50),
          () -> around.tenant().left(ADDRESS) == 0);
      double rate = messages * 1e9 / (System.nanoTime() - begin);
      System.out.println(Figure.text("  %s: %.0f messages/s", heap, rate));
      // what an import leaves waits for the next poll, and then the rate says little of the memory
      mailroom
          .output()
          .lines()
          .filter(line -> line.contains(" WARN ") || line.contains("imported "))
          .limit(MOST_LINES)
          .forEach(line -> System.out.println("    " + line));
      if (mailroom.output().contains("OutOfMemoryError")) {
        throw new IllegalStateException(mailroom.output());
      }
      return rate;
    }
  }
}
