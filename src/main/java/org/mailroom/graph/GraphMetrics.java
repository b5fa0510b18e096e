package org.mailroom.graph;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/**
 * Counts requests to Graph: {@code mailroom.graph.requests} by operation and HTTP status ({@code none} when there was no answer), and
 * {@code mailroom.graph.throttled}, the answers that asked for patience. Operations are the dozen that Mailroom knows.
 */
@Component("graphMetrics")
public final class GraphMetrics {

  private final MeterRegistry meters;
  private final Counter throttled;

  GraphMetrics(MeterRegistry meters) {
    this.meters = meters;
    this.throttled = Counter.builder("mailroom.graph.throttled").description("Answers of Microsoft Graph that asked to wait").register(meters);
  }

  /** The answer was a success and has been read. */
  public void answered(@ExchangeProperty("request") OldGraphRequest request) {
    count(request, "200");
  }

  void refused(OldGraphRequest request, GraphException refusal) {
    count(request, refusal.status() == 0 ? "none" : Integer.toString(refusal.status()));
  }

  void throttled() {
    throttled.increment();
  }

  private void count(OldGraphRequest request, String status) {
    meters.counter("mailroom.graph.requests", "operation", request.operation(), "status", status).increment();
  }
}
