package org.mailroom.routes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.component.direct.DirectConsumer;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.impl.engine.DefaultRouteStartupOrder;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.spi.RouteStartupOrder;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.mailroom.routes.ParsedFile.ParsedRoute;

/**
 * Puts routes in the place of running ones without losing a message: who sends to such a route
 * waits, what is in it goes to its end, then it is replaced and takes what waits. Callers before
 * the called, so that what is in a route still finds those that it calls.
 *
 * <p>Camel's own graceful stop isn't used: it lets a {@code direct:} route take new messages until
 * none comes, and a {@code seda:} route work its whole queue off.
 */
final class RouteSwap {

  /**
   * Shorter than the time that a {@code direct:} producer waits for a consumer, 30 s: nobody who
   * waits gives up.
   */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  private static final long PAUSE = 20;
  private static final long POLL = 500;

  private final CamelContext camel;
  private final Model model;
  private final Duration longestWait;

  RouteSwap(CamelContext camel, Duration longestWait) {
    this.camel = camel;
    this.model = camel.getCamelContextExtension().getContextPlugin(Model.class);
    this.longestWait = longestWait;
  }

  /** Messages were still in the routes when the wait was over; all goes on as before. */
  static final class StillBusyException extends Exception {

    StillBusyException(String route, int messages) {
      super("route " + route + " still has " + messages + " in hand");
    }
  }

  /**
   * Replaces files by others.
   *
   * @throws StillBusyException nothing was replaced, for the routes don't come to rest; later they
   *     may
   * @throws RouteFileException a new one can't be started; the old ones run again
   */
  void replace(Collection<ParsedFile> out, Collection<ParsedFile> in) throws Exception {
    Set<String> locations =
        out.stream().map(file -> file.file().location()).collect(Collectors.toSet());
    List<Route> old =
        new ArrayList<>(
            callersFirst(
                camel.getRoutes().stream()
                    .filter(route -> isFrom(locations, route.getSourceResource()))
                    .toList(),
                out));
    old.addAll(0, sourcesOf(old));
    Set<String> stopped =
        old.stream()
            .map(Route::getRouteId)
            .filter(id -> !camel.getRouteController().getRouteStatus(id).isStarted())
            .collect(Collectors.toSet());
    bringToRest(old.stream().filter(route -> !stopped.contains(route.getRouteId())).toList());
    remove(old, locations);
    try {
      add(in, stopped);
    } catch (Exception e) {
      Set<String> added =
          in.stream().map(file -> file.file().location()).collect(Collectors.toSet());
      remove(
          camel.getRoutes().stream()
              .filter(route -> isFrom(added, route.getSourceResource()))
              .toList(),
          added);
      add(out, stopped);
      throw e;
    }
  }

  /**
   * The kamelets that routes begin with: Camel made a route of each, which feeds the other and has
   * to come to rest before it.
   */
  private List<Route> sourcesOf(List<Route> routes) {
    return routes.stream()
        .map(Route::getEndpoint)
        .filter(KameletEndpoint.class::isInstance)
        .map(endpoint -> camel.getRoute(((KameletEndpoint) endpoint).getRouteId()))
        .filter(Objects::nonNull)
        .toList();
  }

  private static boolean isFrom(Set<String> locations, org.apache.camel.spi.Resource resource) {
    return resource != null && locations.contains(resource.getLocation());
  }

  private static List<Route> callersFirst(List<Route> routes, Collection<ParsedFile> files) {
    List<ParsedRoute> parsed = files.stream().flatMap(file -> file.routes().stream()).toList();
    Set<String> order = new LinkedHashSet<>();
    parsed.forEach(route -> visit(route, parsed, order, new LinkedHashSet<>()));
    List<String> calledFirst = List.copyOf(order);
    List<Route> sorted = new ArrayList<>(routes);
    sorted.sort(
        (a, b) -> calledFirst.indexOf(b.getRouteId()) - calledFirst.indexOf(a.getRouteId()));
    return sorted;
  }

  private static void visit(
      ParsedRoute route, List<ParsedRoute> all, Set<String> order, Set<ParsedRoute> path) {
    if (path.add(route)) {
      all.stream()
          .filter(other -> route.calls().contains(other.from()))
          .forEach(other -> visit(other, all, order, path));
      order.add(String.valueOf(route.id()));
    }
  }

