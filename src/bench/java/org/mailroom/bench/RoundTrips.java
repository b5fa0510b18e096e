package org.mailroom.bench;

import java.util.List;
import org.mailroom.BenchRuntime;

/** Round trips and quota for 10,000 plain messages in one mailbox, marking included. */
final class RoundTrips implements Row {

  @Override
  public String name() {
    return "round-trips";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int messages = Surroundings.number("round-trips.messages", 10_000);
    List<String> mailboxes = around.mailboxes(1, messages);
    try (BenchRuntime mailroom = around.mailroom(mailboxes)) {
      around.tenant().counters(true);
      int imported = mailroom.run(List.of(Settings.id(mailboxes.get(0))));
      Tenant.Counters counters = around.tenant().counters(true);
      if (imported != messages || around.tenant().left(mailboxes.get(0)) != 0) {
        throw new IllegalStateException(
            "imported " + imported + ", left " + around.tenant().left(mailboxes.get(0)));
      }
      return List.of(
          Figure.atMost(
              "round trips, " + messages + " plain messages",
              counters.requests() / (double) messages,
              "requests/message",
              0.075),
          Figure.atMost(
              "quota, " + messages + " plain messages",
              counters.counted() / (double) messages,
              "parts/message",
              1.02));
    }
  }
}
