package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mailroom.settings.RouteNotRunningException;

/** What is asked from Java goes through the route, or is told why not. */
class RouteGraphTest {

  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final GraphRequest<String> request =
      GraphRequest.get(
          GraphOperation.COUNT_MESSAGES,
          "contoso",
          "support@contoso.com",
          URI.create("https://graph.microsoft.com/v1.0/users"),
          answer -> "");

  @BeforeEach
  void start() {
    camel.getComponent("direct", DirectComponent.class).setTimeout(10);
    camel.start();
  }

  @AfterEach
  void stop() {
    camel.stop();
  }

  @Test
  void the_route_is_asked() throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:ask-graph").setBody(constant("an answer"));
          }
        });
    assertThat(new RouteGraph(camel.createProducerTemplate()).ask(request)).isEqualTo("an answer");
  }

  @Test
  void without_the_route_it_is_said_which_one_does_not_run_and_what_to_do() {
    RouteGraph graph = new RouteGraph(camel.createProducerTemplate());
    assertThatThrownBy(() -> graph.ask(request))
        .isInstanceOf(RouteNotRunningException.class)
        .hasMessageStartingWith("no route that runs begins with direct:ask-graph: ")
        .hasMessageContaining("Start it in the console")
        .hasMessageNotContaining("Exchange[");
  }
}
