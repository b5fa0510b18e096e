package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A call of the Graph API, alone or as a part of a batch.
 *
 * @param segments of the path below the version, each decoded once
 * @param options of the query, decoded
 * @param headers names in lower case
 */
record DemoCall(String method, List<String> segments, Map<String, String> options, Map<String, String> headers, JsonNode body, String rawQuery, boolean part) {

  static DemoCall of(String method, URI uri, String version, Map<String, String> headers, JsonNode body, boolean part) {
    String path = uri.getRawPath().substring(version.length());
    List<String> segments = Arrays.stream(path.split("/")).filter(segment -> !segment.isEmpty())
        .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8)).toList();
    return new DemoCall(method, segments, options(uri.getRawQuery()), headers, body, uri.getRawQuery(), part);
  }

  private static Map<String, String> options(String query) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      options.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return options;
  }

  /** The same call below {@code /users/{user}} instead of {@code /me}. */
  DemoCall ofUser(DemoUser user) {
    if (user == null) {
      throw new GraphFault(400, "BadRequest", "/me request is only valid with delegated authentication flow.");
    }
    List<String> path = new java.util.ArrayList<>(segments);
    path.set(0, user.userPrincipalName());
    path.add(0, "users");
    return new DemoCall(method, path, options, headers, body, rawQuery, part);
  }

  boolean wantsImmutableIds() {
    return headers.getOrDefault("prefer", "").contains("IdType=\"ImmutableId\"");
  }

  String segment(int index) {
    return index < segments.size() ? segments.get(index) : "";
  }

  int number(String option, int fallback) {
    try {
      return options.containsKey(option) ? Integer.parseInt(options.get(option)) : fallback;
    } catch (NumberFormatException e) {
      throw new GraphFault(400, "BadRequest", "Invalid value '" + options.get(option) + "' for " + option + " query option found.");
    }
  }

  String path() {
    return "/" + String.join("/", segments);
  }
}
