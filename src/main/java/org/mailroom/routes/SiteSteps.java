package org.mailroom.routes;

import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Watches the steps of the site's routes and of destinations for failures; Camel asks it about each
 * step of each route that is built. The engine's own steps are left as they are.
 */
@Component
final class SiteSteps implements InterceptStrategy {

  private final RouteFolder folder;
  private final RouteFailures failures;
  private final Set<String> destinations;

  @Autowired
  SiteSteps(RouteFolder folder, RouteFailures failures, MailroomProperties properties) {
    this(
        folder,
        failures,
        properties.destinations().values().stream()
            .map(destination -> destination.uri().replace("://", ":"))
            .collect(Collectors.toSet()));
  }

  SiteSteps(RouteFolder folder, RouteFailures failures, Set<String> destinations) {
    this.folder = folder;
    this.failures = failures;
    this.destinations = destinations;
  }

  @Override
  public Processor wrapProcessorInInterceptors(
      CamelContext camel, NamedNode step, Processor target, Processor next) {
    RouteDefinition route =
        step instanceof ProcessorDefinition<?> definition
            ? ProcessorDefinitionHelper.getRoute(definition)
            : null;
    if (route == null || route.getResource() == null || !isWatched(route)) {
      return target;
    }
    String file = folder.shownAt(route.getResource().getLocation());
    String id = route.getRouteId();
    boolean splits =
        step instanceof SplitDefinition
            || step instanceof MulticastDefinition
            || step instanceof RecipientListDefinition<?>;
    return new DelegateAsyncProcessor(target) {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        if (splits) {
          failures.splits(exchange);
        }
        return super.process(
            exchange,
            doneSync -> {
              if (splits) {
                failures.joined(exchange);
              }
              if (exchange.getException() != null) {
                failures.failed(exchange, file, id, step.getId(), from -> isEngines(camel, from));
              }
              callback.done(doneSync);
            });
      }
    };
  }

  private boolean isWatched(RouteDefinition route) {
    if (Boolean.TRUE.equals(route.isKamelet())
        && route.getInput().getEndpointUri().startsWith("kamelet:")) {
      // the step that calls it is watched
      return false;
    }
    return "site".equals(route.getGroup())
        || !folder.isEngines(route.getResource().getLocation())
        || (route.getInput() != null
            && destinations.contains(
                route.getInput().getEndpointUri().replace("://", ":").replaceFirst("\\?.*", "")));
  }

  private boolean isEngines(CamelContext camel, String route) {
    return camel.getRoute(route) != null
        && camel.getRoute(route).getSourceResource() != null
        && folder.isEngines(camel.getRoute(route).getSourceResource().getLocation());
  }
}
