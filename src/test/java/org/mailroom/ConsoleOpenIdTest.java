package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoTenant;

/**
 * Sign-in to the console with OpenID Connect, against a provider that issues real signed tokens.
 */
class ConsoleOpenIdTest {

  private static final String CLIENT = "console-client";

  private final Map<String, Object> claims = new java.util.concurrent.ConcurrentHashMap<>();
  private RSAKey key;

  @TempDir private Path folder;

  @Test
  void those_who_are_allowed_enter_and_others_are_told_whom_to_ask() throws Exception {
    key = new RSAKeyGenerator(2048).keyID("k1").generate();
    HttpServer provider = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    provider.createContext(
        "/keys", exchange -> answer(exchange, () -> new JWKSet(key.toPublicJWK()).toString()));
    provider.createContext(
        "/token",
        exchange ->
            answer(
                exchange,
                () ->
                    "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"id_token\":\""
                        + idToken()
                        + "\"}"));
    provider.start();
    String root = "http://127.0.0.1:" + provider.getAddress().getPort();
    String registration = "--spring.security.oauth2.client.registration.entra.";
    String endpoints = "--spring.security.oauth2.client.provider.entra.";
    try (DemoTenant tenant = DemoTenant.start();
        MailroomRun mailroom =
            MailroomRun.startRuntime(
                tenant,
                folder,
                registration + "client-id=" + CLIENT,
                registration + "client-secret=s",
                registration + "scope=openid,profile",
                registration + "client-name=Microsoft",
                registration + "authorization-grant-type=authorization_code",
                registration + "redirect-uri={baseUrl}/login/oauth2/code/{registrationId}",
                endpoints + "authorization-uri=" + root + "/authorize",
                endpoints + "token-uri=" + root + "/token",
                endpoints + "jwk-set-uri=" + root + "/keys",
                endpoints + "user-name-attribute=preferred_username",
                "--mailroom.public-url=http://mailroom.example/",
                "--mailroom.console.allow=object-of-anna")) {
      String here = "http://127.0.0.1:" + mailroom.port();
      assertThat(get(browser(), here + "/login").body()).contains("Sign in with Microsoft");

      claims.putAll(Map.of("preferred_username", "Anna@Contoso.com", "oid", "Object-of-Anna"));
      HttpResponse<String> page = signIn(here);
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body())
          .contains("Anna@Contoso.com")
          .contains("<h1>Overview</h1>")
          .doesNotContain("href=\"/messages\"");

      claims.putAll(
          Map.of(
              "preferred_username",
              "carl@contoso.com",
              "oid",
              "object-of-carl",
              "roles",
              List.of("Mailroom.Operator")));
      assertThat(signIn(here).body())
          .contains("<h1>Overview</h1>")
          .contains("href=\"/messages\"")
          .doesNotContain("href=\"/users\"");
      claims.put("roles", List.of("mailroom.administrator"));
      assertThat(signIn(here).body()).contains("href=\"/users\"");
      assertThat(
              mailroom
                  .database()
                  .queryForList(
                      "select who from console_trail where action = 'SIGNED_IN'", String.class))
          .contains("carl@contoso.com (object-of-carl)");

      claims.put("roles", List.of("Other"));
      assertThat(signIn(here).body())
          .contains("you may not enter this console")
          .doesNotContain("<h1>Overview</h1>");
      // what a person can write about himself opens nothing
      claims.putAll(
          Map.of(
              "preferred_username",
              "object-of-anna",
              "email",
              "object-of-anna",
              "upn",
              "object-of-anna",
              "name",
              "Mailroom.Operator"));
      assertThat(signIn(here).body()).contains("you may not enter this console");

      // a sign-in that another browser began, and one that nobody began
      claims.put("roles", List.of("Mailroom.Operator"));
      URI away =
          URI.create(
              get(browser(), here + "/oauth2/authorization/entra")
                  .headers()
                  .firstValue("Location")
                  .orElseThrow());
      String state = away.getRawQuery().replaceAll(".*state=([^&]+).*", "$1");
      assertThat(
              get(browser(), here + "/login/oauth2/code/entra?code=c&state=" + state)
                  .headers()
                  .firstValue("Location")
                  .orElseThrow())
          .contains("error=provider");
      HttpResponse<String> anonymous = get(browser(), here + "/oauth2/authorization/entra");
      assertThat(anonymous.headers().allValues("Set-Cookie"))
          .noneMatch(cookie -> cookie.startsWith("mailroom="))
          .anySatisfy(
              cookie ->
                  assertThat(cookie)
                      .startsWith("mailroom-sign-in=")
                      .contains("HttpOnly")
                      .contains("SameSite=Lax")
                      .doesNotContain(state));
    } finally {
      provider.stop(0);
    }
  }

  /** As a browser does it, except that the public address is this one. */
  private HttpResponse<String> signIn(String here) throws Exception {
    HttpClient browser = browser();
    URI away =
        URI.create(
            get(browser, here + "/oauth2/authorization/entra")
                .headers()
                .firstValue("Location")
                .orElseThrow());
    Map<String, String> asked =
        Stream.of(away.getRawQuery().split("&"))
            .map(part -> part.split("=", 2))
            .collect(
                Collectors.toMap(
                    part -> part[0],
                    part -> java.net.URLDecoder.decode(part[1], StandardCharsets.UTF_8)));
    assertThat(asked)
        .containsEntry("redirect_uri", "http://mailroom.example/login/oauth2/code/entra")
        .containsEntry("response_type", "code");
    claims.put("nonce", asked.get("nonce"));
    HttpResponse<String> back =
        get(
            browser,
            here
                + "/login/oauth2/code/entra?code=c&state="
                + URLEncoder.encode(asked.get("state"), StandardCharsets.UTF_8));
    assertThat(back.statusCode()).isEqualTo(302);
    String next = URI.create(back.headers().firstValue("Location").orElseThrow()).getPath();
    String query = URI.create(back.headers().firstValue("Location").orElseThrow()).getRawQuery();
    return get(browser, here + next + (query == null ? "" : "?" + query));
  }

  private static HttpClient browser() {
    return HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
  }

  private static HttpResponse<String> get(HttpClient browser, String address) throws Exception {
    return browser.send(
        HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private String idToken() {
    try {
      JWTClaimsSet.Builder set =
          new JWTClaimsSet.Builder()
              .issuer("https://login.example/tenant")
              .subject("subject-1")
              .audience(CLIENT)
              .issueTime(new Date())
              .expirationTime(Date.from(Instant.now().plusSeconds(600)));
      claims.forEach(set::claim);
      SignedJWT token =
          new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(), set.build());
      token.sign(new RSASSASigner(key));
      return token.serialize();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void answer(HttpExchange exchange, Supplier<String> json) {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] body = json.get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
