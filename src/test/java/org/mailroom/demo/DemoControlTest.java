package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The control interface of a demo tenant in a process of its own: as a test or a benchmark uses it,
 * over HTTP, and what Graph then answers.
 */
class DemoControlTest {

  private static final String MAILBOX = "support@contoso.com";

  private final DemoTenant tenant = DemoTenant.start();
  private DemoControl control;
  private HttpClient http;

  @BeforeEach
  void start() throws Exception {
    control = new DemoControl(tenant);
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "tenant",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(
                    tenant.certificatePem().getBytes(StandardCharsets.US_ASCII))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    http = HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterEach
  void stop() {
    control.close();
    tenant.close();
  }

  @Test
  void the_same_seed_lets_the_same_calls_fail_in_the_same_way() throws Exception {
    assertThat(ask("/mailbox?address=" + MAILBOX + "&messages=3")).isEqualTo("200 done");
    String token = token();

    List<String> first = outcomes(token, 7);
    List<String> again = outcomes(token, 7);
    List<String> other = outcomes(token, 8);

    assertThat(first).contains("200", "429", "503").anyMatch(outcome -> !outcome.matches("\\d+"));
    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
    assertThat(ask("/hits")).isNotEqualTo("200 0");
    ask("/faults?seed=7&share=0");
    assertThat(outcome(token)).isEqualTo("200");
  }

  @Test
  void whoever_waits_for_the_first_request_is_told_when_it_comes() throws Exception {
    ask("/mailbox?address=" + MAILBOX + "&messages=1");
    String token = token();
    ask("/counters?reset=true");
    CompletableFuture<String> first =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return ask("/first");
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    assertThat(outcome(token)).isEqualTo("200");

    assertThat(first.get(1, TimeUnit.MINUTES)).isEqualTo("200 done");
    assertThat(ask("/counters?reset=true")).isEqualTo("200 1 1 0 0");
  }

  @Test
  void it_tells_which_messages_a_mailbox_has_and_which_mailbox_was_not_asked_for_the_longest_time()
      throws Exception {
    ask("/mailbox?address=" + MAILBOX + "&messages=2");
    assertThat(ask("/ids?address=" + MAILBOX).substring("200 ".length()).split("\n"))
        .containsExactlyElementsOf(
            tenant.mailbox(MAILBOX).messages().stream().map(DemoMessage::immutableId).toList());
    String token = token();
    assertThat(ask("/silence")).isEqualTo("200 0  0");
    assertThat(listed(token)).isEqualTo("200");
    assertThat(ask("/agents")).startsWith("200 Java-http-client/");
    org.awaitility.Awaitility.await()
        .until(() -> ask("/silence").matches("200 [1-9]\\d* " + MAILBOX + " 1"));
    long silent = Long.parseLong(ask("/silence").split(" ")[1]);
    assertThat(listed(token)).isEqualTo("200");
    assertThat(Long.parseLong(ask("/silence?reset=true").split(" ")[1]))
        .as("the longest of all")
        .isGreaterThanOrEqualTo(silent);
    assertThat(ask("/silence")).isEqualTo("200 0  0");
  }

  @Test
  void a_revoked_token_is_refused_and_the_next_one_is_not() throws Exception {
    ask("/mailbox?address=" + MAILBOX + "&messages=1");
    String token = token();
    assertThat(outcome(token)).isEqualTo("200");

    assertThat(ask("/revoke")).isEqualTo("200 done");

    assertThat(outcome(token)).isEqualTo("401");
    assertThat(outcome(token())).isEqualTo("200");
  }

  @Test
  void single_faults_hit_the_calls_that_they_are_meant_for_so_often_as_they_say() throws Exception {
    ask("/mailbox?address=" + MAILBOX + "&messages=1");
    String token = token();

    ask("/fault?call=PATCH+/v1.0/users/&status=503&code=serviceNotAvailable&retry-after=2&times=2");
    ask("/fault?call=DELETE&status=500");
    HttpResponse<String> refused = mark(token);
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).contains("2");
    assertThat(refused.body()).contains("serviceNotAvailable");
    assertThat(outcome(token)).isEqualTo("503");
    assertThat(outcome(token)).isEqualTo("200");

    ask("/fault?call=PATCH+/v1.0/users/&kind=RESET_AFTER");
    assertThatThrownBy(() -> mark(token)).isInstanceOf(IOException.class);
    assertThat(outcome(token)).isEqualTo("200");
  }

  @Test
  void what_the_control_does_not_understand_it_refuses_and_pages_in_a_browser_have_no_say()
      throws Exception {
    assertThat(ask("/nothing")).isEqualTo("404 unknown");
    assertThat(ask("/latency?network=soon")).startsWith("400 ").contains("soon");
    assertThat(ask("/fault?kind=EARTHQUAKE")).startsWith("400 ");
    HttpRequest forged =
        HttpRequest.newBuilder(URI.create(control.url() + "/clear"))
            .header("Origin", "https://evil.example")
            .POST(BodyPublishers.noBody())
            .build();
    assertThat(http.send(forged, BodyHandlers.ofString()).statusCode()).isEqualTo(404);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(URI.create(control.url() + "/clear")).build(),
                    BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(404);
  }

  private List<String> outcomes(String token, int seed) throws Exception {
    ask("/faults?seed=" + seed + "&share=0.5");
    List<String> outcomes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      outcomes.add(outcome(token));
    }
    return outcomes;
  }

  /** The status, or how the connection failed. */
  private String listed(String token) throws IOException, InterruptedException {
    return Integer.toString(
        http.send(
                HttpRequest.newBuilder(
                        URI.create(
                            tenant.graphUrl()
                                + "/users/"
                                + MAILBOX
                                + "/mailFolders/inbox/messages"))
                    .header("Authorization", "Bearer " + token)
                    .build(),
                BodyHandlers.ofString())
            .statusCode());
  }

  private String outcome(String token) throws InterruptedException {
    try {
      return Integer.toString(mark(token).statusCode());
    } catch (IOException e) {
      return "broken off";
    }
  }

  /** A PATCH, for the client sends a GET again by itself when the connection breaks. */
  private HttpResponse<String> mark(String token) throws IOException, InterruptedException {
    String message = tenant.mailbox(MAILBOX).messages().get(0).regularId();
    return http.send(
        HttpRequest.newBuilder(
                URI.create(
                    tenant.graphUrl()
                        + "/users/"
                        + MAILBOX
                        + "/messages/"
                        + URLEncoder.encode(message, StandardCharsets.UTF_8)))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString("{\"isRead\":true}"))
            .build(),
        BodyHandlers.ofString());
  }

  private String token() throws IOException, InterruptedException {
    String form =
        "grant_type=client_credentials&client_id="
            + DemoTenant.CLIENT_ID
            + "&client_secret="
            + DemoTenant.CLIENT_SECRET
            + "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    String answer =
        http.send(
                HttpRequest.newBuilder(
                        URI.create(
                            tenant.loginUrl() + "/" + DemoTenant.TENANT_ID + "/oauth2/v2.0/token"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form))
                    .build(),
                BodyHandlers.ofString())
            .body();
    return answer.replaceFirst("(?s).*\"access_token\"\\s*:\\s*\"([^\"]+)\".*", "$1");
  }

  /** Asks the control, and returns the status and what it says. */
  private String ask(String call) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(control.url() + call))
                .POST(BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }
}
