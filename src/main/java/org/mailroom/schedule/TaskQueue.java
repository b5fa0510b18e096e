package org.mailroom.schedule;

import org.apache.camel.CamelContext;
import org.apache.camel.component.seda.SedaEndpoint;
import org.springframework.stereotype.Component;

/**
 * The queue of tasks between the timer and the importers, {@code seda:import-account}, as the
 * schedule sees it.
 */
@Component
class TaskQueue {

  private final CamelContext camel;

  TaskQueue(CamelContext camel) {
    this.camel = camel;
  }

  /** Whether no task waits for an importer. */
  boolean isEmpty() {
    return camel.getEndpoints().stream()
        .filter(SedaEndpoint.class::isInstance)
        .map(SedaEndpoint.class::cast)
        .filter(
            endpoint ->
                endpoint.getEndpointKey().startsWith("seda://import-account")
                    || endpoint.getEndpointUri().startsWith("seda://import-account"))
        .allMatch(endpoint -> endpoint.getExchanges().isEmpty());
  }
}
