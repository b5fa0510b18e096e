package org.mailroom.console;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.mailroom.monitoring.MissedNodes;
import org.mailroom.schedule.Node;
import org.mailroom.schedule.Nodes;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Who works on the database: the nodes, and the commands that run beside them. */
@Controller
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class NodesPage {

  private final Nodes nodes;
  private final MissedNodes missed;

  NodesPage(Nodes nodes, MissedNodes missed) {
    this.nodes = nodes;
    this.missed = missed;
  }

  @GetMapping("/nodes")
  String list(Model model) {
    Set<String> gone = missed.all().stream().map(Node::id).collect(Collectors.toSet());
    // one that was started again under its name is shown once, as it is now
    List<Node> all =
        nodes.all().stream()
            .filter(node -> !node.missed() || gone.contains(node.id()))
            .sorted(
                Comparator.comparing(Node::isRuntime)
                    .reversed()
                    .thenComparing(Node::name)
                    .thenComparing(Node::startedAt))
            .toList();
    List<String> versions =
        all.stream()
            .filter(node -> node.isRuntime() && !node.missed())
            .map(Node::version)
            .distinct()
            .sorted()
            .toList();
    model.addAttribute("nodes", all);
    model.addAttribute("missed", missed.all().stream().map(MissedNodes::inWords).toList());
    model.addAttribute("versions", versions.size() > 1 ? String.join(" and ", versions) : null);
    return "nodes";
  }
}
