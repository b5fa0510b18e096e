package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Subscriptions of the demo tenant, as a client sees them that listens at a public address. */
class DemoSubscriptionsTest {

  private static final String INBOX =
      "users/" + DemoClient.MAILBOX + "/mailFolders('inbox')/messages";

  private final DemoTenant tenant = DemoTenant.start();
  private final List<JsonNode> received = new CopyOnWriteArrayList<>();
  private final ObjectMapper json = new ObjectMapper();
  private volatile int status = 202;
  private volatile String validation;
  private HttpServer listener;
  private DemoClient client;

  @BeforeEach
  void listen() throws Exception {
    tenant.mailbox(DemoClient.MAILBOX);
    client = new DemoClient(tenant).signIn();
    listener = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    listener.createContext(
        "/",
        exchange -> {
          String query = exchange.getRequestURI().getRawQuery();
          byte[] body = exchange.getRequestBody().readAllBytes();
          byte[] answer = new byte[0];
          int answered = status;
          if (query != null) {
            answered = 200;
            String token =
                URLDecoder.decode(
                    query.replaceFirst("validationToken=", ""), StandardCharsets.UTF_8);
            answer = (validation == null ? token : validation).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
          } else {
            received.add(json.readTree(body));
          }
          exchange.sendResponseHeaders(answered, answer.length == 0 ? -1 : answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    listener.start();
    tenant
        .subscriptions()
        .publish(
            URI.create("https://app.contoso.com"),
            URI.create("http://127.0.0.1:" + listener.getAddress().getPort()));
    tenant.subscriptions().delay(Duration.ofMillis(50));
  }

  @AfterEach
  void stop() {
    listener.stop(0);
    tenant.close();
  }

  private HttpResponse<String> subscribe(String url, String resource, Duration life)
      throws Exception {
    return client.ask(
        "POST",
        "/subscriptions",
        json.createObjectNode()
            .put("changeType", "created")
            .put("notificationUrl", url)
            .put("lifecycleNotificationUrl", url)
            .put("resource", resource)
            .put("clientState", "a secret")
            .put("expirationDateTime", Instant.now().plus(life).toString())
            .toString());
  }

  private HttpResponse<String> subscribe() throws Exception {
    return subscribe("https://app.contoso.com/told", INBOX, Duration.ofDays(6));
  }

  private String code(HttpResponse<String> answer) throws Exception {
    return answer.statusCode() + " " + client.json(answer).path("error").path("code").asText();
  }

  @Test
  void
      a_subscription_takes_an_https_address_that_answers_a_resource_that_is_there_and_a_life_of_less_than_seven_days()
          throws Exception {
    assertThat(code(subscribe("http://app.contoso.com/told", INBOX, Duration.ofDays(1))))
        .isEqualTo("400 InvalidRequest");
    assertThat(code(subscribe("https://nobody.contoso.com/told", INBOX, Duration.ofDays(1))))
        .isEqualTo("400 ValidationError");
    assertThat(code(subscribe("https://app.contoso.com/told", INBOX, Duration.ofMinutes(10_081))))
        .isEqualTo("400 InvalidRequest");
    assertThat(
            code(
                subscribe(
                    "https://app.contoso.com/told",
                    "users/nobody@contoso.com/messages",
                    Duration.ofDays(1))))
        .isEqualTo("404 ExtensionError");
    assertThat(
            code(
                subscribe(
                    "https://app.contoso.com/told",
                    "users/" + DemoClient.MAILBOX + "/events",
                    Duration.ofDays(1))))
        .isEqualTo("400 InvalidRequest");
    validation = "something else";
    assertThat(code(subscribe())).isEqualTo("400 ValidationError");
    validation = null;
    HttpResponse<String> created =
        subscribe("https://app.contoso.com/told", INBOX, Duration.ofMinutes(1));
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(Instant.parse(client.json(created).path("expirationDateTime").asText()))
        .as("raised to 45 minutes")
        .isAfter(Instant.now().plus(Duration.ofMinutes(40)));
    assertThat(client.json(created).path("clientState").asText()).isEqualTo("a secret");
  }

  @Test
  void a_new_message_is_told_of_with_the_clients_secret_and_again_when_it_was_not_taken()
      throws Exception {
    String id = client.json(subscribe()).path("id").asText();
    tenant
        .mailbox(DemoClient.MAILBOX)
        .deliver("Archive", DemoMail.plain(1), Instant.parse("2026-01-06T00:00:00Z"));
    status = 503;
    DemoMessage message = tenant.mailbox(DemoClient.MAILBOX).deliver(DemoMail.plain(2));
    await().until(() -> received.size() == 1);
    status = 202;
    await().until(() -> received.size() == 2 && tenant.subscriptions().delivered() == 1);
    JsonNode told = received.get(1).path("value").path(0);
    assertThat(received.get(1).path("value")).as("another folder isn't subscribed to").hasSize(1);
    assertThat(told.path("subscriptionId").asText()).isEqualTo(id);
    assertThat(told.path("clientState").asText()).isEqualTo("a secret");
    assertThat(told.path("changeType").asText()).isEqualTo("created");
    assertThat(told.path("resourceData").path("id").asText()).isEqualTo(message.immutableId());
  }

  @Test
  void it_is_renewed_and_deleted_and_expires_by_the_services_clock() throws Exception {
    String id = client.json(subscribe()).path("id").asText();
    String later = "{\"expirationDateTime\":\"" + Instant.now().plus(Duration.ofDays(3)) + "\"}";
    assertThat(client.ask("PATCH", "/subscriptions/" + id, later).statusCode()).isEqualTo(200);
    assertThat(tenant.subscriptions().active().get(0).expires())
        .isBefore(Instant.now().plus(Duration.ofDays(4)));
    assertThat(client.ask("DELETE", "/subscriptions/" + id, null).statusCode()).isEqualTo(204);
    assertThat(code(client.ask("PATCH", "/subscriptions/" + id, later)))
        .isEqualTo("404 ResourceNotFound");
    assertThat(tenant.violations()).as("it purges no mail").isEmpty();
    subscribe();
    tenant.clock(Duration.ofMinutes(50).plusDays(6));
    assertThat(tenant.subscriptions().active()).isEmpty();
  }

  @Test
  void events_of_its_life_are_told_and_one_that_is_removed_is_gone() throws Exception {
    String id = client.json(subscribe()).path("id").asText();
    tenant.subscriptions().lifecycle(DemoClient.MAILBOX, "subscriptionRemoved");
    await().until(() -> received.size() == 1);
    assertThat(received.get(0).path("value").path(0).path("lifecycleEvent").asText())
        .isEqualTo("subscriptionRemoved");
    assertThat(received.get(0).path("value").path(0).path("clientState").asText())
        .isEqualTo("a secret");
    assertThat(client.get("/subscriptions/" + id).statusCode()).isEqualTo(404);
  }

  @Test
  void
      whoever_drives_the_tenant_from_another_process_can_refuse_list_and_end_subscriptions_and_make_groups()
          throws Exception {
    try (DemoControl control = new DemoControl(tenant)) {
      assertThat(client.control(control, "/refuse-subscriptions?status=403&code=ExtensionError"))
          .isEqualTo("200 done");
      assertThat(code(subscribe())).isEqualTo("403 ExtensionError");
      assertThat(client.control(control, "/refuse-subscriptions")).isEqualTo("200 done");
      assertThat(client.control(control, "/subscriptions?address=" + DemoClient.MAILBOX))
          .isEqualTo("200 none");
      String id = client.json(subscribe()).path("id").asText();
      assertThat(client.control(control, "/subscriptions?address=" + DemoClient.MAILBOX))
          .startsWith("200 " + id)
          .endsWith(INBOX);
      client.control(control, "/notifications?delay=10&lose=true");
      tenant.mailbox(DemoClient.MAILBOX).deliver(DemoMail.plain(1));
      client.control(control, "/notifications?delay=10");
      client.control(
          control, "/lifecycle?address=" + DemoClient.MAILBOX + "&event=subscriptionRemoved");
      await()
          .until(
              () ->
                  received.stream()
                      .anyMatch(
                          told ->
                              told.path("value")
                                  .path(0)
                                  .path("lifecycleEvent")
                                  .asText()
                                  .equals("subscriptionRemoved")));
      assertThat(tenant.subscriptions().active()).isEmpty();
      assertThat(client.control(control, "/group?name=everyone&join=ada@contoso.com"))
          .isEqualTo("200 " + tenant.directory().group("everyone"));
    }
  }

  @Test
  void an_application_without_the_permission_is_refused_after_its_address_was_asked()
      throws Exception {
    tenant.register(
        DemoTenant.CLIENT_ID, DemoTenant.CLIENT_SECRET, java.util.Set.of("Mail.ReadBasic.All"));
    client.signIn();
    assertThat(code(subscribe())).isEqualTo("403 ExtensionError");
  }
}
