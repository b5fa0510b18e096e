package org.mailroom.settings;

import jakarta.validation.constraints.NotBlank;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where messages go. In {@code application.yaml} it is a text, the endpoint, or an object: {@code {uri: direct:…, pages: true}}.
 *
 * @param uri any Camel endpoint
 * @param pages whether it takes the messages of a page together, as a list of MailMessage, instead of one message as JSON text; null: not said,
 *     which is no, but for the packaged routes that do
 */
public record DestinationProperties(@NotBlank(message = "is missing: the Camel endpoint that takes the messages") String uri, Boolean pages) {

  private static final Map<String, DestinationProperties> PACKAGED = Map.of(
      "database", new DestinationProperties("direct:deliver-to-database", true),
      "file", new DestinationProperties("direct:deliver-to-file", true),
      "queue", new DestinationProperties("direct:deliver-to-queue", false));

  public DestinationProperties {
    uri = uri == null ? null : uri.trim();
  }

  /** The short form: the endpoint alone. The binding of settings finds this method by its name. */
  public static DestinationProperties valueOf(String uri) {
    return new DestinationProperties(uri, null);
  }

  /** Whether it takes the messages of a page together. */
  public boolean takesPages() {
    return Boolean.TRUE.equals(pages);
  }

  /** Adds the packaged destinations to a site's, and to each what the site left out. */
  static Map<String, DestinationProperties> withPackaged(Map<String, DestinationProperties> ofSite) {
    Map<String, DestinationProperties> all = new LinkedHashMap<>(PACKAGED);
    if (ofSite != null) {
      ofSite.forEach((name, destination) -> all.put(name, destination.completed(PACKAGED.get(name))));
    }
    return Map.copyOf(all);
  }

  private DestinationProperties completed(DestinationProperties sameName) {
    String endpoint = uri == null && sameName != null ? sameName.uri : uri;
    Boolean together = pages != null ? pages
        : PACKAGED.values().stream().filter(packaged -> packaged.uri.equals(endpoint)).findFirst().map(DestinationProperties::takesPages)
            .orElse(false);
    return new DestinationProperties(endpoint, together);
  }
}
