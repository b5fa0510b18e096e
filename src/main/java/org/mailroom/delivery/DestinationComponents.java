package org.mailroom.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.mailroom.routes.RouteProblem;
import org.mailroom.settings.ConfigurationException;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Tells at the start which destination names a component that isn't there, and what to put into
 * {@code lib/}.
 */
@Component
final class DestinationComponents {

  private final MailroomProperties properties;
  private final CamelContext camel;

  DestinationComponents(MailroomProperties properties, CamelContext camel) {
    this.properties = properties;
    this.camel = camel;
  }

  /**
   * @throws ConfigurationException with all that are missing
   */
  @EventListener(ApplicationStartedEvent.class)
  void require() {
    List<String> problems = new ArrayList<>();
    new TreeMap<>(properties.destinations())
        .forEach(
            (name, destination) -> {
              String scheme = destination.uri().split(":")[0];
              if (destination.uri().contains(":")
                  && scheme.matches("[A-Za-z][A-Za-z0-9.+-]*")
                  && camel.getComponent(scheme, true, false) == null) {
                problems.add(
                    "mailroom.destinations."
                        + name
                        + " = "
                        + scheme
                        + ":…: "
                        + RouteProblem.missingComponent(scheme)
                        + ".");
              }
            });
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
