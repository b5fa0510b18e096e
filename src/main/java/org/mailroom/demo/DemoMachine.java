package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A machine in Azure, as far as it gives tokens of managed identities: the metadata service of a
 * virtual machine (IMDS) and the endpoint of App Service, on a port of loopback. The machine keeps
 * each token, and gives it again until shortly before its end. Safe for use by several threads.
 */
public final class DemoMachine implements AutoCloseable {

  /** The application id of the system-assigned identity. */
  public static final String SYSTEM_ASSIGNED = "0a0a0a0a-1111-2222-3333-444444444444";

  /** What App Service has callers show. */
  public static final String IDENTITY_HEADER = "demo-identity-header";

  private static final String SYSTEM = "";

  private record Kept(String token, Instant expires) {}

  private record Prepared(int status, String body, Map<String, String> headers) {}

  private final DemoIdentityPlatform platform;
  private final HttpServer server;
  private final Map<String, String> identities = new ConcurrentHashMap<>();
  private final Map<String, Kept> kept = new ConcurrentHashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final Deque<Prepared> prepared = new ArrayDeque<>();
  private final Duration lifetime = Duration.ofHours(24);
  private volatile Duration keptUntil = Duration.ofMinutes(10);

  DemoMachine(DemoIdentityPlatform platform, ExecutorService threads) {
    this.platform = platform;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/metadata/identity/oauth2/token", exchange -> answer(exchange, false));
    server.createContext("/msi/token", exchange -> answer(exchange, true));
    server.start();
  }

  /** The address of the metadata service. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /**
   * Switches the system-assigned identity on. Its roles are those of {@link
   * DemoIdentity#application} by its id.
   */
  public void assignSystem() {
    identities.put(SYSTEM, SYSTEM_ASSIGNED);
  }

  /** Assigns an identity by its client id. */
  public void assign(String clientId) {
    identities.put(clientId, clientId);
  }

  /** Takes all identities away. */
  public void assignNone() {
    identities.clear();
    kept.clear();
  }

  /** How many tokens were asked for, kept ones included. */
  public int requests() {
    return requests.get();
  }

  /**
   * From now on the machine asks for another token so long before the end of the one that it keeps.
   */
  public void renewsBefore(Duration end) {
    keptUntil = end;
    kept.clear();
  }

  /** The next request is answered so. */
  public void answerNext(int status, String body, Map<String, String> headers) {
    synchronized (prepared) {
      prepared.add(new Prepared(status, body, headers));
    }
  }

  private void answer(HttpExchange exchange, boolean appService) throws IOException {
    try (exchange) {
      requests.incrementAndGet();
      Prepared next;
      synchronized (prepared) {
        next = prepared.poll();
      }
      Headers asked = exchange.getRequestHeaders();
      Map<String, String> query =
          DemoIdentityPlatform.fields(exchange.getRequestURI().getRawQuery());
      if (next != null) {
        next.headers().forEach(exchange.getResponseHeaders()::set);
        send(exchange, next.status(), next.body());
      } else if (appService
          ? !IDENTITY_HEADER.equals(asked.getFirst("X-IDENTITY-HEADER"))
          : !"true".equals(asked.getFirst("Metadata")) || asked.containsKey("X-Forwarded-For")) {
        refuse(
            exchange, appService, appService ? 401 : 400, "Required metadata header not specified");
      } else if (!(appService ? "2019-08-01" : "2018-02-01").equals(query.get("api-version"))) {
        refuse(
            exchange,
            appService,
            400,
            "Bad Request. api-version is invalid or was not specified in the request.");
      } else if (!query.getOrDefault("resource", "").startsWith("https://graph.")) {
        refuse(
            exchange,
            appService,
            400,
            "AADSTS500011: The resource principal named "
                + query.get("resource")
                + " was not found in the tenant.");
      } else {
        identify(exchange, appService, query);
      }
    }
  }

  private void identify(HttpExchange exchange, boolean appService, Map<String, String> query)
      throws IOException {
    String wanted = query.get("client_id");
    // without a system-assigned identity the one that there is, is meant
    String key =
        wanted != null || identities.containsKey(SYSTEM) || identities.size() != 1
            ? java.util.Objects.requireNonNullElse(wanted, SYSTEM)
            : identities.keySet().iterator().next();
    if (wanted == null && !identities.containsKey(SYSTEM) && identities.size() > 1) {
      refuse(
          exchange,
          appService,
          400,
          "Multiple user assigned identities exist, please specify the clientId / resourceId of the"
              + " identity in the token request");
    } else if (!identities.containsKey(key)) {
      refuse(
          exchange,
          appService,
          400,
          appService
              ? "No User Assigned or Delegated Managed Identity found for specified"
                  + " ClientId/ResourceId/PrincipalId."
              : "Identity not found");
    } else {
      send(exchange, 200, token(identities.get(key), query.get("resource")).toString());
    }
  }

  private ObjectNode token(String clientId, String resource) {
    Instant now = Instant.now();
    Kept token =
        kept.compute(
            clientId,
            (id, present) ->
                present != null && now.isBefore(present.expires().minus(keptUntil))
                    ? present
                    : new Kept(
                        platform
                            .tokens()
                            .issue(
                                new DemoTokens.Access(platform.application(id).roles(), null),
                                null,
                                lifetime)
                            .path("access_token")
                            .asText(),
                        now.plus(lifetime)));
    // all figures are text
    return JsonNodeFactory.instance
        .objectNode()
        .put("access_token", token.token())
        .put("client_id", clientId)
        .put("expires_in", String.valueOf(Duration.between(now, token.expires()).toSeconds()))
        .put("expires_on", String.valueOf(token.expires().getEpochSecond()))
        .put("ext_expires_in", String.valueOf(lifetime.toSeconds()))
        .put("not_before", String.valueOf(now.getEpochSecond()))
        .put("resource", resource)
        .put("token_type", "Bearer");
  }

  private static void refuse(HttpExchange exchange, boolean appService, int status, String text)
      throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    send(
        exchange,
        status,
        (appService
                ? json.put("statusCode", status)
                    .put("message", text)
                    .put("correlationId", UUID.randomUUID().toString())
                : json.put("error", "invalid_request").put("error_description", text))
            .toString());
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
