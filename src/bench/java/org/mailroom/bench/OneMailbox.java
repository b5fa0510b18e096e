package org.mailroom.bench;

import java.util.List;
import org.mailroom.BenchRuntime;

/**
 * One mailbox, 30 ms of network and 20 ms of service a request, against the loop and against the bound of this model.
 *
 * <p>The bound: at most four requests or parts are in flight for a mailbox, and whoever sends only knows that one has ended when its answer is
 * there. So each of four places carries, one after the other, requests of 30 ms and of 20 ms for every part. A message costs a hundredth of a
 * page (30 + 20 ms) and a twentieth of a batch (30 + 20 · 20 ms): 22 ms of a place, 181.8 messages a second with four of them.
 */
final class OneMailbox implements Row {

  private static final int NETWORK = 30;
  private static final int SERVICE = 20;

  @Override
  public String name() {
    return "one-mailbox";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int messages = Surroundings.number("one-mailbox.messages", 4_000);
    List<String> mailboxes = around.mailboxes(1, messages);
    List<String> accounts = List.of(Settings.id(mailboxes.get(0)));
    SdkLoop loop = new SdkLoop(around.tenant(), around.database());
    try (BenchRuntime mailroom = around.mailroom(mailboxes)) {
      // warm, without the delays
      mailroom.run(accounts);
      loop.run(mailboxes, 1000);
      around.tenant().unread(mailboxes.get(0));
      mailroom.forget();
      around.tenant().latency(NETWORK, SERVICE);
      double ofLoop = loop.run(mailboxes, Surroundings.number("one-mailbox.loop-messages", 250));
      around.tenant().unread(mailboxes.get(0));
      long begin = System.nanoTime();
      int imported = mailroom.run(accounts);
      double ofMailroom = imported * 1e9 / (System.nanoTime() - begin);
      double bound = 4 * 1000.0 / ((NETWORK + SERVICE) / 100.0 + (NETWORK + 20 * SERVICE) / 20.0);
      return List.of(
          Figure.atLeast("one mailbox, 30 + 20 ms, against the SDK loop", "messages/s", ofMailroom, ofLoop, "messages/s", 7),
          Figure.atLeast("the same against the model's bound", "messages/s", ofMailroom, bound, "messages/s", 0.92));
    }
  }
}
