package org.mailroom.bench;

import java.util.List;
import org.mailroom.BenchRuntime;

/**
 * One mailbox, 30 ms of network and 20 ms of service a request, against the loop and against the
 * bound of this model.
 *
 * <p>The bound, with one batch at a time: its 20 parts run four at a time, so that it takes 30 + 5
 * · 20 = 130 ms and all places of the mailbox; a page takes 30 + 20 ms. With batches whose parts
 * are chained, four of them at a time, each place carries one request after the other: 30 + 20 · 20
 * ms for a batch, 30 + 20 ms for a page.
 */
final class OneMailbox implements Row {

  private static final int NETWORK = 30;
  private static final int SERVICE = 20;

  /** The default of {@code mailroom.limits.page-size}. */
  private static final int PAGE = 200;

  @Override
  public String name() {
    return "one-mailbox";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int messages = Surroundings.number("one-mailbox.messages", 10_000);
    List<String> mailboxes = around.mailboxes(1, messages);
    around.tenant().latency(0, 0);
    SdkLoop loop = new SdkLoop(around.tenant(), around.database());
    loop.run(mailboxes, 1000);
    around.tenant().latency(NETWORK, SERVICE);
    double ofLoop = loop.run(mailboxes, Surroundings.number("one-mailbox.loop-messages", 250));
    double ofMailroom = mailroom(around, mailboxes);
    double ofChained = mailroom(around, mailboxes, "--mailroom.limits.batches-in-flight=4");
    double page = (double) (NETWORK + SERVICE) / PAGE;
    double bound = 1000 / (page + (NETWORK + 5 * SERVICE) / 20.0);
    double boundOfChained = 4 * 1000 / (page + (NETWORK + 20 * SERVICE) / 20.0);
    return List.of(
        Figure.atLeast(
            "one mailbox, 30 + 20 ms, against the SDK loop",
            "messages/s",
            ofMailroom,
            ofLoop,
            "messages/s",
            7),
        Figure.atLeast(
            "the same against the model's bound",
            "messages/s",
            ofMailroom,
            bound,
            "messages/s",
            0.92),
        Figure.atLeast(
            "with batches-in-flight: 4, against the SDK loop",
            "messages/s",
            ofChained,
            ofLoop,
            "messages/s",
            7),
        Figure.atLeast(
            "the same against the bound of that",
            "messages/s",
            ofChained,
            boundOfChained,
            "messages/s",
            0.92));
  }

  private static double mailroom(Surroundings around, List<String> mailboxes, String... settings)
      throws Exception {
    List<String> accounts = List.of(Settings.id(mailboxes.get(0)));
    try (BenchRuntime mailroom = around.mailroom(mailboxes, settings)) {
      // warm, without the delays
      around.tenant().latency(0, 0);
      around.tenant().unread(mailboxes.get(0));
      mailroom.run(accounts);
      around.tenant().unread(mailboxes.get(0));
      mailroom.forget();
      around.tenant().latency(NETWORK, SERVICE);
      long begin = System.nanoTime();
      int imported = mailroom.run(accounts);
      return imported * 1e9 / (System.nanoTime() - begin);
    }
  }
}
