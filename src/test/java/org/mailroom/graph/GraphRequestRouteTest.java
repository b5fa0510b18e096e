package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.FluentProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mailroom.credential.Wallet;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The wire over a real connection: the two route files and nothing else. */
class GraphRequestRouteTest {

  private interface Answer {
    void send(HttpExchange exchange, int number) throws IOException, InterruptedException;
  }

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
  private final List<String> acceptable = Collections.synchronizedList(new ArrayList<>());
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final ObjectMapper json = new ObjectMapper();
  private final Wallet wallet = new Wallet();
  private HttpServer server;
  private Answer answer;
  private DefaultCamelContext camel;
  private MailroomProperties properties;
  private MailboxGates gates;
  private RequestBounds bounds;
  private GraphUris uris;
  private BatchAnswers batchAnswers;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
            acceptable.add(exchange.getRequestHeaders().getFirst("Accept-Encoding"));
            answer.send(exchange, asked.size());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    String root = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1.0";
    properties =
        new Binder(
                new MapConfigurationPropertySource(
                    Map.of(
                        "mailroom.graph-url",
                        root,
                        "mailroom.limits.request-timeout",
                        "3s",
                        "mailroom.limits.response-timeout",
                        "1s",
                        "mailroom.limits.least-rate-after",
                        "1s")))
            .bindOrCreate("mailroom", MailroomProperties.class);
    uris = new GraphUris(properties.graphUrl());
    GraphMetrics metrics = new GraphMetrics(meters);
    Clock clock = Clock.systemUTC();
    ServiceClock service = new ServiceClock(clock);
    RuntimeStop stop = new RuntimeStop();
    gates =
        new MailboxGates(
            properties,
            metrics,
            new StaticListableBeanFactory().getBeanProvider(Patience.class),
            stop,
            Fence.NONE,
            clock);
    bounds = new RequestBounds(properties, service);
    batchAnswers = new BatchAnswers(properties, gates, json, service);
    GraphWire wire = new GraphWire();
    camel = new DefaultCamelContext();
    camel.setStreamCaching(false);
    camel.getRegistry().bind("mailboxGates", gates);
    camel.getRegistry().bind("graphRequests", new GraphRequests(properties, clock));
    camel.getRegistry().bind("graphAnswers", new GraphAnswers(gates, wallet.tokens(), metrics));
    camel
        .getRegistry()
        .bind(
            "graphRefusal",
            new GraphRefusal(gates, wallet.tokens(), metrics, json, service, properties));
    camel.getRegistry().bind("graphRetry", new GraphRetry(gates, stop, properties, clock));
    camel.getRegistry().bind("credentialProcessor", wallet.processor());
    camel.getRegistry().bind("graphConnections", wire.graphConnections(properties, null));
    camel
        .getRegistry()
        .bind("graphHttpClientConfigurer", wire.graphHttpClientConfigurer(properties, bounds));
    camel.getPropertiesComponent().addInitialProperty("mailroom.graph-url", root);
    for (String file : List.of("failures.camel.yaml", "graph-request.camel.yaml")) {
      // the waits between two tries are Camel's to keep
      String routes =
          Files.readString(Path.of("routes", file)).replaceAll("(edeliveryDelay: \")\\d+", "$11");
      PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(file, routes));
    }
    PluginHelper.getRoutesLoader(camel)
        .loadRoutes(
            ResourceHelper.fromString(
                "ask.camel.yaml",
                """
                - route:
                    id: ask
                    routeConfigurationId: graph-redelivery
                    from:
                      uri: direct:ask
                      steps:
                        - to:
                            uri: direct:graph-request
                """));
    camel.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    camel.stop();
    bounds.stop();
    server.stop(0);
    threads.shutdownNow();
  }

  private static Answer text(int status, String type, String body, String... headers) {
    return (exchange, number) -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** Bytes that come one by one, for as long as somebody listens. */
  private Answer drip(String beginning) {
    return (exchange, number) -> {
      exchange.sendResponseHeaders(200, 0);
      OutputStream body = exchange.getResponseBody();
      body.write(beginning.getBytes(StandardCharsets.UTF_8));
      do {
        body.write(' ');
        body.flush();
      } while (!over.await(50, TimeUnit.MILLISECONDS));
    };
  }

  private GraphRequest<String> tree(GraphOperation operation) {
    return GraphRequest.get(
        operation,
        "contoso",
        "a@contoso.com",
        uris.of("users", "a@contoso.com", "x"),
        stream -> json.readTree(stream).path("name").asText());
  }

  private GraphRequest<byte[]> content() {
    return GraphRequest.get(
        GraphOperation.GET_ATTACHMENT,
        "contoso",
        "a@contoso.com",
        uris.of("users", "a@contoso.com", "x", "$value"),
        InputStream::readAllBytes);
  }

  private Exchange exchange(GraphRequest<?> request) {
    try (FluentProducerTemplate template = camel.createFluentProducerTemplate()) {
      return template
          .to("direct:ask")
          .withBody(request)
          .withHeader("subject", "of the caller")
          .send();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private GraphException failure(GraphRequest<?> request) {
    Exception failure = exchange(request).getException();
    assertThat(failure).isInstanceOf(GraphException.class);
    return (GraphException) failure;
  }

  private double counted(String operation, String status) {
    return meters
        .counter("mailroom.graph.requests", "operation", operation, "status", status)
        .count();
  }

  @Test
  void an_answer_becomes_what_its_request_reads_it_into_and_nothing_of_its_headers_leaks() {
    answer =
        text(
            200,
            "text/plain; charset=no-such-charset",
            "{\"name\": \"Ümlaut\"}",
            "Set-Cookie",
            "a=b",
            "subject",
            "of the service",
            "CamelHttpUri",
            "http://evil.example.org",
            "request-id",
            "r");
    Exchange answered = exchange(tree(GraphOperation.GET_MESSAGE));
    assertThat(answered.getException()).isNull();
    assertThat(answered.getMessage().getBody()).isEqualTo("Ümlaut");
    assertThat(answered.getMessage().getHeaders()).isEmpty();
    assertThat(answered.getProperty(ExchangePropertyKey.CHARSET_NAME)).isNull();
    assertThat(asked).containsExactly("GET /v1.0/users/a%40contoso.com/x");
    assertThat(authorizations).containsExactly("Bearer token-1");
    assertThat(counted("get-message", "200")).isEqualTo(1);
  }

  @Test
  void html_with_200_for_ever_ends_after_its_tries_and_the_token_stays_out_of_the_message() {
    answer = text(200, "text/html", "<!DOCTYPE html><html>Sign in to the network</html>");
    GraphRequest<String> request = tree(GraphOperation.FIND_FOLDER);
    Exchange failed = exchange(request);
    assertThat(failed.getException())
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith(
            "find folder of a@contoso.com: the answer isn't Graph's: it is no JSON"
                + " (MailroomNotJson, it begins like a page of HTML).");
    assertThat(failed.getMessage().getHeaders()).doesNotContainKey("Authorization");
    assertThat(asked).hasSize(5);
    assertThat(request.tries().failed()).isEqualTo(5);
    assertThat(counted("find-folder", "none")).isEqualTo(5);
    assertThat(gates.opensIn("a@contoso.com")).isZero();
  }

  @Test
  void a_page_that_breaks_off_ends_after_two_tries_however_it_breaks() {
    answer =
        text(
            200,
            "application/json",
            "{\"value\":[{\"id\":\"1\"}{\"error\":{\"code\":\"ErrorInternalServerError\"}}}");
    assertThat(failure(tree(GraphOperation.LIST_MESSAGES)))
        .satisfies(why -> assertThat(why.code()).isEqualTo("MailroomCutAnswer"));
    answer = text(200, "application/json", "{\"value\":[{\"id\":\"1\"");
    assertThat(failure(tree(GraphOperation.LIST_MESSAGES)).code()).isEqualTo("MailroomCutAnswer");
    answer = text(200, "application/json", "");
    assertThat(failure(tree(GraphOperation.LIST_MESSAGES)).code()).isEqualTo("MailroomCutAnswer");
    answer =
        (exchange, number) -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write("{\"value\":[".getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
        };
    assertThat(failure(tree(GraphOperation.LIST_MESSAGES)).mayBeOneMessagesFault()).isTrue();
    assertThat(asked).hasSize(8);
  }

  @Test
  void a_packed_page_is_unpacked_and_one_that_breaks_off_ends_after_two_tries() throws Exception {
    byte[] whole = packed("{\"name\": \"Ümlaut\", \"value\": \"" + "x".repeat(100_000) + "\"}");
    answer = bytes(whole, whole.length);
    assertThat(exchange(tree(GraphOperation.LIST_MESSAGES)).getMessage().getBody())
        .isEqualTo("Ümlaut");
    assertThat(acceptable).first().asString().contains("gzip");

    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    for (Answer broken :
        List.of(
            bytes(half, whole.length),
            bytes(half, half.length),
            bytes(new byte[0], whole.length),
            bytes("{\"name\": \"not packed\"}".getBytes(StandardCharsets.UTF_8), 0))) {
      asked.clear();
      answer = broken;
      assertThat(failure(tree(GraphOperation.LIST_MESSAGES)))
          .satisfies(why -> assertThat(why.mayBeOneMessagesFault()).isTrue());
      assertThat(asked).hasSize(2);
    }
  }

  private static byte[] packed(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  /**
   * What is said to be packed, of so many bytes.
   *
   * @param promised 0 for chunks
   */
  private static Answer bytes(byte[] sent, int promised) {
    return (exchange, number) -> {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      exchange.sendResponseHeaders(200, promised);
      exchange.getResponseBody().write(sent);
      exchange.getResponseBody().flush();
    };
  }

  @Test
  void a_batch_whose_part_always_fails_ends_after_its_tries() {
    answer =
        text(
            200,
            "application/json",
            "{\"responses\": [{\"id\": \"1\", \"status\": 500}, {\"id\": \"2\", \"status\":"
                + " 200}]}");
    JsonBatch batch =
        new JsonBatch(
            "contoso",
            "a@contoso.com",
            uris.of("$batch"),
            BatchAnswersTest.parts(GraphOperation.MARK_MESSAGES, "m1", "m2"),
            4,
            batchAnswers);
    GraphException failure = failure(batch);
    assertThat(failure.status()).isEqualTo(500);
    assertThat(batch.lastRefusal("m1")).contains(failure);
    assertThat(batch.done()).containsExactly("m2");
    assertThat(asked).hasSize(5).containsOnly("POST /v1.0/$batch");
  }

  @Test
  void an_answer_that_drips_is_cut() {
    answer = drip("begins");
    GraphException failure = failure(content());
    assertThat(failure.code()).isEqualTo("MailroomTooSlow");
    assertThat(failure).hasMessageContaining("less than 1024 bytes a second for 1 s");
    assertThat(asked).hasSize(5);
  }

  @Test
  void a_packed_answer_that_drips_is_cut_as_soon() throws Exception {
    byte[] packed = packed("{\"name\": \"" + "x".repeat(1000) + "\"}");
    answer =
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, packed.length);
          // its beginning gives the reader nothing
          for (int i = 0; i < 12 && !over.await(500, TimeUnit.MILLISECONDS); i++) {
            exchange.getResponseBody().write(packed[i]);
            exchange.getResponseBody().flush();
          }
        };
    GraphException failure = failure(content());
    assertThat(failure.code()).isEqualTo("MailroomTooSlow");
    assertThat(failure).hasMessageContaining("less than 1024 bytes a second for 1 s");
  }

  @Test
  void a_refusal_that_is_huge_once_it_is_unpacked_is_told_by_its_status() throws Exception {
    byte[] packed = packed(" ".repeat(50_000_000));
    answer =
        (exchange, number) -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(403, packed.length);
          exchange.getResponseBody().write(packed);
        };
    assertThat(failure(content()).status()).isEqualTo(403);
    assertThat(asked).hasSize(1);
  }

  @Test
  void a_request_that_never_ends_though_its_answer_comes_fast_is_cut_as_a_whole() {
    GraphRequest<String> request =
        GraphRequest.get(
            GraphOperation.LIST_MESSAGES,
            "contoso",
            "a@contoso.com",
            uris.of("x"),
            stream -> {
              stream.transferTo(OutputStream.nullOutputStream());
              return "never";
            });
    answer = endlessJson();
    GraphException failure = failure(request);
    assertThat(failure.code()).isEqualTo("MailroomTooSlow");
    assertThat(failure)
        .hasMessageContaining("the service's answer came too slowly: not whole within 3 s");
    assertThat(asked).hasSize(1);
  }

  private Answer endlessJson() {
    return (exchange, number) -> {
      exchange.sendResponseHeaders(200, 0);
      byte[] much = " ".repeat(4096).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseBody().write('{');
      do {
        exchange.getResponseBody().write(much);
        exchange.getResponseBody().flush();
      } while (!over.await(5, TimeUnit.MILLISECONDS));
    };
  }

  @Test
  void a_page_that_is_never_answered_is_asked_for_once() {
    answer = (exchange, number) -> over.await();
    GraphException failure = failure(tree(GraphOperation.LIST_MESSAGES));
    assertThat(failure)
        .hasMessageStartingWith(
            "list messages of a@contoso.com: the service gave no answer within 1 s"
                + " (MailroomNoAnswer).");
    assertThat(failure.mayBeOneMessagesFault()).isTrue();
    assertThat(asked).hasSize(1);
  }

  @Test
  void whoever_listens_no_longer_to_an_endless_answer_is_free_at_once() {
    answer = drip("{\"name\": \"x\"} ");
    long begun = System.nanoTime();
    assertThat(exchange(tree(GraphOperation.GET_MESSAGE)).getMessage().getBody()).isEqualTo("x");
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .as("not as long as it drips")
        .isLessThan(Duration.ofSeconds(60));
    answer = text(200, "application/json", "{\"name\": \"y\"}");
    assertThat(exchange(tree(GraphOperation.GET_MESSAGE)).getMessage().getBody()).isEqualTo("y");
  }

  @Test
  void a_content_of_any_type_passes_as_it_is() {
    byte[] bytes = {1, 2, 3};
    for (String type :
        List.of(
            "application/x-java-serialized-object",
            "application/x-www-form-urlencoded",
            "text/html; charset=\"\u0001\"",
            "multipart/form-data; boundary=x",
            "")) {
      answer =
          (exchange, number) -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          };
      assertThat((byte[]) exchange(content()).getMessage().getBody()).isEqualTo(bytes);
    }
  }

  @Test
  void a_refusal_of_any_type_and_length_is_told_by_its_code() {
    answer =
        text(
            404,
            "application/x-java-serialized-object",
            "{\"error\": {\"code\": \"ErrorItemNotFound\", \"innerError\": {\"request-id\":"
                + " \"r\"}}}");
    GraphException failure = failure(tree(GraphOperation.GET_MESSAGE));
    assertThat(failure.isGone()).isTrue();
    assertThat(failure.requestId()).isEqualTo("r");
    answer =
        text(500, "text/html; charset=no-such-charset", "x".repeat(1_000_000), "request-id", "h");
    failure = failure(tree(GraphOperation.GET_MESSAGE));
    assertThat(failure.requestId()).isEqualTo("h");
    assertThat(asked).hasSize(6);
    assertThat(counted("get-message", "500")).isEqualTo(5);
  }

  @Test
  void a_throttled_mailbox_is_asked_again_when_it_said_so() {
    answer =
        (exchange, number) ->
            (number == 1
                    ? text(429, "application/json", "{}", "Retry-After", "0.3")
                    : text(200, "", "{\"name\": \"x\"}"))
                .send(exchange, number);
    assertThat(exchange(tree(GraphOperation.GET_MESSAGE)).getMessage().getBody()).isEqualTo("x");
    assertThat(asked).hasSize(2);
    assertThat(meters.counter("mailroom.graph.throttled").count()).isEqualTo(1);
    assertThat(gates.throttledSince("a@contoso.com")).isEmpty();
  }

  @Test
  void a_refused_token_is_replaced_once_and_stays_when_the_next_one_is_refused_too() {
    answer = text(401, "application/json", "{}");
    assertThat(failure(tree(GraphOperation.GET_MESSAGE)).isUnauthorized()).isTrue();
    assertThat(authorizations).containsExactly("Bearer token-1", "Bearer token-2");
    assertThat(failure(tree(GraphOperation.GET_MESSAGE)).isUnauthorized()).isTrue();
    assertThat(authorizations)
        .containsExactly("Bearer token-1", "Bearer token-2", "Bearer token-2");
  }

  @Test
  void no_token_goes_to_another_host() {
    answer = text(200, "application/json", "{}");
    GraphRequest<String> elsewhere =
        GraphRequest.get(
            GraphOperation.LIST_MESSAGES,
            "contoso",
            "a@contoso.com",
            URI.create("http://localhost:1/v1.0/x"),
            stream -> "");
    assertThat(failure(elsewhere).code()).isEqualTo("MailroomForeignNextLink");
    assertThat(asked).isEmpty();
  }

  @Test
  void what_the_reader_raises_itself_is_raised_as_it_is_and_not_repeated() {
    answer = text(200, "application/json", "{}");
    GraphRequest<String> full =
        GraphRequest.get(
            GraphOperation.GET_MESSAGE,
            "contoso",
            "a@contoso.com",
            uris.of("x"),
            stream -> {
              throw new TextTooLongException(10);
            });
    assertThat(exchange(full).getException()).isInstanceOf(TextTooLongException.class);
    assertThat(asked).hasSize(1);
  }
}
