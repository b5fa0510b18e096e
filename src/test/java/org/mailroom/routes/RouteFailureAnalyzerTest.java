package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.RuntimeCamelException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;

class RouteFailureAnalyzerTest {

  private static final RouteFile FILE = new RouteFile("alert.camel.yaml", "routes/alert.camel.yaml", "file:routes/alert.camel.yaml", "x");

  private static FailureAnalysis analyze(Throwable failure) {
    RunningRoutes running = new RunningRoutes();
    running.set(List.of(new ParsedFile(FILE, List.of(), List.of(new ParsedFile.ParsedRoute("alert", "direct:alert", List.of(), Set.of())))));
    return new RouteFailureAnalyzer(new StaticListableBeanFactory(java.util.Map.of("runningRoutes", running))).analyze(failure);
  }

  @Test
  void a_file_that_can_not_be_taken_is_told_in_its_own_words() {
    FailureAnalysis analysis = analyze(new RuntimeCamelException(new RouteFileException(FILE, "the id alert is taken by a route in routes/a.camel.yaml")));
    assertThat(analysis.getDescription()).isEqualTo("A route file can't be taken. routes/alert.camel.yaml: the id alert is taken by a route in routes/a.camel.yaml");
    assertThat(analysis.getAction()).contains("mailroom.routes");
  }

  @Test
  void a_route_that_can_not_start_is_told_with_its_file_and_a_missing_component_with_what_to_do() {
    FailureAnalysis analysis = analyze(new IllegalStateException(new FailedToCreateRouteException("alert", null, "x", new IllegalArgumentException("No endpoint could be found for: kafka://x, please check"))));
    assertThat(analysis.getDescription()).startsWith("A route can't be started. routes/alert.camel.yaml: route alert: the component kafka isn't in the jar: put camel-kafka in version 4.18.0")
        .contains("into lib/");
  }

  @Test
  void what_is_not_of_a_route_is_left_to_others() {
    assertThat(analyze(new IllegalStateException("else"))).isNull();
  }
}
