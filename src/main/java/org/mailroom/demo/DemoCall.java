package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call of the Graph API, alone or as a part of a batch.
 *
 * @param segments of the path below the version, each decoded once; {@code users('a')} is two
 * @param options of the query, decoded
 * @param headers names in lower case
 * @param rawPath below the version, as it was sent
 * @param id of a part within its batch; null of a call that is none
 */
record DemoCall(
    String method,
    List<String> segments,
    Map<String, String> options,
    Map<String, String> headers,
    JsonNode body,
    String rawPath,
    String rawQuery,
    String id) {

  private static final Pattern WITH_KEY = Pattern.compile("(\\w+)\\('(.*)'\\)");

  static DemoCall of(
      String method, URI uri, String version, Map<String, String> headers, JsonNode body) {
    String path = uri.getRawPath().substring(version.length());
    return new DemoCall(
        method,
        segments(path),
        options(uri.getRawQuery()),
        headers,
        body,
        path,
        uri.getRawQuery(),
        null);
  }

  static DemoCall part(JsonNode part) {
    Map<String, String> headers = new HashMap<>();
    part.path("headers")
        .properties()
        .forEach(
            header ->
                headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue().asText()));
    String[] address = part.path("url").asText().split("\\?", 2);
    String query = address.length < 2 ? null : address[1];
    return new DemoCall(
        part.path("method").asText(),
        segments(address[0]),
        options(query),
        headers,
        part.get("body"),
        address[0],
        query,
        part.path("id").asText());
  }

  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    for (String raw : path.split("/")) {
      String segment = URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
      Matcher withKey = WITH_KEY.matcher(segment);
      if (withKey.matches()) {
        segments.add(withKey.group(1));
        segments.add(withKey.group(2).replace("''", "'"));
      } else if (!segment.isEmpty()) {
        segments.add(segment);
      }
    }
    return segments;
  }

  private static Map<String, String> options(String query) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      options.put(
          URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
          parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return options;
  }

  /** The same call below {@code /users/{user}} instead of {@code /me}. */
  DemoCall ofUser(DemoUser user) {
    if (user == null) {
      throw new GraphFault(
          400, "BadRequest", "/me request is only valid with delegated authentication flow.");
    }
    List<String> path = new ArrayList<>(segments);
    path.set(0, user.userPrincipalName());
    path.add(0, "users");
    return new DemoCall(method, path, options, headers, body, rawPath, rawQuery, id);
  }

  /** The calls of a batch. */
  List<DemoCall> parts() {
    List<DemoCall> parts = new ArrayList<>();
    for (JsonNode part : body == null ? List.<JsonNode>of() : body.path("requests")) {
      parts.add(part(part));
    }
    return parts;
  }

  boolean isPart() {
    return id != null;
  }

  boolean isBatch() {
    return segment(0).equals("$batch");
  }

  /**
   * The user whose mailbox it is, in small letters; of a batch that of its first part; empty for
   * none.
   */
  String mailbox() {
    if (isBatch()) {
      return parts().stream().findFirst().map(DemoCall::mailbox).orElse("");
    }
    return segment(0).equals("users") ? segment(1).toLowerCase(Locale.ROOT) : "";
  }

  /** Whether it counts against what a mailbox allows. */
  boolean isOfMailbox() {
    return !segment(0).equals("subscriptions") && !segment(0).equals("groups");
  }

  /**
   * A user whose name begins with a dollar sign is a key in quotes; as a segment it is taken for an
   * operation.
   */
  boolean isUserAnOperation() {
    return rawPath.matches("(?i)/?users/(\\$|%24).*");
  }

  boolean wantsImmutableIds() {
    return headers.getOrDefault("prefer", "").contains("IdType=\"ImmutableId\"");
  }

  /** Whether ids of messages or attachments come back. */
  boolean returnsMessageIds() {
    return segments.contains("messages") && !path().endsWith("/$value") && !method.equals("DELETE");
  }

  String segment(int index) {
    return index < segments.size() ? segments.get(index) : "";
  }

  int number(String option, int fallback) {
    try {
      return options.containsKey(option) ? Integer.parseInt(options.get(option)) : fallback;
    } catch (NumberFormatException e) {
      throw new GraphFault(
          400,
          "BadRequest",
          "Invalid value '" + options.get(option) + "' for " + option + " query option found.");
    }
  }

  String path() {
    return "/" + String.join("/", segments);
  }

  /** Method and address as they were sent, below the version. */
  String line() {
    return method + " " + rawPath + (rawQuery == null ? "" : "?" + rawQuery);
  }
}
