package org.mailroom.graph;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/**
 * Counts requests to Graph: {@code mailroom.graph.requests} by {@link GraphOperation#tag} and HTTP
 * status ({@code none} when there was no answer that counts), and {@code mailroom.graph.throttled},
 * the answers that asked for patience.
 */
@Component
final class GraphMetrics {

  private static final String SUCCESS = "200";

  private final MeterRegistry meters;
  private final Counter throttled;

  GraphMetrics(MeterRegistry meters) {
    this.meters = meters;
    this.throttled =
        Counter.builder("mailroom.graph.throttled")
            .description("Answers of Microsoft Graph that asked to wait")
            .register(meters);
  }

  /** The answer was a success, whatever it says about parts of the request. */
  void answered(GraphRequest<?> request) {
    count(request, SUCCESS);
  }

  void refused(GraphRequest<?> request, GraphException refusal) {
    count(request, refusal.status() == 0 ? "none" : Integer.toString(refusal.status()));
  }

  void throttled() {
    throttled.increment();
  }

  private void count(GraphRequest<?> request, String status) {
    meters
        .counter(
            "mailroom.graph.requests", "operation", request.operation().tag(), "status", status)
        .increment();
  }
}
