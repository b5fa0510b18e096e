package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;

/**
 * Takes each request: what goes wrong on purpose, the identity platform or Graph, and what is noted
 * of the client.
 */
final class DemoService {

  static final String VERSION = "/v1.0";

  private final String root;
  private final DemoGraph graph;
  private final DemoLogin login;
  private final DemoTokens tokens;
  private final DemoFaults faults;
  private final DemoDamage damage;
  private final DemoWatch watch;
  private final DemoTokenWatch tokenWatch;
  private final DemoLimits limits;
  private final DemoLatency latency;
  private final DemoClock clock;
  private final DemoBatch batch;
  private final ExecutorService threads;
  private final BiConsumer<DemoCall, Integer> log;
  private final ObjectMapper json = new ObjectMapper();

  /**
   * @param root address of this service
   * @param log is told each call of Graph and each part of a batch, with its status
   */
  DemoService(
      String root,
      DemoGraph graph,
      DemoLogin login,
      DemoTokens tokens,
      DemoFaults faults,
      DemoDamage damage,
      DemoWatch watch,
      DemoTokenWatch tokenWatch,
      DemoLimits limits,
      DemoLatency latency,
      DemoClock clock,
      ExecutorService threads,
      BiConsumer<DemoCall, Integer> log) {
    this.root = root;
    this.graph = graph;
    this.login = login;
    this.tokens = tokens;
    this.faults = faults;
    this.damage = damage;
    this.watch = watch;
    this.tokenWatch = tokenWatch;
    this.limits = limits;
    this.latency = latency;
    this.clock = clock;
    this.batch = new DemoBatch(this::inItsPlace, faults, damage, log);
    this.threads = threads;
    this.log = log;
  }

  void handle(DemoExchange exchange) throws IOException, InterruptedException {
    Fault fault = faults.next(exchange.method() + " " + exchange.uri().getPath());
    if (exchange.uri().getRawPath().startsWith(VERSION + "/")) {
      DemoCall call =
          DemoCall.of(
              exchange.method(),
              exchange.uri(),
              VERSION,
              exchange.headers(),
              parsed(exchange.body()));
      try (DemoWatch.Visit visit = watch.arrived(call)) {
        DemoAnswer answer = answer(exchange, call, fault);
        if (answer != null) {
          noteToken(call, answer);
          if (answer.sending().way() != DemoSending.Way.SILENT) {
            visit.answered(answer);
          } else {
            visit.unanswered();
          }
          exchange.send(answer, headers(exchange));
        }
      }
    } else {
      DemoAnswer answer = answer(exchange, null, fault);
      if (answer != null) {
        if (answer.json() != null && answer.sending().isWhole()) {
          login.sent(exchange, answer.json());
        }
        exchange.send(answer, headers(exchange));
      }
    }
  }

  /** The answer with all that is wrong with it; null when the connection breaks instead. */
  private DemoAnswer answer(DemoExchange exchange, DemoCall call, Fault fault)
      throws InterruptedException {
    Kind kind = fault == null ? null : fault.kind();
    if (kind == Kind.RESET_BEFORE) {
      return null;
    }
    DemoAnswer right =
        kind == Kind.STATUS ? null : call == null ? login.answer(exchange) : graphAnswer(call);
    return kind == Kind.RESET_AFTER
        ? null
        : kind == Kind.EMPTY_PAGE ? emptyPage(right, exchange) : damage.of(right, fault, -1);
  }

  private DemoAnswer emptyPage(DemoAnswer answer, DemoExchange exchange) {
    if (answer.json() instanceof ObjectNode page && page.has("value")) {
      String query = java.util.Objects.requireNonNullElse(exchange.uri().getRawQuery(), "");
      page.putArray("value");
      page.put(
          "@odata.nextLink",
          root
              + exchange.uri().getRawPath()
              + "?"
              + query
              + (query.contains("$skip=") ? "" : "&$skip=0"));
    }
    return answer;
  }

  private Map<String, String> headers(DemoExchange exchange) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Date", clock.httpDate(Duration.ZERO));
    headers.put("request-id", UUID.randomUUID().toString());
    String clientRequestId = exchange.headers().get("client-request-id");
    if (clientRequestId != null) {
      headers.put("client-request-id", clientRequestId);
    }
    return headers;
  }

  private DemoAnswer graphAnswer(DemoCall call) throws InterruptedException {
    DemoLatency.Lane lane = latency.arrived();
    lane.travel();
    DemoAnswer answer;
    try {
      DemoTokens.Access access = tokens.access(call.headers().get("authorization"));
      answer =
          call.isBatch()
              ? batch.answer(call, access, lane, latency.isWorkInstant() ? null : threads)
              : inItsPlace(call, access, lane);
    } catch (GraphFault fault) {
      answer = damage.refusal(fault);
    }
    log.accept(call, answer.status());
    return answer;
  }

  private JsonNode parsed(byte[] body) {
    try {
      return body.length == 0 ? null : json.readTree(body);
    } catch (IOException notJson) {
      // as good as none, which is refused where one is needed
      return null;
    }
  }

  /** Answers while it takes one of the mailbox's places. */
  private DemoAnswer inItsPlace(DemoCall call, DemoTokens.Access access, DemoLatency.Lane lane)
      throws InterruptedException {
    if (!call.isOfMailbox()) {
      lane.begin();
      try {
        return graph.answer(call, access);
      } finally {
        lane.end();
      }
    }
    boolean own = call.segment(0).equals("me") && access.user() != null;
    String mailbox =
        own ? access.user().userPrincipalName().toLowerCase(Locale.ROOT) : call.mailbox();
    try {
      limits.enter(mailbox);
    } catch (GraphFault fault) {
      if (fault.code().equals("ApplicationThrottled")) {
        watch.refused(call);
      }
      throw fault;
    }
    try {
      lane.begin();
      return graph.answer(call, access);
    } finally {
      lane.end();
      limits.leave(mailbox);
    }
  }

  /** Which token was refused, and which was taken. */
  private void noteToken(DemoCall call, DemoAnswer answer) {
    String authorization = call.headers().getOrDefault("authorization", "");
    String token = authorization.startsWith("Bearer ") ? authorization.substring(7) : "";
    if (answer.status() == 401) {
      tokenWatch.refused(token, call.mailbox(), !tokens.isGood(authorization));
    } else if (answer.status() < 400 && !call.isBatch()) {
      tokenWatch.taken(token, call.mailbox());
    } else if (call.isBatch() && answer.json() != null) {
      for (JsonNode response : answer.json().path("responses")) {
        if (response.path("status").asInt() == 401) {
          tokenWatch.refused(token, call.mailbox(), false);
          return;
        }
      }
      tokenWatch.taken(token, call.mailbox());
    }
  }
}
