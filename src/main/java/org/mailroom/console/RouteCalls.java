package org.mailroom.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.TryDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Which route calls which, from Camel's own model: steps that send to the endpoint that another
 * route begins with.
 */
final class RouteCalls {

  /** An expression within an address: any text may stand there. */
  private static final String PLACE = "\\$\\{[^}]*}|\\{\\{[^}]*}}";

  private final Map<String, String> byEndpoint = new LinkedHashMap<>();
  private final Map<String, Set<String>> calls = new LinkedHashMap<>();

  RouteCalls(Collection<RouteDefinition> routes) {
    routes.forEach(route -> byEndpoint.put(name(route.getInput().getEndpointUri()), route.getId()));
    routes.forEach(
        route -> {
          Set<String> called = new LinkedHashSet<>();
          collect(route.getOutputs(), called);
          calls.put(route.getId(), called);
        });
  }

  /** The routes that a route calls, in the order of its steps. */
  List<String> of(String route) {
    return List.copyOf(calls.getOrDefault(route, Set.of()));
  }

  /** The routes that call a route. */
  List<String> callersOf(String route) {
    return calls.entrySet().stream()
        .filter(each -> each.getValue().contains(route))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The route that a step calls; null when it calls none, or several may be meant. */
  @Nullable String calledBy(ProcessorDefinition<?> step) {
    List<String> called = called(step);
    return called.size() == 1 ? called.get(0) : null;
  }

  /** The route that begins with an endpoint; null when none does. */
  @Nullable String startingAt(String uri) {
    return byEndpoint.get(name(uri));
  }

  private void collect(List<ProcessorDefinition<?>> steps, Set<String> into) {
    for (ProcessorDefinition<?> step : steps) {
      into.addAll(called(step));
      collect(inside(step), into);
    }
  }

  private List<String> called(ProcessorDefinition<?> step) {
    String uri =
        step instanceof SendDefinition<?> send
            ? send.getEndpointUri()
            : step instanceof ToDynamicDefinition dynamic ? dynamic.getUri() : null;
    if (uri == null) {
      return List.of();
    }
    String asked = name(uri);
    if (!asked.contains("{")) {
      return byEndpoint.containsKey(asked) ? List.of(byEndpoint.get(asked)) : List.of();
    }
    String[] fixed = asked.split(PLACE, -1);
    // an address that is nothing but an expression may be any
    if (fixed[0].isEmpty()) {
      return List.of();
    }
    return byEndpoint.entrySet().stream()
        .filter(
            each ->
                each.getKey().startsWith(fixed[0])
                    && each.getKey().endsWith(fixed[fixed.length - 1]))
        .map(Map.Entry::getValue)
        .filter(Objects::nonNull)
        .toList();
  }

  /** What is tried doesn't count the clauses among its outputs. */
  static List<ProcessorDefinition<?>> inside(ProcessorDefinition<?> step) {
    List<ProcessorDefinition<?>> inside = new ArrayList<>(step.getOutputs());
    if (step instanceof TryDefinition attempt) {
      List<ProcessorDefinition<?>> clauses = new ArrayList<>();
      if (attempt.getCatchClauses() != null) {
        clauses.addAll(attempt.getCatchClauses());
      }
      if (attempt.getFinallyClause() != null) {
        clauses.add(attempt.getFinallyClause());
      }
      clauses.stream().filter(clause -> !inside.contains(clause)).forEach(inside::add);
    }
    return inside;
  }

  /** Without parameters, and with one colon: {@code direct:import-page}. */
  private static String name(String uri) {
    return uri.replaceFirst("\\?.*$", "").replaceFirst("^([a-z+-]+):/*", "$1:");
  }
}
