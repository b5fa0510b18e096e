package org.mailroom.delivery;

import java.util.Map;
import java.util.Set;
import org.mailroom.settings.DestinationProperties;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * The destinations of {@code mailroom.destinations}: a name and the Camel endpoint that takes the messages, one by one or, with
 * {@code pages: true}, those of a page together.
 */
@Component
final class Destinations {

  private final Map<String, DestinationProperties> destinations;
  private final MailroomProperties.Retry retry;

  Destinations(MailroomProperties properties) {
    this.destinations = properties.destinations();
    this.retry = properties.retry();
  }

  boolean isKnown(String destination) {
    return destinations.containsKey(destination);
  }

  Set<String> names() {
    return destinations.keySet();
  }

  /** Returns null when there is no such destination. */
  String endpoint(String destination) {
    DestinationProperties known = destinations.get(destination);
    return known == null ? null : known.uri();
  }

  /** How often and when what it refused is tried again; {@code mailroom.retry} where it doesn't say, or isn't a destination. */
  MailroomProperties.Retry retry(String destination) {
    DestinationProperties known = destinations.get(destination);
    return known == null ? retry : known.retryOr(retry);
  }

  boolean acceptsPage(String destination) {
    DestinationProperties known = destinations.get(destination);
    return known != null && known.takesPages();
  }
}
