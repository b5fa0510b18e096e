package org.mailroom.monitoring;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.stereotype.Component;

/** Health {@code routes}: down while a route is stopped or suspended. */
@Component("routesHealthIndicator")
final class RoutesHealth extends AbstractHealthIndicator {

  private final CamelContext camel;
  private final MailroomProperties properties;

  RoutesHealth(CamelContext camel, MailroomProperties properties) {
    this.camel = camel;
    this.properties = properties;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    List<String> stopped =
        camel.getRoutes().stream()
            .map(Route::getRouteId)
            .filter(id -> !camel.getRouteController().getRouteStatus(id).isStarted())
            .filter(id -> properties.polling() || !id.equals("poll-accounts"))
            .sorted()
            .toList();
    if (camel.getRoutes().isEmpty()) {
      health.down().withDetail("reason", "There is no route. Check mailroom.routes.");
    } else if (!stopped.isEmpty()) {
      health
          .down()
          .withDetail(
              "reason",
              "Stopped: "
                  + String.join(", ", stopped)
                  + ". Start them in the console or over JMX, or restart Mailroom.");
    } else {
      health.up().withDetail("started", camel.getRoutes().size());
    }
  }
}
