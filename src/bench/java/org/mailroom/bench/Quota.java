package org.mailroom.bench;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.mailroom.BenchRuntime;

/**
 * One mailbox with a backlog under a limit of 1,000 requests a minute: how much of it is used, how
 * much is answered 429.
 */
final class Quota implements Row {

  @Override
  public String name() {
    return "quota";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int requests = Surroundings.number("quota.requests", 1000);
    int seconds = Surroundings.number("quota.window", 60);
    int windows = 2;
    List<String> mailboxes = around.mailboxes(1, requests * (windows + 1));
    try (BenchRuntime mailroom =
        around.mailroom(
            mailboxes,
            "--mailroom.limits.requests-per-window=" + requests,
            "--mailroom.limits.window=" + seconds + "s")) {
      around.tenant().limits(requests, seconds * 1000, true);
      around.tenant().counters(true);
      CompletableFuture<Integer> run =
          CompletableFuture.supplyAsync(() -> mailroom.run(List.of(Settings.id(mailboxes.get(0)))));
      // from the first request on, which begins with nothing used, to just before a third window
      // would begin
      TimeUnit.MILLISECONDS.sleep(seconds * 1000L * windows - 200);
      Tenant.Counters counters = around.tenant().counters(true);
      if (run.isDone() || around.tenant().left(mailboxes.get(0)) == 0) {
        throw new IllegalStateException("there is no backlog left");
      }
      around.tenant().withoutWindow();
      double allowed = requests * windows;
      double throttled = counters.throttled() / (double) counters.counted();
      return List.of(
          Figure.atLeast(
              "allowed requests used, " + requests + " in " + seconds + " s, backlog",
              "requests",
              (double) (counters.counted() - counters.throttled()),
              allowed,
              "allowed",
              0.95),
          new Figure(
              "answered 429",
              Figure.text("%d", counters.throttled()),
              Figure.text("%d requests", counters.counted()),
              Figure.text("%.4f", throttled),
              "under 0.01",
              throttled < 0.01));
    }
  }
}
