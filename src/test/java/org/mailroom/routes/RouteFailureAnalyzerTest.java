package org.mailroom.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.RuntimeCamelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.mock.env.MockEnvironment;

class RouteFailureAnalyzerTest {

  private static final RouteFile FILE =
      new RouteFile(
          "alert.camel.yaml", "routes/alert.camel.yaml", "file:routes/alert.camel.yaml", "x");

  @TempDir private Path folder;

  private FailureAnalysis analyze(Throwable failure) {
    return new RouteFailureAnalyzer(
            new MockEnvironment().withProperty("mailroom.routes", "file:" + folder))
        .analyze(failure);
  }

  @Test
  void a_file_that_can_not_be_taken_is_told_in_its_own_words() {
    FailureAnalysis analysis =
        analyze(
            new RuntimeCamelException(
                new RouteFileException(
                    FILE, "the id alert is taken by a route in routes/a.camel.yaml")));
    assertThat(analysis.getDescription())
        .isEqualTo(
            "A route file can't be taken. routes/alert.camel.yaml: the id alert is taken by a route"
                + " in routes/a.camel.yaml");
    assertThat(analysis.getAction()).contains("mailroom.routes");
  }

  @Test
  void a_route_that_can_not_start_is_told_with_its_file_and_a_missing_component_with_what_to_do()
      throws Exception {
    Files.writeString(
        folder.resolve("alert.camel.yaml"), RoutesUnderTest.answers("alert", "direct:alert", "x"));
    FailureAnalysis analysis =
        analyze(
            new IllegalStateException(
                new FailedToCreateRouteException(
                    "alert",
                    null,
                    "x",
                    new IllegalArgumentException(
                        "No endpoint could be found for: kafka://x, please check"))));
    assertThat(analysis.getDescription())
        .startsWith(
            "A route can't be started. "
                + folder.getFileName()
                + "/alert.camel.yaml: route alert: the component kafka isn't in the jar: put"
                + " camel-kafka in version 4.18.0")
        .contains("into lib/");
  }

  @Test
  void what_is_not_of_a_route_is_left_to_others() {
    assertThat(analyze(new IllegalStateException("else"))).isNull();
  }
}
