package org.mailroom.routes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.support.PluginHelper;

/**
 * What stands in a route file, as Camel's own loader reads it.
 *
 * @param builders can be added to the context that they were read for, once
 */
record ParsedFile(RouteFile file, Collection<RoutesBuilder> builders, List<ParsedRoute> routes) {

  /**
   * A route.
   *
   * @param id null: it has none of its own
   * @param from what it begins with, without parameters where these make no other endpoint
   * @param steps ids that somebody gave
   * @param calls the {@code direct:} endpoints that it sends to
   */
  record ParsedRoute(String id, String from, List<String> steps, Set<String> calls) {

    String shown() {
      return id == null ? "the route from " + from : "route " + id;
    }
  }

  /**
   * Reads a file.
   *
   * @throws RouteFileException when it can't be read as routes
   */
  static ParsedFile of(CamelContext camel, RouteFile file) {
    try {
      Collection<RoutesBuilder> builders =
          PluginHelper.getRoutesLoader(camel).findRoutesBuilders(List.of(file.resource()));
      List<ParsedRoute> routes = new ArrayList<>();
      for (RoutesBuilder builder : builders) {
        if (builder instanceof RouteBuilder read) {
          for (RouteDefinition route : read.configureRoutes(camel).getRoutes()) {
            routes.add(parsed(camel, route));
          }
        }
      }
      return new ParsedFile(file, builders, List.copyOf(routes));
    } catch (Exception e) {
      throw RouteFileException.of(file, e);
    }
  }

  /** The same file, to be added to a context together with others: nothing of it is built yet. */
  Collection<RoutesBuilder> unbuilt(CamelContext camel) {
    try {
      return PluginHelper.getRoutesLoader(camel).findRoutesBuilders(List.of(file.resource()));
    } catch (Exception e) {
      throw RouteFileException.of(file, e);
    }
  }

  private static ParsedRoute parsed(CamelContext camel, RouteDefinition route) {
    List<String> ids = new ArrayList<>();
    ProcessorDefinitionHelper.gatherAllNodeIds(route, ids, true, false);
    ids.remove(route.getId());
    Set<String> calls = new LinkedHashSet<>();
    for (SendDefinition<?> step :
        ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), SendDefinition.class)) {
      String uri = step.getEndpointUri();
      if (uri != null && uri.startsWith("direct:") && !uri.contains("$")) {
        calls.add(address(camel, uri));
      }
    }
    return new ParsedRoute(
        route.getId(),
        route.getInput() == null ? "" : address(camel, route.getInput().getEndpointUri()),
        ids,
        calls);
  }

  /** What a second consumer would contend for. */
  static String address(CamelContext camel, String uri) {
    String resolved = camel.resolvePropertyPlaceholders(uri).replace("://", ":");
    return resolved.matches("(direct|seda):.*") ? resolved.replaceFirst("\\?.*", "") : resolved;
  }
}
