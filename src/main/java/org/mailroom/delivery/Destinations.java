package org.mailroom.delivery;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.DestinationProperties;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * The destinations of {@code mailroom.destinations}: a name and the Camel endpoint that takes the
 * messages, one by one or, with {@code pages: true}, those of a page together; and those that
 * routes are which read a mailbox. Safe for use by several threads.
 */
@Component
public final class Destinations {

  private final Map<String, DestinationProperties> destinations;
  private final MailroomProperties.Retry retry;
  private final Map<String, DestinationProperties> ofRoutes = new ConcurrentHashMap<>();

  Destinations(MailroomProperties properties) {
    this.destinations = properties.destinations();
    this.retry = properties.retry();
  }

  /**
   * A route takes the messages of a mailbox, one by one. It stays known when it is stopped: then
   * what is for it waits.
   */
  public void addOfRoute(String name, String endpoint) {
    ofRoutes.put(name, DestinationProperties.of(endpoint, false));
  }

  boolean isKnown(String destination) {
    return find(destination) != null;
  }

  Set<String> names() {
    Set<String> names = new TreeSet<>(destinations.keySet());
    names.addAll(ofRoutes.keySet());
    return names;
  }

  private @Nullable DestinationProperties find(String destination) {
    return destinations.getOrDefault(destination, ofRoutes.get(destination));
  }

  /** Returns null when there is no such destination. */
  public @Nullable String endpoint(String destination) {
    DestinationProperties known = find(destination);
    return known == null ? null : known.uri();
  }

  /**
   * How often and when what it refused is tried again; {@code mailroom.retry} where it doesn't say,
   * or isn't a destination.
   */
  MailroomProperties.Retry retry(String destination) {
    DestinationProperties known = find(destination);
    return known == null ? retry : known.retryOr(retry);
  }

  boolean acceptsPage(String destination) {
    DestinationProperties known = find(destination);
    return known != null && known.takesPages();
  }
}
