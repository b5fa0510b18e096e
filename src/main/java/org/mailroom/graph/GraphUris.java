package org.mailroom.graph;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.util.UnsafeUriCharactersEncoder;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/**
 * Addresses below the configured Graph root. Path segments (ids, mailboxes, folder names) and
 * option values are percent-encoded exactly once, as RFC 3986 says. A {@code $} stays as it is: the
 * service knows {@code $batch} and {@code $value} only so. A mailbox whose name begins with one is
 * addressed as {@code users('$…')}. Immutable.
 */
public final class GraphUris {

  private static final String USERS = "users";

  private final URI root;

  public GraphUris(URI root) {
    this.root = root;
  }

  /**
   * The address of a resource, for example {@code of("users", mailbox, "messages", id)}, with
   * options such as {@code $select}.
   */
  public URI of(Map<String, String> options, String... segments) {
    return URI.create(
        root
            + relative(segments)
            + options.entrySet().stream()
                .map(option -> option.getKey() + "=" + encode(option.getValue()))
                .collect(Collectors.joining("&", options.isEmpty() ? "" : "?", "")));
  }

  public URI of(@Nullable String... segments) {
    return of(Map.of(), segments);
  }

  /** The path of a resource from the version on, as a part of a JSON batch names it. */
  public static String relative(String... segments) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < segments.length; i++) {
      if (i == 1 && segments[0].equals(USERS) && segments[i].startsWith("$")) {
        path.append("('").append(segment(segments[i].replace("'", "''"))).append("')");
      } else {
        path.append('/').append(segment(segments[i]));
      }
    }
    return path.toString();
  }

  /** Options of an address in this order: name, value, name, value. */
  public static Map<String, String> options(String... namesAndValues) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      options.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return options;
  }

  /**
   * Reads a link that the service gave: as it is, but that what may not stand in an address (a
   * space of a filter, say) is percent-encoded.
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

  private static String segment(String text) {
    return encode(text).replace("%24", "$");
  }

  private static String encode(String text) {
    return UriUtils.encode(text, StandardCharsets.UTF_8);
  }
}
