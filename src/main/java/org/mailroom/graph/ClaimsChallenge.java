package org.mailroom.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The claims that a challenge demands of the next token ({@code WWW-Authenticate: …
 * claims="base64"}), such as that of continuous access evaluation. They come in base64 or
 * base64url, with padding or without; some gateways pass them on as JSON, in quotes or
 * percent-encoded.
 */
final class ClaimsChallenge {

  private static final Pattern CLAIMS =
      Pattern.compile(
          "(?<![A-Za-z0-9_-])claims\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))",
          Pattern.CASE_INSENSITIVE);

  private ClaimsChallenge() {}

  /** Returns the claims as JSON, or null when the header demands none that can be read. */
  static @Nullable String in(@Nullable String wwwAuthenticate, ObjectMapper json) {
    Matcher claims = CLAIMS.matcher(wwwAuthenticate == null ? "" : wwwAuthenticate);
    while (claims.find()) {
      String value =
          claims.group(1) != null
              ? claims.group(1).replaceAll("\\\\(.)", "$1").strip()
              : claims.group(2);
      String read = isObject(value, json) ? value : decoded(value, json);
      if (read != null) {
        return read;
      }
    }
    return null;
  }

  private static @Nullable String decoded(String value, ObjectMapper json) {
    try {
      String plain =
          value.contains("%")
              ? URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8)
              : value;
      if (isObject(plain, json)) {
        return plain;
      }
      String text =
          new String(
              Base64.getDecoder().decode(plain.replace('-', '+').replace('_', '/')),
              StandardCharsets.UTF_8);
      return isObject(text, json) ? text : null;
    } catch (IllegalArgumentException notEncoded) {
      return null;
    }
  }

  private static boolean isObject(String text, ObjectMapper json) {
    try {
      return text.startsWith("{") && json.readTree(text).isObject();
    } catch (JsonProcessingException notJson) {
      return false;
    }
  }
}
