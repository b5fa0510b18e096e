package org.mailroom.settings;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** What counts as an address of a service. */
final class WebAddress {

  private WebAddress() {}

  static boolean isHttp(URI uri) {
    return uri != null
        && uri.getHost() != null
        && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()));
  }

  /** Https; or http to this machine, as stand-ins have it. */
  static boolean isSafe(URI uri) {
    return isHttp(uri)
        && ("https".equalsIgnoreCase(uri.getScheme())
            || uri.getHost().matches("localhost|127\\.0\\.0\\.1|\\[::1]"));
  }

  static @Nullable URI withoutTrailingSlash(URI uri) {
    return uri == null ? null : URI.create(uri.toString().replaceFirst("/+$", ""));
  }
}
