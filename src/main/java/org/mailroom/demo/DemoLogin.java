package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The addresses of the identity platform. */
final class DemoLogin {

  private static final String LOOP =
      "AADSTS50196: The server terminated an operation because it encountered a client request"
          + " loop. Please contact your app vendor.";

  private final DemoIdentityPlatform platform;
  private final DemoAuthorizePage authorizePage;
  private final DemoTokenWatch watch;
  private final DemoViolations violations;

  DemoLogin(DemoIdentityPlatform platform, DemoTokenWatch watch, DemoViolations violations) {
    this.platform = platform;
    this.authorizePage = new DemoAuthorizePage(platform);
    this.watch = watch;
    this.violations = violations;
  }

  DemoAnswer answer(DemoExchange exchange) {
    String[] path = exchange.uri().getPath().split("/");
    String form = new String(exchange.body(), StandardCharsets.UTF_8);
    boolean post = exchange.method().equals("POST");
    String authorization = exchange.headers().get("authorization");
    if (authorization != null && authorization.startsWith("Bearer ")) {
      violations.add(
          DemoViolation.Kind.TOKEN_TO_ANOTHER_HOST,
          "",
          exchange.line(),
          "the identity platform is no place for it");
    }
    Map<String, String> fields = DemoIdentityPlatform.fields(exchange.uri().getRawQuery());
    if (post) {
      fields.putAll(DemoIdentityPlatform.fields(form));
    }
    String page = path.length > 1 ? path[path.length - 1] : "";
    return switch (path.length + " " + page) {
      case "5 token" -> post ? token(path[1], form, fields, exchange) : DemoAnswer.empty(405);
      case "5 devicecode" ->
          post ? platform.deviceAuthorization(path[1], form) : DemoAnswer.empty(405);
      case "5 authorize" -> authorizePage.authorize(path[1], fields);
      case "4 deviceauth" -> authorizePage.device(fields);
      default -> DemoAnswer.empty(404);
    };
  }

  private DemoAnswer token(
      String tenant, String form, Map<String, String> fields, DemoExchange exchange) {
    String authorization = exchange.headers().get("authorization");
    if (!watch.asks(watch.asker(fields, authorization), user(fields), fields, exchange.line())) {
      return platform.token(tenant, form, authorization);
    }
    platform.countTokenRequest();
    return "client_credentials".equals(fields.get("grant_type"))
        ? new DemoAnswer(
            429,
            "text/plain",
            LOOP.getBytes(StandardCharsets.UTF_8),
            null,
            Map.of("Retry-After", "60"))
        : platform.answer(
            new IdentityFault(400, "invalid_grant", 50196, LOOP.substring(LOOP.indexOf(' ') + 1)));
  }

  private String user(Map<String, String> fields) {
    return platform.grants().userOf(fields.getOrDefault("refresh_token", ""));
  }

  /** An answer goes out whole. */
  void sent(DemoExchange exchange, JsonNode answer) {
    if (exchange.method().equals("POST") && exchange.uri().getPath().endsWith("/token")) {
      Map<String, String> fields =
          DemoIdentityPlatform.fields(new String(exchange.body(), StandardCharsets.UTF_8));
      watch.issued(
          watch.asker(fields, exchange.headers().get("authorization")), user(fields), answer);
    }
  }
}
