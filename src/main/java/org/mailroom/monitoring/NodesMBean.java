package org.mailroom.monitoring;

import java.util.Map;
import java.util.TreeMap;
import org.mailroom.schedule.Node;
import org.mailroom.schedule.Nodes;

/** The nodes over JMX. */
final class NodesMBean implements NodesMXBean {

  private final Nodes nodes;
  private final MissedNodes missed;

  NodesMBean(Nodes nodes, MissedNodes missed) {
    this.nodes = nodes;
    this.missed = missed;
  }

  @Override
  public String getSelf() {
    return nodes.self().name();
  }

  @Override
  public String getVersion() {
    return nodes.self().version();
  }

  @Override
  public String getStarted() {
    return nodes.self().startedAt().toString();
  }

  @Override
  public int getMailboxes() {
    return nodes.self().mailboxes();
  }

  @Override
  public Map<String, String> getAll() {
    Map<String, String> all = new TreeMap<>();
    // of two with one name the later one, which is the one that runs
    nodes.all().stream()
        .sorted(java.util.Comparator.comparing(Node::startedAt))
        .forEach(
            node ->
                all.put(
                    node.name(),
                    node.kind()
                        + ", version "
                        + node.version()
                        + ", since "
                        + node.startedAt()
                        + ", "
                        + node.mailboxes()
                        + " mailboxes in hand, "
                        + (node.missed() ? "missed since " : "seen ")
                        + node.seenAt()));
    return all;
  }

  @Override
  public String[] getMissed() {
    return missed.all().stream().map(MissedNodes::inWords).toArray(String[]::new);
  }
}
