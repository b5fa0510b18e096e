package org.mailroom.bench;

import java.util.List;
import org.mailroom.BenchRuntime;

/**
 * Fifty mailboxes without delay, against the loop with a thread each: the best of the rounds of
 * each, which take turns.
 */
final class FiftyMailboxes implements Row {

  @Override
  public String name() {
    return "fifty-mailboxes";
  }

  @Override
  public List<Figure> measure(Surroundings around) throws Exception {
    int count = Surroundings.number("fifty-mailboxes.count", 50);
    List<String> mailboxes =
        around.mailboxes(count, Surroundings.number("fifty-mailboxes.messages", 400));
    List<String> accounts = mailboxes.stream().map(Settings::id).toList();
    SdkLoop loop = new SdkLoop(around.tenant(), around.database());
    double ofLoop = 0;
    double ofMailroom = 0;
    try (BenchRuntime mailroom = around.mailroom(mailboxes)) {
      // the first round of each warms up
      for (int round = 0; round <= Surroundings.number("fifty-mailboxes.rounds", 3); round++) {
        double slow =
            loop.run(mailboxes, Surroundings.number("fifty-mailboxes.loop-messages", 150));
        for (String mailbox : mailboxes) {
          around.tenant().unread(mailbox);
        }
        mailroom.forget();
        System.gc();
        long begin = System.nanoTime();
        int imported = mailroom.run(accounts);
        double fast = imported * 1e9 / (System.nanoTime() - begin);
        System.out.println(
            Figure.text(
                "  round %d: loop %.0f, Mailroom %.0f messages/s, %.2f times",
                round, slow, fast, fast / slow));
        ofLoop = round == 0 ? 0 : Math.max(ofLoop, slow);
        ofMailroom = round == 0 ? 0 : Math.max(ofMailroom, fast);
      }
    }
    return List.of(
        Figure.atLeast(
            count + " mailboxes, no delay, against the SDK loop",
            "messages/s",
            ofMailroom,
            ofLoop,
            "messages/s",
            4));
  }
}
