package org.mailroom.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A thousand mailboxes without new mail, polled each minute. */
final class IdleMailboxes implements Row {

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int count = Surroundings.number("idle.count", 1000);
    List<String> mailboxes = around.mailboxes(count, 0);
    around.tenant().counters(true);
    try (MailroomProcess mailroom =
        around.process(
            around.database().create(),
            List.of("-Xmx512m"),
            mailboxes,
            "--mailroom.poll-every=1m")) {
      mailroom.await(
          "the first poll of all mailboxes",
          Duration.ofMinutes(2),
          Duration.ofMillis(100),
          () -> around.tenant().counters(false).requests() >= count);
      // what runs for years isn't measured while it is compiled
      TimeUnit.SECONDS.sleep(Surroundings.number("idle.warm-up", 180));
      around.tenant().counters(true);
      Duration before = mailroom.processorTime();
      long begin = System.nanoTime();
      TimeUnit.SECONDS.sleep(60);
      double core =
          mailroom.processorTime().minus(before).toNanos() / (double) (System.nanoTime() - begin);
      Tenant.Counters counters = around.tenant().counters(true);
      if (counters.listings() < 0.8 * count) {
        throw new IllegalStateException("only " + counters.listings() + " polls in a minute");
      }
      return List.of(
          Figure.atMost(
              count + " idle mailboxes polled each minute",
              counters.requests() / (double) counters.listings(),
              "requests/poll",
              1.0),
          new Figure(
              "CPU of the same",
              Figure.text("%.1f %% of a core", core * 100),
              "",
              Figure.text("%.3f", core),
              "under 0.200",
              core < 0.2));
    }
  }
}
