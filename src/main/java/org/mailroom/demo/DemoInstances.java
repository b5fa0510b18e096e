package org.mailroom.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which instances of one client are in a mailbox at the same time. All that the service sees of an
 * instance is what it says of itself in the header {@code User-Agent}: the same product with
 * different comments, as in {@code Mailroom/2.0 (one)} and {@code Mailroom/2.0 (two)}, are two
 * instances. Guarded by its owner.
 */
final class DemoInstances {

  private static final int MOST = 100;

  /** All that ever came, of clients that run wild the first hundred. */
  private final Set<String> seen = new TreeSet<>();

  /** Requests in flight, by mailbox and what their clients call themselves. */
  private final Map<String, Map<String, Integer>> inFlight = new HashMap<>();

  /**
   * A request has come. Returns which other instance of the same client has one in flight for the
   * mailbox; null when none has.
   */
  String arrived(String mailbox, String agent) {
    if (agent == null) {
      return null;
    }
    if (seen.size() < MOST) {
      seen.add(agent);
    }
    Map<String, Integer> here = inFlight.computeIfAbsent(mailbox, name -> new HashMap<>());
    String other =
        here.keySet().stream()
            .filter(each -> !each.equals(agent) && product(each).equals(product(agent)))
            .findFirst()
            .orElse(null);
    here.merge(agent, 1, Integer::sum);
    return other;
  }

  /** Requests are over. */
  void left(Set<String> mailboxes, String agent) {
    if (agent != null) {
      mailboxes.forEach(
          mailbox ->
              inFlight.computeIfPresent(
                  mailbox,
                  (name, here) -> {
                    here.computeIfPresent(
                        agent, (who, requests) -> requests == 1 ? null : requests - 1);
                    return here.isEmpty() ? null : here;
                  }));
    }
  }

  Set<String> seen() {
    return Set.copyOf(seen);
  }

  private static String product(String agent) {
    return agent.replaceFirst("[/ ].*", "");
  }
}
