package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** An answer before it goes out. */
record DemoAnswer(int status, String contentType, byte[] body, JsonNode json, Map<String, String> headers) {

  static DemoAnswer json(int status, JsonNode json) {
    return new DemoAnswer(status, "application/json;odata.metadata=minimal;charset=utf-8", null, json, Map.of());
  }

  static DemoAnswer bytes(String contentType, byte[] body) {
    return new DemoAnswer(200, contentType, body, null, Map.of());
  }

  static DemoAnswer empty(int status) {
    return new DemoAnswer(status, null, new byte[0], null, Map.of());
  }

  byte[] content() {
    return json != null ? wellFormed(json.toString()).getBytes(StandardCharsets.UTF_8) : body;
  }

  /** Half of a surrogate pair, which broken mail has, passes only as an escape. */
  private static String wellFormed(String json) {
    return json.chars().noneMatch(c -> Character.isSurrogate((char) c)) ? json
        : json.codePoints().collect(StringBuilder::new,
            (text, c) -> text.append(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? String.format("\\u%04x", c) : Character.toString(c)),
            StringBuilder::append).toString();
  }
}
