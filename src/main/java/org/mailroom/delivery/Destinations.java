package org.mailroom.delivery;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * The destinations of {@code mailroom.destinations}: a name and the Camel endpoint that takes the messages.
 *
 * <p>A destination gets message by message, unless it is a route that declares a list as its input type ({@code inputType:
 * urn: java:java.util.List}): it takes the messages of a page together.
 */
@Component
final class Destinations {

  private static final String LIST = "java:" + java.util.List.class.getName();

  private final Map<String, String> endpoints;
  private final CamelContext camel;

  Destinations(MailroomProperties properties, CamelContext camel) {
    this.endpoints = properties.destinations();
    this.camel = camel;
  }

  String endpoint(String destination) {
    return endpoints.get(destination);
  }

  boolean acceptsPage(String destination) {
    String endpoint = endpoint(destination).replace("://", ":");
    for (RouteDefinition route : camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions()) {
      if (endpoint.equals(route.getInput().getEndpointUri().replace("://", ":"))) {
        return route.getInputType() != null && LIST.equals(route.getInputType().getUrn());
      }
    }
    return false;
  }
}
