package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The part of Entra ID that Mailroom uses: the token endpoint with the grant of client credentials. */
final class DemoIdentityPlatform {

  private record Application(String secret, Set<String> roles) {}

  private record Token(Set<String> roles, Instant expires) {}

  private final String tenantId;
  private final Clock clock;
  private final Duration tokenLifetime;
  private final Map<String, Application> applications = new ConcurrentHashMap<>();
  private final Map<String, Token> tokens = new ConcurrentHashMap<>();
  private final AtomicInteger tokenRequests = new AtomicInteger();

  DemoIdentityPlatform(String tenantId, Clock clock, Duration tokenLifetime) {
    this.tenantId = tenantId;
    this.clock = clock;
    this.tokenLifetime = tokenLifetime;
  }

  void register(String clientId, String secret, Set<String> roles) {
    applications.put(clientId, new Application(secret, roles));
  }

  void revokeAll() {
    tokens.clear();
  }

  int tokenRequests() {
    return tokenRequests.get();
  }

  /** Answers a POST to {@code /{tenant}/oauth2/v2.0/token}. */
  DemoAnswer token(String tenant, String form, String authorization) {
    tokenRequests.incrementAndGet();
    Map<String, String> fields = fields(form);
    if (authorization != null && authorization.startsWith("Basic ")) {
      String[] pair = new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8).split(":", 2);
      fields.putIfAbsent("client_id", URLDecoder.decode(pair[0], StandardCharsets.UTF_8));
      fields.putIfAbsent("client_secret", URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
    }
    if (!tenant.equals(tenantId)) {
      return error(400, "invalid_request", 90002, "Tenant '" + tenant + "' not found. Check to make sure you have the correct tenant ID.");
    }
    if (!"client_credentials".equals(fields.get("grant_type"))) {
      return error(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.");
    }
    Application application = applications.get(fields.getOrDefault("client_id", ""));
    if (application == null) {
      return error(400, "unauthorized_client", 700016, "Application with identifier '" + fields.get("client_id") + "' was not found in the directory.");
    }
    if (!fields.containsKey("client_secret")) {
      return error(401, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.");
    }
    if (!application.secret().equals(fields.get("client_secret"))) {
      return error(401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value.");
    }
    // client libraries add OpenID Connect's own scopes
    boolean scoped = java.util.Arrays.stream(fields.getOrDefault("scope", "").split("\\s+")).anyMatch(scope -> scope.endsWith("/.default"));
    return scoped ? issue(application) : error(400, "invalid_scope", 70011, "The provided value for scope is not valid.");
  }

  private DemoAnswer issue(Application application) {
    String value = "eyJ0eXAiOiJKV1Qi." + Base64.getUrlEncoder().withoutPadding().encodeToString((UUID.randomUUID() + "" + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8)) + ".demo";
    tokens.put(value, new Token(application.roles(), clock.instant().plus(tokenLifetime)));
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("token_type", "Bearer").put("expires_in", tokenLifetime.toSeconds()).put("ext_expires_in", tokenLifetime.toSeconds()).put("access_token", value);
    return DemoAnswer.json(200, answer);
  }

  private DemoAnswer error(int status, String error, int number, String text) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    String trace = UUID.randomUUID().toString();
    String correlation = UUID.randomUUID().toString();
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("error", error);
    answer.put("error_description", "AADSTS" + number + ": " + text + " Trace ID: " + trace + " Correlation ID: " + correlation + " Timestamp: " + now);
    answer.putArray("error_codes").add(number);
    answer.put("timestamp", now.toString()).put("trace_id", trace).put("correlation_id", correlation);
    answer.put("error_uri", "https://login.microsoftonline.com/error?code=" + number);
    return DemoAnswer.json(status, answer);
  }

  /** Returns the roles of a bearer token, or raises what Graph answers without a valid one. */
  Set<String> roles(String authorization) {
    String value = authorization != null && authorization.startsWith("Bearer ") ? authorization.substring(7) : "";
    Token token = tokens.get(value);
    if (token == null || !clock.instant().isBefore(token.expires())) {
      throw new GraphFault(401, "InvalidAuthenticationToken", value.isEmpty() ? "Access token is empty." : "Lifetime validation failed, the token is expired.",
          Map.of("WWW-Authenticate", "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\""));
    }
    return token.roles();
  }

  private static Map<String, String> fields(String form) {
    Map<String, String> fields = new HashMap<>();
    for (String pair : form.split("&")) {
      String[] parts = pair.split("=", 2);
      if (parts.length == 2) {
        fields.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return fields;
  }
}