  private void bringToRest(List<Route> routes) throws StillBusyException, InterruptedException {
    long end = System.nanoTime() + longestWait.toNanos();
    List<Route> paused = new ArrayList<>();
    try {
      for (Route route : routes) {
        paused.add(route);
        ServiceHelper.suspendService(route.getConsumer());
        waitUntilEmpty(route.getRouteId(), untilAtRest(route), end);
      }
    } catch (StillBusyException | InterruptedException | RuntimeException e) {
      paused.forEach(route -> ServiceHelper.resumeService(route.getConsumer()));
      throw e;
    }
  }

  /**
   * How long a route has to be empty. Who has found the consumer of a direct route is counted a
   * moment later; what polls may have been polling when it was paused, and take what comes until
   * that poll is over.
   */
  private static long untilAtRest(Route route) {
    if (route.getConsumer() instanceof DirectConsumer) {
      return 2 * PAUSE;
    }
    return POLL + (route.getEndpoint() instanceof SedaEndpoint seda ? seda.getPollTimeout() : POLL);
  }

  private void waitUntilEmpty(String route, long atRest, long end)
      throws StillBusyException, InterruptedException {
    long empty = 0;
    while (empty < atRest) {
      int messages = camel.getInflightRepository().size(route);
      if (messages > 0 && System.nanoTime() > end) {
        throw new StillBusyException(route, messages);
      }
      Thread.sleep(PAUSE);
      empty = messages == 0 ? empty + PAUSE : 0;
    }
  }

  private void remove(List<Route> routes, Set<String> locations) throws Exception {
    for (Route route : routes) {
      for (RouteStartupOrder order :
          List.copyOf(camel.getCamelContextExtension().getRouteStartupOrder())) {
        if (order.getRoute() == route && order instanceof DefaultRouteStartupOrder started) {
          started.getRouteService().stop();
        }
      }
      camel.removeRoute(route.getRouteId());
      if (route.getEndpoint() instanceof KameletEndpoint source) {
        // only a new one makes a new route of its kamelet
        camel.removeEndpoint(source);
      }
    }
    List<String> removed = routes.stream().map(Route::getRouteId).toList();
    for (RouteDefinition definition : List.copyOf(model.getRouteDefinitions())) {
      if (isFrom(locations, definition.getResource())
          || (definition.isKamelet() != null && removed.contains(definition.getRouteId()))) {
        model.removeRouteDefinition(definition);
      }
    }
    for (RouteConfigurationDefinition configuration :
        List.copyOf(model.getRouteConfigurationDefinitions())) {
      if (isFrom(locations, configuration.getResource())) {
        model.removeRouteConfiguration(configuration);
      }
    }
    for (RouteTemplateDefinition template : List.copyOf(model.getRouteTemplateDefinitions())) {
      if (isFrom(locations, template.getResource())) {
        model.removeRouteTemplateDefinition(template);
      }
    }
  }

  private void add(Collection<ParsedFile> files, Set<String> stopped) throws Exception {
    Map<RouteFile, Collection<RoutesBuilder>> builders = new LinkedHashMap<>();
    for (ParsedFile file : files) {
      builders.put(
          file.file(),
          PluginHelper.getRoutesLoader(camel).findRoutesBuilders(List.of(file.file().resource())));
    }
    each(
        builders,
        builder -> {
          if (builder instanceof RouteConfigurationsBuilder configurations) {
            configurations.updateRouteConfigurationsToCamelContext(camel);
          }
        });
    each(
        builders,
        builder -> {
          builder.updateRoutesToCamelContext(camel);
          camel.addTemplatedRoutes(builder);
        });
    for (Route route : camel.getRoutes()) {
      if (stopped.contains(route.getRouteId())) {
        camel.getRouteController().stopRoute(route.getRouteId());
      }
    }
  }

  private interface Addition {
    void add(RoutesBuilder builder) throws Exception;
  }

  private static void each(Map<RouteFile, Collection<RoutesBuilder>> builders, Addition addition) {
    builders.forEach(
        (file, ofFile) -> {
          for (RoutesBuilder builder : ofFile) {
            try {
              addition.add(builder);
            } catch (Exception e) {
              throw RouteFileException.of(file, e);
            }
          }
        });
  }
}
