package org.mailroom.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.settings.ConfigTrees;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.GrantType;
import org.mailroom.settings.Home;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.env.StandardEnvironment;

class EntraAnswersTest {

  private interface Answer {
    void send(HttpExchange exchange) throws IOException, InterruptedException;
  }

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;
  private Answer answer;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            answer.send(exchange);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private CredentialException refusal() {
    String root = "http://127.0.0.1:" + server.getAddress().getPort();
    MailroomProperties properties =
        new Binder(
                new MapConfigurationPropertySource(
                    Map.of("mailroom.login-url", root, "mailroom.limits.token-timeout", "1s")))
            .bindOrCreate("mailroom", MailroomProperties.class);
    CredentialProperties settings =
        new CredentialProperties(
            null,
            GrantType.CLIENT_CREDENTIALS,
            "tenant",
            "client",
            "secret",
            null,
            null,
            null,
            null,
            null,
            null);
    Credential credential =
        new Credential(
            "contoso",
            Home.CONFIGURATION,
            settings,
            "https://graph.microsoft.com/.default",
            URI.create(root + "/tenant/authorize"),
            URI.create(root + "/tenant/oauth2/v2.0/token"),
            "1",
            null);
    EntraClient entra =
        new EntraClient(
            properties,
            new LoginHttpClient(properties, null),
            new EntraRefusal(Clock.systemUTC()),
            new Proofs(new ConfigTrees(new StandardEnvironment())));
    try {
      return catchThrowableOfType(
          CredentialException.class, () -> entra.clientCredentials(credential, null));
    } finally {
      entra.stop();
    }
  }

  private static Answer text(int status, String type, String body) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "200|text/html|<html><body>Please sign in to the network</body></html>",
        "200|application/json|''",
        "200|application/json|{}",
        "200|application/json|[]",
        "200|application/json|nonsense",
        "403|text/html|<html>blocked</html>",
        "404|text/plain|no such page",
        "302|text/html|''"
      })
  void an_answer_that_is_not_entra_ids_is_said_to_be_none_without_an_exceptions_text(
      int status, String type, String body) {
    answer = text(status, type, body);
    CredentialException refusal = refusal();
    assertThat(refusal)
        .hasMessage(
            "credential contoso: the answer isn't Entra ID's (http_"
                + status
                + "). Check mailroom.login-url and mailroom.proxy: something"
                + " between answers in its place; Mailroom tries again by itself.");
    assertThat(refusal.isTransient()).isTrue();
    assertThat(refusal.isUnreachable()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"429", "500", "503"})
  void trouble_of_entra_id_is_still_told_as_that(int status) {
    answer = text(status, "text/html", "<html>busy</html>");
    assertThat(refusal())
        .hasMessageContaining(
            "Entra ID has trouble or asks for fewer requests (http_" + status + ")");
  }

  @Test
  void a_refusal_is_still_told_as_that() {
    answer =
        text(
            400,
            "application/json",
            "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client"
                + " secret\"}");
    assertThat(refusal()).hasMessageContaining("the client secret is wrong");
  }

  @Test
  void an_answer_that_drips_ends_with_the_time_of_a_request_for_a_token() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, 0);
          OutputStream body = exchange.getResponseBody();
          do {
            body.write(' ');
            body.flush();
          } while (!over.await(100, TimeUnit.MILLISECONDS));
        };
    assertThat(refusal())
        .hasMessageContaining("Entra ID could not be reached")
        .hasMessageContaining("no whole answer within 1 s");
  }
}
