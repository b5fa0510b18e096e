package org.mailroom.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.TryDefinition;
import org.apache.camel.util.URISupport;
import org.jspecify.annotations.Nullable;

/**
 * A route drawn from Camel's own model: a box a step, what is within a step further to the right,
 * lines where messages go.
 */
final class RouteDiagram {

  /**
   * What passed a step since the start.
   *
   * @param failing whether the last one that passed has failed
   */
  record Figures(long total, long failed, long inflight, long meanMillis, boolean failing) {}

  /**
   * A step.
   *
   * @param kind {@code from}, {@code eip} or {@code step}
   * @param what the step does, in Camel's words, without what is secret
   * @param calls the route that the step leads to; or null
   * @param figures null where nothing is counted
   */
  record Node(
      int x,
      int y,
      int width,
      String kind,
      String name,
      String what,
      @Nullable String calls,
      @Nullable Figures figures) {}

  record Drawing(int width, int height, List<Node> nodes, List<String> wires) {}

  private static final int BOX_WIDTH = 440;
  private static final int BOX_HEIGHT = 40;
  private static final int STEP = 54;
  private static final int INDENT = 34;
  private static final int ASIDE = 12;
  private static final int LONGEST = 62;
  private static final Set<String> EIPS =
      Set.of(
          "split",
          "choice",
          "when",
          "otherwise",
          "filter",
          "loop",
          "multicast",
          "doTry",
          "doCatch",
          "doFinally",
          "transacted",
          "onException",
          "aggregate",
          "recipientList",
          "idempotentConsumer",
          "circuitBreaker",
          "throttle",
          "wireTap");

  private final RouteCalls calls;
  private final Function<String, @Nullable Figures> figures;
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> wires = new ArrayList<>();
  private int y = 4;
  private int right;

  private RouteDiagram(RouteCalls calls, Function<String, @Nullable Figures> figures) {
    this.calls = calls;
    this.figures = figures;
  }

  /**
   * @param calls which step leads to which route
   * @param whole figures of the route itself
   * @param figures of a step by its id; null where there are none
   */
  static Drawing of(
      RouteDefinition route,
      RouteCalls calls,
      @Nullable Figures whole,
      Function<String, @Nullable Figures> figures) {
    RouteDiagram diagram = new RouteDiagram(calls, figures);
    int from =
        diagram.box(
            4,
            "from",
            "from",
            clip(URISupport.sanitizeUri(route.getInput().getEndpointUri())),
            null,
            whole);
    // what a route configuration adds stands beside the flow, not in it
    diagram.sequence(
        4, from, route.getOutputs().stream().filter(step -> !step.isAbstract()).toList());
    for (ProcessorDefinition<?> aside : route.getOutputs()) {
      if (aside.isAbstract()) {
        diagram.y += ASIDE;
        diagram.step(4, aside);
      }
    }
    return new Drawing(diagram.right + 4, diagram.y, diagram.nodes, diagram.wires);
  }

  private int box(
      int x,
      String kind,
      String name,
      String what,
      @Nullable String calls,
      @Nullable Figures counted) {
    int top = y;
    nodes.add(new Node(x, top, BOX_WIDTH, kind, name, what, calls, counted));
    right = Math.max(right, x + BOX_WIDTH);
    y += STEP;
    return top;
  }

  /** Steps one after the other. */
  private void sequence(int x, int above, List<ProcessorDefinition<?>> steps) {
    int last = above;
    for (ProcessorDefinition<?> step : steps) {
      int top = step(x, step);
      wires.add("M" + (x + 20) + " " + (last + BOX_HEIGHT) + "V" + top);
      last = top;
    }
  }

  private int step(int x, ProcessorDefinition<?> step) {
    String shortName = step.getShortName();
    int top =
        box(
            x,
            EIPS.contains(shortName) ? "eip" : "step",
            name(step),
            clip(shortName + detail(step, shortName)),
            calls.calledBy(step),
            figures.apply(step.getId()));
    List<ProcessorDefinition<?>> inside = RouteCalls.inside(step);
    if (inside.isEmpty()) {
      return top;
    }
    if (step instanceof ChoiceDefinition || step instanceof MulticastDefinition) {
      inside.forEach(branch -> branch(x, top, branch));
    } else if (step instanceof TryDefinition) {
      attempt(x, top, inside);
    } else {
      branch(x, top, inside.get(0));
      int first = nodes.size() - 1;
      sequence(x + INDENT, topOfLastAt(x + INDENT, first), inside.subList(1, inside.size()));
    }
    return top;
  }

  /** First what is tried, one after the other; then each clause by itself. */
  private void attempt(int x, int top, List<ProcessorDefinition<?>> inside) {
    List<ProcessorDefinition<?>> tried = inside.stream().filter(each -> !isClause(each)).toList();
    if (!tried.isEmpty()) {
      branch(x, top, tried.get(0));
      sequence(
          x + INDENT, topOfLastAt(x + INDENT, nodes.size() - 1), tried.subList(1, tried.size()));
    }
    inside.stream().filter(RouteDiagram::isClause).forEach(clause -> branch(x, top, clause));
  }

  private static boolean isClause(ProcessorDefinition<?> step) {
    return step.getShortName().equals("doCatch") || step.getShortName().equals("doFinally");
  }

  /** A line from the left side of the outer step to the inner one. */
  private void branch(int x, int outer, ProcessorDefinition<?> inner) {
    int top = step(x + INDENT, inner);
    wires.add(
        "M"
            + (x + 10)
            + " "
            + (outer + BOX_HEIGHT)
            + "V"
            + (top + BOX_HEIGHT / 2)
            + "H"
            + (x + INDENT));
  }

  private int topOfLastAt(int x, int from) {
    for (int i = from; i >= 0; i--) {
      if (nodes.get(i).x() == x) {
        return nodes.get(i).y();
      }
    }
    return y - STEP;
  }

  private static String name(OptionalIdentifiedDefinition<?> step) {
    return step.getId() == null || (step.getId().matches(".*\\d+$") && !step.hasCustomIdAssigned())
        ? step.getShortName()
        : step.getId();
  }

  private static String detail(ProcessorDefinition<?> step, String shortName) {
    String label = step.getLabel();
    if (label == null || label.isBlank() || label.equals(shortName)) {
      return "";
    }
    String detail =
        label.startsWith(shortName + "[") && label.endsWith("]")
            ? label.substring(shortName.length() + 1, label.length() - 1)
            : label;
    // what is caught by its name alone
    return " " + URISupport.sanitizeUri(detail).replaceAll("\\[?class (?:\\w+\\.)*(\\w+)]?", "$1");
  }

  private static String clip(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
  }
}
