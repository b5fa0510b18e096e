package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The access tokens that the identity platform has issued, and what Graph sees in them. Safe for
 * use by several threads.
 */
final class DemoTokens {

  /**
   * What a token allows.
   *
   * @param permissions application roles, or delegated scopes
   * @param user who signed in; null for an application
   */
  record Access(Set<String> permissions, DemoUser user) {}

  private record Token(Access access, Instant expires, String claims) {}

  private final Clock clock;
  private final Duration lifetime;
  private final Map<String, Token> tokens = new ConcurrentHashMap<>();
  private volatile String demanded;

  DemoTokens(Clock clock, Duration lifetime) {
    this.clock = clock;
    this.lifetime = lifetime;
  }

  /** Issues a token. The answer can be added to. */
  ObjectNode issue(Access access, String claims) {
    return issue(access, claims, lifetime);
  }

  /** Issues a token of another lifetime, as machines get them. */
  ObjectNode issue(Access access, String claims, Duration lifetime) {
    String value =
        "eyJ0eXAiOiJKV1Qi."
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                    (UUID.randomUUID() + "" + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8))
            + ".demo";
    tokens.put(
        value, new Token(access, clock.instant().plus(lifetime), claims == null ? "" : claims));
    return JsonNodeFactory.instance
        .objectNode()
        .put("token_type", "Bearer")
        .put("expires_in", lifetime.toSeconds())
        .put("ext_expires_in", lifetime.toSeconds())
        .put("access_token", value);
  }

  /** Whether Graph takes a token. */
  boolean isGood(String authorization) {
    try {
      access(authorization);
      return true;
    } catch (GraphFault refused) {
      return false;
    }
  }

  void revokeAll() {
    tokens.clear();
  }

  /**
   * From now on a token must have been asked for with this claim: others are answered with a claims
   * challenge.
   */
  void demand(String nbf) {
    demanded = nbf;
  }

  Set<String> values() {
    return Set.copyOf(tokens.keySet());
  }

  /** Returns what a bearer token allows, or raises what Graph answers without a valid one. */
  Access access(String authorization) {
    String value =
        authorization != null && authorization.startsWith("Bearer ")
            ? authorization.substring(7)
            : "";
    Token token = tokens.get(value);
    if (token == null || !clock.instant().isBefore(token.expires())) {
      throw new GraphFault(
          401,
          "InvalidAuthenticationToken",
          value.isEmpty()
              ? "Access token is empty."
              : "Lifetime validation failed, the token is expired.",
          Map.of(
              "WWW-Authenticate",
              "Bearer realm=\"\","
                  + " authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\""));
    }
    if (demanded != null && !token.claims().contains(demanded)) {
      String claims =
          "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"" + demanded + "\"}}}";
      throw new GraphFault(
          401,
          "InvalidAuthenticationToken",
          "Continuous access evaluation resulted in challenge with result: InteractionRequired and"
              + " code: TokenIssuedBeforeRevocationTimestamp",
          Map.of(
              "WWW-Authenticate",
              "Bearer realm=\"\","
                  + " authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\","
                  + " error=\"insufficient_claims\", claims=\""
                  + Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                  + "\""));
    }
    return token.access();
  }
}
