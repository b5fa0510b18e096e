package org.mailroom.monitoring;

import java.time.Instant;
import java.util.List;
import org.mailroom.schedule.Node;
import org.mailroom.schedule.Nodes;
import org.springframework.stereotype.Component;

/**
 * Nodes that died, or stand still, and what to do about it. One that was started again, under the
 * same name, isn't missed any more. Answers from memory, so that it can tell when the database is
 * down.
 */
@Component
public final class MissedNodes {

  private final Nodes nodes;

  MissedNodes(Nodes nodes) {
    this.nodes = nodes;
  }

  public List<Node> all() {
    return nodes.missed().stream().filter(missed -> !isBack(missed)).toList();
  }

  private boolean isBack(Node missed) {
    return nodes.all().stream()
        .anyMatch(
            other ->
                other.isRuntime()
                    && !other.missed()
                    && other.name().equals(missed.name())
                    && !other.startedAt().isBefore(missed.startedAt()));
  }

  /** In words: since when, what became of its mailboxes, what to do. */
  public static String inWords(Node missed) {
    Instant seen = missed.seenAt().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    return "Node "
        + missed.name()
        + " gave no sign of life since "
        + seen
        + ": it died, stands still, or can't reach the database. The others work its mailboxes on."
        + " Look for it and start it again; one that doesn't come back is forgotten a day after its"
        + " last sign of life.";
  }
}
