package org.mailroom.graph;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The claims that a continuous access evaluation challenge demands of the next token ({@code WWW-Authenticate: … claims="base64"}). */
final class ClaimsChallenge {

  private static final Pattern CLAIMS = Pattern.compile("claims=\"([A-Za-z0-9+/=_-]+)\"");

  private ClaimsChallenge() {}

  /** Returns the claims as JSON, or null when the header demands none. */
  static String in(String wwwAuthenticate) {
    if (wwwAuthenticate == null || !wwwAuthenticate.contains("insufficient_claims")) {
      return null;
    }
    Matcher claims = CLAIMS.matcher(wwwAuthenticate);
    if (!claims.find()) {
      return null;
    }
    String base64 = claims.group(1).replace('-', '+').replace('_', '/');
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }
}
