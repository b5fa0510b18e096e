package org.mailroom.graph;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.util.UnsafeUriCharactersEncoder;

/**
 * Addresses below the configured Graph root. Path segments (ids, mailboxes, folder names) and option values are percent-encoded
 * exactly once, as RFC 3986 says.
 */
public final class GraphUris {

  private final URI root;

  /**
   * @param root {@code mailroom.graph-url}
   */
  public GraphUris(URI root) {
    this.root = root;
  }

  /** An address with query options, in their order. */
  public URI of(Map<String, String> options, String... segments) {
    StringBuilder uri = new StringBuilder(root.toString());
    for (String segment : segments) {
      uri.append('/').append(encode(segment));
    }
    if (!options.isEmpty()) {
      uri.append(options.entrySet().stream()
          .map(option -> option.getKey() + "=" + encode(option.getValue()))
          .collect(Collectors.joining("&", "?", "")));
    }
    return URI.create(uri.toString());
  }

  public URI of(String... segments) {
    return of(Map.of(), segments);
  }

  /** The path of a message from the version on, as a part of a JSON batch names it. */
  static String relative(String... segments) {
    return java.util.Arrays.stream(segments).map(GraphUris::encode).collect(Collectors.joining("/", "/", ""));
  }

  /** Query options from names and values in turn. */
  public static Map<String, String> options(String... namesAndValues) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      options.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return options;
  }

  /**
   * Reads a link that the service gave: as it is, but that what may not stand in an address (a space of a filter, say) is percent-encoded.
   *
   * @throws IllegalArgumentException when it is no address all the same
   */
  public static URI link(String given) {
    try {
      return new URI(given);
    } catch (URISyntaxException notEncoded) {
      return URI.create(UnsafeUriCharactersEncoder.encodeHttpURI(given));
    }
  }

  /** Whether a token may be sent there: the configured scheme, host and port, and nothing else. */
  public boolean owns(URI uri) {
    return root.getScheme().equalsIgnoreCase(uri.getScheme())
        && root.getHost().equalsIgnoreCase(uri.getHost())
        && port(root) == port(uri)
        && uri.getRawUserInfo() == null;
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "http".equalsIgnoreCase(uri.getScheme()) ? 80 : 443;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%7E", "~");
  }
}
