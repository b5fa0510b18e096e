package org.mailroom.monitoring;

import java.util.List;
import java.util.stream.Collectors;
import org.mailroom.schedule.Node;
import org.mailroom.schedule.Nodes;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;
import org.springframework.stereotype.Component;

/**
 * Health {@code nodes}: {@code WARNING} while a node is missed, with which and what to do. This
 * node isn't down because of that.
 */
@Component("nodesHealthIndicator")
final class NodesHealth extends AbstractHealthIndicator {

  private static final Status WARNING = new Status("WARNING");

  private final Nodes nodes;
  private final MissedNodes missed;

  NodesHealth(Nodes nodes, MissedNodes missed) {
    this.nodes = nodes;
    this.missed = missed;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    List<Node> gone = missed.all();
    health
        .status(gone.isEmpty() ? Status.UP : WARNING)
        .withDetail("self", nodes.self().name())
        .withDetail(
            "nodes",
            nodes.all().stream()
                .filter(node -> node.isRuntime() && !node.missed())
                .map(Node::name)
                .toList());
    if (!gone.isEmpty()) {
      health.withDetail(
          "reason", gone.stream().map(MissedNodes::inWords).collect(Collectors.joining(" ")));
    }
  }
}
