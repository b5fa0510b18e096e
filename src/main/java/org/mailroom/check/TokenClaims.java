package org.mailroom.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The permissions in an access token, as far as they can be seen. To a client a token is opaque:
 * this is a hint for a person, and nothing else depends on it.
 */
record TokenClaims(List<String> roles, List<String> scopes) {

  /** Returns the permissions; empty when the token isn't a JWT or has no such claims in it. */
  static Optional<TokenClaims> of(String authorization, ObjectMapper json) {
    String[] parts = authorization.replaceFirst("^Bearer ", "").split("\\.");
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      JsonNode claims = json.readTree(Base64.getUrlDecoder().decode(parts[1]));
      if (claims == null || !claims.isObject()) {
        return Optional.empty();
      }
      List<String> roles = new ArrayList<>();
      claims.path("roles").forEach(role -> roles.add(role.asText()));
      List<String> scopes =
          Arrays.stream(claims.path("scp").asText("").split(" "))
              .filter(scope -> !scope.isEmpty())
              .toList();
      return Optional.of(new TokenClaims(roles, scopes));
    } catch (IOException | IllegalArgumentException notAJwt) {
      return Optional.empty();
    }
  }

  /** Whether they allow to read mail, and to change it where that is needed. */
  boolean allow(boolean changes) {
    List<String> all = new ArrayList<>(roles);
    all.addAll(scopes);
    return all.stream()
        .anyMatch(
            name ->
                name.startsWith("Mail.ReadWrite")
                    || (!changes && (name.equals("Mail.Read") || name.startsWith("Mail.Read."))));
  }

  /** No person has signed in for it. */
  boolean isOfApplication() {
    return scopes.isEmpty();
  }

  String inWords() {
    return roles.isEmpty() && scopes.isEmpty()
        ? "it has no role and no scope"
        : (roles.isEmpty() ? "" : "roles " + String.join(", ", roles))
            + (scopes.isEmpty() ? "" : "scopes " + String.join(", ", scopes));
  }
}
