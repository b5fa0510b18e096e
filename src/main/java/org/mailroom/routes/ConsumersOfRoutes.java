package org.mailroom.routes;

import java.util.Collection;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.LifecycleStrategySupport;
import org.springframework.stereotype.Component;

/**
 * What a route begins with logs what the route fails with, stack trace and all: not what was told
 * in a line already.
 */
@Component
final class ConsumersOfRoutes extends LifecycleStrategySupport {

  private final RouteFailures failures;

  ConsumersOfRoutes(RouteFailures failures) {
    this.failures = failures;
  }

  @Override
  public void onRoutesAdd(Collection<Route> routes) {
    for (Route route : routes) {
      if (route.getConsumer() instanceof DefaultConsumer consumer
          && !(consumer.getExceptionHandler() instanceof WhatIsNew)) {
        consumer.setExceptionHandler(new WhatIsNew(consumer.getExceptionHandler(), failures));
      }
    }
  }

  private record WhatIsNew(ExceptionHandler handler, RouteFailures failures)
      implements ExceptionHandler {

    @Override
    public void handleException(Throwable exception) {
      if (!failures.isTold(exception)) {
        handler.handleException(exception);
      }
    }

    @Override
    public void handleException(String message, Throwable exception) {
      if (!failures.isTold(exception)) {
        handler.handleException(message, exception);
      }
    }

    @Override
    public void handleException(String message, Exchange exchange, Throwable exception) {
      if (!failures.isTold(exception)) {
        handler.handleException(message, exchange, exception);
      }
    }
  }
}
