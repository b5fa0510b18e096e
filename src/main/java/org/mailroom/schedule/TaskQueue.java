package org.mailroom.schedule;

import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.StatefulService;
import org.apache.camel.component.seda.SedaEndpoint;
import org.springframework.stereotype.Component;

/**
 * The queue of tasks between the timer and the importers, {@code seda:import-account}, as the
 * schedule sees it.
 */
@Component
class TaskQueue {

  /** What the route that takes tasks begins with. */
  static final String ENDPOINT = "seda:import-account";

  private static final String KEY = "seda://import-account";

  private final CamelContext camel;

  TaskQueue(CamelContext camel) {
    this.camel = camel;
  }

  /** Whether no task waits for an importer. */
  boolean isEmpty() {
    return endpoints().allMatch(endpoint -> endpoint.getExchanges().isEmpty());
  }

  /** Whether a route that runs takes tasks. */
  boolean isServed() {
    return camel.getRoutes().stream()
        .filter(route -> isTasks(route.getEndpoint()))
        .anyMatch(
            route -> route.getConsumer() instanceof StatefulService taker && taker.isStarted());
  }

  /**
   * Takes a task back that no importer has taken up yet.
   *
   * @return whether it was there
   */
  boolean withdraw(String accountId) {
    return endpoints()
        .map(
            endpoint ->
                endpoint.getQueue().removeIf(task -> accountId.equals(task.getMessage().getBody())))
        .reduce(false, Boolean::logicalOr);
  }

  private Stream<SedaEndpoint> endpoints() {
    return camel.getEndpoints().stream().filter(TaskQueue::isTasks).map(SedaEndpoint.class::cast);
  }

  private static boolean isTasks(Endpoint endpoint) {
    return endpoint instanceof SedaEndpoint
        && (endpoint.getEndpointKey().startsWith(KEY) || endpoint.getEndpointUri().startsWith(KEY));
  }
}
