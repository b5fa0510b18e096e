package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An answer before it goes out.
 *
 * @param body null when it is JSON
 * @param json null when it isn't
 */
record DemoAnswer(
    int status,
    String contentType,
    byte[] body,
    JsonNode json,
    Map<String, String> headers,
    DemoSending sending) {

  private static final String JSON = "application/json;odata.metadata=minimal;charset=utf-8";

  DemoAnswer(
      int status, String contentType, byte[] body, JsonNode json, Map<String, String> headers) {
    this(status, contentType, body, json, headers, DemoSending.WHOLE);
  }

  static DemoAnswer json(int status, JsonNode json) {
    return new DemoAnswer(status, JSON, null, json, Map.of());
  }

  /** What says that it is JSON; it may break off. */
  static DemoAnswer text(String json) {
    return new DemoAnswer(
        200, JSON, wellFormed(json).getBytes(StandardCharsets.UTF_8), null, Map.of());
  }

  static DemoAnswer bytes(String contentType, byte[] body) {
    return new DemoAnswer(200, contentType, body, null, Map.of());
  }

  static DemoAnswer html(int status, String html, Map<String, String> headers) {
    return new DemoAnswer(
        status, "text/html", html.getBytes(StandardCharsets.UTF_8), null, headers);
  }

  static DemoAnswer empty(int status) {
    return new DemoAnswer(status, null, new byte[0], null, Map.of());
  }

  DemoAnswer sent(DemoSending way) {
    return new DemoAnswer(status, contentType, body, json, headers, way);
  }

  DemoAnswer content(byte[] other) {
    return new DemoAnswer(status, contentType, other, null, headers, sending);
  }

  DemoAnswer type(String other) {
    return new DemoAnswer(status, other, body, json, headers, sending);
  }

  byte[] content() {
    return json != null ? wellFormed(json.toString()).getBytes(StandardCharsets.UTF_8) : body;
  }

  /** Half of a surrogate pair, which broken mail has, passes only as an escape. */
  private static String wellFormed(String json) {
    return json.chars().noneMatch(c -> Character.isSurrogate((char) c))
        ? json
        : json.codePoints()
            .collect(
                StringBuilder::new,
                (text, c) ->
                    text.append(
                        c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE
                            ? String.format("\\u%04x", c)
                            : Character.toString(c)),
                StringBuilder::append)
            .toString();
  }
}
