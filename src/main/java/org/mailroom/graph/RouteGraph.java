package org.mailroom.graph;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.mailroom.settings.Causes;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Asks through the route {@code ask-graph}. Safe for use by several threads. */
@Component
final class RouteGraph implements Graph {

  private static final String ROUTE = "direct:ask-graph";

  private final ProducerTemplate camel;

  RouteGraph(@Lazy ProducerTemplate camel) {
    this.camel = camel;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T ask(GraphRequest<T> request) {
    Exchange answered = camel.send(ROUTE, exchange -> exchange.getMessage().setBody(request));
    Exception failure = answered.getException();
    if (failure == null) {
      return (T) answered.getMessage().getBody();
    }
    Throwable sentence = Causes.sentence(failure).orElse(failure);
    Optional<RouteNotRunningException> nobody = RouteNotRunningException.of(sentence);
    if (nobody.isPresent()) {
      throw nobody.get();
    }
    if (sentence instanceof RuntimeException raised) {
      throw raised;
    }
    throw new IllegalStateException(failure);
  }
}
