package org.mailroom.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One, two and four nodes as processes on one database, with the service's latency simulated: what
 * a site gains by another node while it waits for the service most of the time. Each node has few
 * importers, so that they, and not this machine's cores, are what there is too little of.
 */
final class SeveralNodes implements Row {

  private static final Duration PATIENCE = Duration.ofMinutes(15);

  @Override
  public String name() {
    return "nodes";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int mailboxes = Surroundings.number("nodes.mailboxes", 64);
    int messages = Surroundings.number("nodes.messages", 200);
    double one = rate(around, 1, mailboxes, messages);
    List<Figure> figures = new ArrayList<>();
    for (int nodes : new int[] {2, 4}) {
      figures.add(
          Figure.atLeast(
              nodes + " nodes against one, 30 + 20 ms",
              "messages/s",
              rate(around, nodes, mailboxes, messages),
              one,
              "messages/s",
              nodes == 2 ? 1.8 : 3.2));
    }
    return figures;
  }

  /** From the instant that mail comes to idle nodes until all of it is marked. */
  private static double rate(Surroundings around, int nodes, int count, int messages)
      throws Exception {
    Tenant tenant = around.tenant();
    tenant.clear();
    List<String> mailboxes = around.mailboxes(count, 0);
    String database = around.database().create();
    List<MailroomProcess> running = new ArrayList<>();
    try {
      for (int number = 1; number <= nodes; number++) {
        running.add(
            around.process(
                database,
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                mailboxes,
                "--mailroom.node=node" + number,
                "--mailroom.secret-key=one key for all",
                "--mailroom.poll-every=1s",
                "--mailroom.importers=" + Surroundings.number("nodes.importers", 2)));
        MailroomProcess started = running.get(running.size() - 1);
        started.await(
            "start of node " + number,
            PATIENCE,
            Duration.ofMillis(200),
            () -> started.output().contains("Console: "));
      }
      // until each has polled for a while, and what starts once has started
      Thread.sleep(Surroundings.number("nodes.settle", 10_000));
      tenant.latency(30, 20);
      long begin = System.nanoTime();
      for (String mailbox : mailboxes) {
        tenant.fill(mailbox, messages);
      }
      running
          .get(0)
          .await("all messages", PATIENCE, Duration.ofMillis(100), () -> isDone(tenant, mailboxes));
      double rate = count * (double) messages * 1e9 / (System.nanoTime() - begin);
      System.out.println(Figure.text("  %d nodes: %.0f messages/s", nodes, rate));
      return rate;
    } finally {
      tenant.latency(0, 0);
      for (MailroomProcess process : running) {
        process.close();
      }
    }
  }

  /** As a rule one question is enough. */
  private static boolean isDone(Tenant tenant, List<String> mailboxes) throws Exception {
    for (String mailbox : mailboxes) {
      if (tenant.left(mailbox) > 0) {
        return false;
      }
    }
    return true;
  }
}
