package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A stand-in for Entra ID and Exchange Online on this machine: HTTPS on loopback, with a certificate made at its start. It behaves as the
 * service is documented and known to behave, not as Mailroom happens to need.
 */
public final class DemoTenant implements AutoCloseable {

  public static final String TENANT_ID = "11111111-2222-3333-4444-555555555555";
  public static final String CLIENT_ID = "66666666-7777-8888-9999-000000000000";
  public static final String CLIENT_SECRET = "demo~secret~of~nobody";

  private static final String VERSION = "/v1.0";

  private final HttpsServer server;
  private final ExecutorService threads;
  private final DemoCertificate certificate;
  private final DemoIdentityPlatform identityPlatform;
  private final DemoAuthorizePage authorizePage;
  private final DemoGraph graph;
  private final DemoLimits limits;
  private final DemoBatch batch;
  private final DemoFaults faults = new DemoFaults();
  private final ConcurrentLinkedQueue<DemoRequest> requests = new ConcurrentLinkedQueue<>();
  private final ObjectMapper json = new ObjectMapper();
  private final DemoLatency latency = new DemoLatency();
  private final DemoCounters counters = new DemoCounters();
  private volatile boolean recording = true;

  private DemoTenant(DemoTenantOptions options) throws IOException, GeneralSecurityException {
    certificate = DemoCertificate.create();
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), options.port()), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(certificate.sslContext()));
    threads = Executors.newCachedThreadPool(task -> {
      Thread thread = new Thread(task, "demo-tenant");
      thread.setDaemon(true);
      return thread;
    });
    server.setExecutor(threads);
    identityPlatform = new DemoIdentityPlatform(TENANT_ID, loginUrl(), Clock.systemUTC(), options.tokenLifetime());
    authorizePage = new DemoAuthorizePage(identityPlatform);
    register(CLIENT_ID, CLIENT_SECRET, Set.of("Mail.ReadWrite"));
    graph = new DemoGraph(graphUrl(), options.seed());
    limits = new DemoLimits(options.requestsPerWindow(), options.window());
    batch = new DemoBatch(this::inItsPlace, faults, this::log);
    server.createContext(VERSION, exchange -> handle(exchange, this::graphAnswer));
    server.createContext("/", exchange -> handle(exchange, this::loginAnswer));
    server.start();
  }

  /** Starts a tenant with one application, {@link #CLIENT_ID}, that may read and write all mailboxes. */
  public static DemoTenant start(DemoTenantOptions options) {
    // otherwise small answers wait for the client's acknowledgement
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
    try {
      return new DemoTenant(options);
    } catch (IOException e) {
      throw new UncheckedIOException("the demo tenant can't listen on port " + options.port(), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the demo tenant can't make its certificate", e);
    }
  }

  public static DemoTenant start() {
    return start(DemoTenantOptions.defaults());
  }

  public String loginUrl() {
    return "https://localhost:" + server.getAddress().getPort();
  }

  public String graphUrl() {
    return loginUrl() + VERSION;
  }

  /** The certificate to trust, PEM. */
  public String certificatePem() {
    try {
      return certificate.pem();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Applications, users, and what can go wrong with them. */
  public DemoIdentity identity() {
    return new DemoIdentity(identityPlatform);
  }

  /** Shares a mailbox with somebody who has one of one's own. */
  public void share(String mailbox, String with) {
    graph.share(mailbox, with);
  }

  /** Returns a mailbox; it is made when it isn't there, and with it its owner, who can sign in. */
  public DemoMailbox mailbox(String address) {
    identityPlatform.user(address);
    return graph.mailbox(address);
  }

  /** Registers another application with its roles, such as Mail.Read. */
  public void register(String clientId, String secret, Set<String> roles) {
    identityPlatform.application(clientId).secret(secret, Instant.MAX).roles(roles);
  }

  /** Every access token that was issued is refused from now on. */
  public void revokeTokens() {
    identityPlatform.tokens().revokeAll();
  }

  /** Every delta link that was given out is answered with 410. */
  public void forgetDeltaTokens() {
    graph.forgetDeltaTokens();
  }

  public DemoFaults faults() {
    return faults;
  }

  /** What was asked of Graph so far, parts of batches included. */
  public List<DemoRequest> requests() {
    return List.copyOf(requests);
  }

  /** From now on requests are only counted: a list of them all would fill the memory of a tenant that runs long. */
  public void stopRecording() {
    recording = false;
    requests.clear();
  }

  public DemoCounters counters() {
    return counters;
  }

  public DemoLatency latency() {
    return latency;
  }

  public DemoLimits limits() {
    return limits;
  }

  /** Every mailbox is forgotten. */
  public void clear() {
    graph.clear();
  }

  public int tokenRequests() {
    return identityPlatform.tokenRequests();
  }

  /** How many requests were in flight for a mailbox at most. */
  public int peakInFlight(String mailbox) {
    return limits.peak(mailbox.toLowerCase(java.util.Locale.ROOT));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private interface Handler {
    DemoAnswer answer(HttpExchange exchange, byte[] body) throws IOException, InterruptedException;
  }

  private void handle(HttpExchange exchange, Handler handler) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      DemoFaults.Fault fault = faults.next(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
      if (fault != null && fault.kind() == DemoFaults.Kind.RESET_BEFORE) {
        return;
      }
      DemoAnswer answer = fault != null && fault.kind() == DemoFaults.Kind.STATUS ? refusal(fault) : answer(exchange, body, handler);
      if (fault != null && fault.kind() == DemoFaults.Kind.RESET_AFTER) {
        return;
      }
      send(exchange, altered(answer, fault, exchange), fault != null && fault.kind() == DemoFaults.Kind.CUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private DemoAnswer answer(HttpExchange exchange, byte[] body, Handler handler) throws IOException, InterruptedException {
    try {
      return handler.answer(exchange, body);
    } catch (GraphFault fault) {
      return error(fault);
    }
  }

  private DemoAnswer refusal(DemoFaults.Fault fault) {
    if (fault.code() == null) {
      byte[] html = "<html><body><h1>Bad Gateway</h1></body></html>".getBytes(StandardCharsets.UTF_8);
      return new DemoAnswer(fault.status(), "text/html", html, null, fault.headers());
    }
    return error(new GraphFault(fault.status(), fault.code(), "This fault was asked for.", fault.headers()));
  }

  private DemoAnswer altered(DemoAnswer answer, DemoFaults.Fault fault, HttpExchange exchange) {
    if (fault == null || !(answer.json() instanceof ObjectNode page) || !page.has("value")) {
      return answer;
    }
    if (fault.kind() == DemoFaults.Kind.FOREIGN_NEXT_LINK) {
      page.put("@odata.nextLink", "https://127.0.0.1:9/v1.0/next");
    } else if (fault.kind() == DemoFaults.Kind.EMPTY_PAGE) {
      String query = exchange.getRequestURI().getRawQuery();
      page.putArray("value");
      page.put("@odata.nextLink", loginUrl() + exchange.getRequestURI().getRawPath() + "?" + query + (query.contains("$skip=") ? "" : "&$skip=0"));
    }
    return answer;
  }

  static DemoAnswer error(GraphFault fault) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode error = body.putObject("error").put("code", fault.code()).put("message", fault.getMessage());
    String requestId = UUID.randomUUID().toString();
    error.putObject("innerError").put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ""))
        .put("request-id", requestId).put("client-request-id", requestId);
    return new DemoAnswer(fault.status(), "application/json", null, body, fault.headers());
  }

  private static void send(HttpExchange exchange, DemoAnswer answer, boolean cut) throws IOException {
    byte[] content = answer.content();
    var headers = exchange.getResponseHeaders();
    headers.set("request-id", UUID.randomUUID().toString());
    String clientRequestId = exchange.getRequestHeaders().getFirst("client-request-id");
    if (clientRequestId != null) {
      headers.set("client-request-id", clientRequestId);
    }
    answer.headers().forEach(headers::set);
    if (answer.contentType() != null) {
      // the type of an attachment is what the mail says
      headers.set("Content-Type", answer.contentType().replaceAll("[^\\x20-\\x7E]", ""));
    }
    exchange.sendResponseHeaders(answer.status(), content.length == 0 ? -1 : content.length);
    if (content.length > 0) {
      exchange.getResponseBody().write(content, 0, cut ? content.length / 2 : content.length);
      exchange.getResponseBody().flush();
    }
  }

  private DemoAnswer loginAnswer(HttpExchange exchange, byte[] body) {
    String[] path = exchange.getRequestURI().getPath().split("/");
    String form = new String(body, StandardCharsets.UTF_8);
    boolean post = exchange.getRequestMethod().equals("POST");
    Map<String, String> fields = DemoIdentityPlatform.fields(exchange.getRequestURI().getRawQuery());
    if (post) {
      fields.putAll(DemoIdentityPlatform.fields(form));
    }
    String page = path.length > 1 ? path[path.length - 1] : "";
    return switch (path.length + " " + page) {
      case "5 token" -> post ? identityPlatform.token(path[1], form, exchange.getRequestHeaders().getFirst("Authorization")) : DemoAnswer.empty(405);
      case "5 devicecode" -> post ? identityPlatform.deviceAuthorization(path[1], form) : DemoAnswer.empty(405);
      case "5 authorize" -> authorizePage.authorize(path[1], fields);
      case "4 deviceauth" -> authorizePage.device(fields);
      default -> DemoAnswer.empty(404);
    };
  }

  private DemoAnswer graphAnswer(HttpExchange exchange, byte[] body) throws InterruptedException {
    DemoLatency.Lane lane = latency.arrived();
    Map<String, String> headers = new HashMap<>();
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), values.get(0)));
    DemoCall call = DemoCall.of(exchange.getRequestMethod(), exchange.getRequestURI(), VERSION, headers, parsed(body), false);
    lane.travel();
    try {
      DemoTokens.Access access = identityPlatform.tokens().access(headers.get("authorization"));
      DemoAnswer answer = call.segment(0).equals("$batch")
          ? batch.answer(call, access, lane, latency.isWorkInstant() ? null : threads) : inItsPlace(call, access, lane);
      log(call, answer.status());
      return answer;
    } catch (GraphFault fault) {
      log(call, fault.status());
      throw fault;
    }
  }

  private JsonNode parsed(byte[] body) {
    try {
      return body.length == 0 ? null : json.readTree(body);
    } catch (IOException e) {
      throw new GraphFault(400, "BadRequest", "Unable to read JSON request payload.");
    }
  }

  static String mailboxOf(DemoCall call) {
    if (call.segment(0).equals("$batch") && call.body() != null) {
      String[] url = call.body().path("requests").path(0).path("url").asText().split("/");
      return url.length > 2 ? java.net.URLDecoder.decode(url[2], StandardCharsets.UTF_8).toLowerCase(java.util.Locale.ROOT) : "";
    }
    return call.segment(1).toLowerCase(java.util.Locale.ROOT);
  }

  private void log(DemoCall call, int status) {
    counters.count(call, status);
    if (!recording) {
      return;
    }
    requests.add(new DemoRequest(call.method(), call.path(), call.rawQuery(), call.headers().get("prefer"), mailboxOf(call), status, call.part()));
  }

  /** Answers while it takes one of the mailbox's places. */
  private DemoAnswer inItsPlace(DemoCall call, DemoTokens.Access access, DemoLatency.Lane lane) throws InterruptedException {
    String mailbox = mailboxOf(call);
    limits.enter(mailbox);
    try {
      lane.begin();
      return graph.answer(call, access);
    } finally {
      lane.end();
      limits.leave(mailbox);
    }
  }
}
