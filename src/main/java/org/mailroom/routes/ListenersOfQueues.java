package org.mailroom.routes;

import org.apache.camel.Component;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@link ConsumersOfRoutes} is for other components: a JMS listener, which handles failures in
 * its own way, doesn't tell again what was told in a line.
 */
@org.springframework.stereotype.Component
final class ListenersOfQueues implements ComponentCustomizer {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.routes");

  private final RouteFailures failures;

  ListenersOfQueues(RouteFailures failures) {
    this.failures = failures;
  }

  @Override
  public void configure(String name, Component jms) {
    ((JmsComponent) jms)
        .setErrorHandler(
            failure -> {
              if (!failures.isTold(failure)) {
                LOG.warn(
                    "a route that listens to a queue failed: {}", RouteProblem.inWords(failure));
              }
            });
  }

  @Override
  public boolean isEnabled(String name, Component component) {
    return component instanceof JmsComponent;
  }
}
