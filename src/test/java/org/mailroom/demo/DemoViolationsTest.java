package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;

/** What a client must not do is noted, and nothing else is. */
class DemoViolationsTest {

  private static DemoTenant tenant;
  private static DemoClient client;
  private DemoMailbox mailbox;
  private DemoMessage message;

  @BeforeAll
  static void start() throws Exception {
    tenant = DemoTenant.start();
    client = new DemoClient(tenant);
  }

  @AfterAll
  static void stop() {
    tenant.close();
  }

  @BeforeEach
  void begin() throws Exception {
    tenant.reset();
    mailbox = tenant.mailbox(DemoClient.MAILBOX);
    message = mailbox.deliver(DemoClient.withFile("a.txt", "text/plain", 10));
    client.signIn();
  }

  private static List<DemoViolation.Kind> kinds() {
    return tenant.violations().stream().map(DemoViolation::kind).toList();
  }

  @Test
  void a_client_that_does_all_right_has_none() throws Exception {
    client.page("$top=5");
    client.get(DemoClient.path(message) + "/attachments");
    client.get(DemoClient.path(message) + "/$value");
    client.mark(message);
    client.ask("POST", DemoClient.path(message) + "/move", "{\"destinationId\":\"deleteditems\"}");
    tenant.faults().add(call -> call.endsWith("/messages"), Fault.throttled("0.1"), 1);
    assertThat(client.page("").statusCode()).isEqualTo(429);
    client.page("");
    tenant.revokeTokens();
    assertThat(client.page("").statusCode()).isEqualTo(401);
    client.signIn();
    assertThat(client.page("").statusCode()).isEqualTo(200);
    tenant.identity().clientsRestart();
    client.signIn();
    assertThat(tenant.violations()).isEmpty();
    assertThat(tenant.violationCount()).isZero();
  }

  @Test
  void
      two_instances_of_a_client_in_one_mailbox_at_once_are_noted_and_one_after_the_other_or_in_two_mailboxes_or_of_two_clients_they_are_not()
          throws Exception {
    DemoMessage other = tenant.mailbox("other@contoso.com").deliver(DemoMail.plain(1));
    tenant.latency().set(Duration.ZERO, Duration.ofMillis(300));
    HttpRequest one =
        as("Importer/2.0 (one)", client.request("GET", DemoClient.path(message), null));
    HttpRequest two =
        as("Importer/2.0 (two)", client.request("GET", DemoClient.path(message), null));
    HttpRequest elsewhere =
        as(
            "Importer/2.0 (two)",
            client.request(
                "GET",
                DemoClient.path(other).replace(DemoClient.MAILBOX, "other@contoso.com"),
                null));
    HttpRequest reader = as("Reader/1.0", client.request("GET", DemoClient.path(message), null));
    CompletableFuture.allOf(
            client.sendLater(one),
            client.sendLater(one),
            client.sendLater(elsewhere),
            client.sendLater(reader))
        .join();
    client.send(two);
    assertThat(kinds()).isEmpty();

    CompletableFuture.allOf(
            client.sendLater(one),
            client.sendLater(
                as("Importer/2.0 (two)", client.batch("GET", null, DemoClient.path(message)))))
        .join();
    assertThat(tenant.violations())
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.kind()).isEqualTo(DemoViolation.Kind.TWO_INSTANCES);
              assertThat(violation.mailbox()).isEqualTo(DemoClient.MAILBOX);
              assertThat(violation.detail()).contains("Importer/2.0 (one)", "Importer/2.0 (two)");
            });
  }

  private static HttpRequest as(String agent, HttpRequest request) {
    return HttpRequest.newBuilder(request, (name, value) -> true)
        .setHeader("User-Agent", agent)
        .build();
  }

  @Test
  void two_batches_of_a_mailbox_at_once_are_noted_and_two_of_different_mailboxes_are_not()
      throws Exception {
    DemoMessage other = tenant.mailbox("other@contoso.com").deliver(DemoMail.plain(1));
    tenant.latency().set(Duration.ZERO, Duration.ofMillis(300));
    HttpRequest ours = client.batch("GET", null, DemoClient.path(message));
    HttpRequest theirs =
        client.batch(
            "GET", null, DemoClient.path(other).replace(DemoClient.MAILBOX, "other@contoso.com"));
    CompletableFuture.allOf(client.sendLater(ours), client.sendLater(theirs)).join();
    assertThat(kinds()).isEmpty();

    CompletableFuture.allOf(client.sendLater(ours), client.sendLater(ours)).join();
    assertThat(kinds()).containsExactly(DemoViolation.Kind.TWO_BATCHES);
    DemoViolation violation = tenant.violations().get(0);
    assertThat(violation.mailbox()).isEqualTo(DemoClient.MAILBOX);
    assertThat(violation.request()).isEqualTo("POST /$batch");
    assertThat(violation.time()).isBetween(Instant.now().minusSeconds(60), Instant.now());
  }

  @Test
  void a_batch_after_one_that_was_given_up_unanswered_is_not_noted_and_one_beside_it_is()
      throws Exception {
    tenant.faults().add(call -> call.startsWith("POST /v1.0/$batch"), Fault.of(Kind.SILENT), 2);
    HttpRequest batch = client.batch("GET", null, DemoClient.path(message));
    CompletableFuture<HttpResponse<String>> givenUp = client.sendLater(batch);
    await().until(() -> tenant.faults().hits() == 1);
    givenUp.cancel(true);
    CompletableFuture<HttpResponse<String>> unanswered = client.sendLater(batch);
    await().until(() -> tenant.faults().hits() == 2);
    assertThat(client.send(batch).statusCode()).isEqualTo(200);
    assertThat(kinds()).containsExactly(DemoViolation.Kind.TWO_BATCHES);
    unanswered.cancel(true);
  }

  @Test
  void more_than_four_requests_of_a_mailbox_at_once_are_noted() {
    tenant.latency().set(Duration.ZERO, Duration.ofMillis(500));
    CompletableFuture.allOf(
            IntStream.range(0, 4)
                .mapToObj(i -> client.getLater(DemoClient.inbox("")))
                .toArray(CompletableFuture[]::new))
        .join();
    assertThat(kinds()).isEmpty();
    CompletableFuture.allOf(
            IntStream.range(0, 5)
                .mapToObj(i -> client.getLater(DemoClient.inbox("")))
                .toArray(CompletableFuture[]::new))
        .join();
    assertThat(kinds()).containsExactly(DemoViolation.Kind.MORE_THAN_FOUR);
  }

  @Test
  void
      a_request_before_retry_after_is_over_is_noted_however_the_wait_was_said_but_not_what_was_on_its_way()
          throws Exception {
    tenant.clock(Duration.ofDays(-1));
    for (String header : new String[] {"900", "600,31", "date:PT15M"}) {
      tenant.reset();
      mailbox = tenant.mailbox(DemoClient.MAILBOX);
      message = mailbox.deliver(DemoMail.plain(1));
      tenant.clock(Duration.ofDays(-1));
      client.signIn();
      if (header.equals("900")) {
        // in a part of a batch
        message.fails(DemoSpot.CHANGE, Fault.throttled(header), 1);
        assertThat(client.part(client.mark(message), 0).path("status").asInt()).isEqualTo(429);
      } else {
        tenant.faults().add(call -> call.endsWith("/messages"), Fault.throttled(header), 1);
        assertThat(client.page("").statusCode()).isEqualTo(429);
      }
      client.page("");
      assertThat(kinds()).as("on its way").isEmpty();
      await()
          .pollInterval(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                client.page("");
                return kinds().contains(DemoViolation.Kind.BEFORE_RETRY_AFTER);
              });
      tenant.mailbox("other@contoso.com");
      tenant.forgetViolations();
      client.get("/users/other@contoso.com/messages");
      assertThat(tenant.violations()).isEmpty();
    }
  }

  @Test
  void
      a_token_asked_for_while_one_is_good_is_noted_but_not_after_a_401_or_when_the_answer_was_lost()
          throws Exception {
    client.signIn();
    assertThat(kinds()).containsExactly(DemoViolation.Kind.NEEDLESS_TOKEN);
    assertThat(tenant.violations().get(0).request())
        .startsWith("POST /")
        .endsWith("/oauth2/v2.0/token");

    tenant.identity().clientsRestart();
    tenant.forgetViolations();
    tenant.faults().kind(call -> call.endsWith("/token"), Kind.EMPTY, 1);
    assertThat(client.askForToken().body()).isEmpty();
    client.signIn();
    assertThat(kinds()).isEmpty();
  }

  @Test
  void a_mailbox_that_refuses_every_token_is_a_reason_for_one_other_token_and_for_no_third()
      throws Exception {
    mailbox.fails(Fault.status(401, "InvalidAuthenticationToken"));
    tenant.mailbox("other@contoso.com");
    assertThat(client.page("").statusCode()).isEqualTo(401);
    client.signIn();
    assertThat(client.get("/users/other@contoso.com/messages").statusCode()).isEqualTo(200);
    assertThat(client.page("").statusCode()).isEqualTo(401);
    assertThat(kinds()).isEmpty();

    client.signIn();
    assertThat(kinds()).containsExactly(DemoViolation.Kind.NEEDLESS_TOKEN);
  }

  @Test
  void an_encoded_dollar_is_noted_though_it_is_answered_in_batches_too() throws Exception {
    assertThat(client.get(DemoClient.path(message) + "/%24value").statusCode()).isEqualTo(200);
    assertThat(
            client
                .ask(
                    "POST",
                    "/%24batch",
                    "{\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\""
                        + DemoClient.path(message)
                        + "/%24value\"}]}")
                .statusCode())
        .isEqualTo(200);
    client.get(DemoClient.inbox("%24top=1"));
    assertThat(kinds())
        .containsExactly(
            DemoViolation.Kind.ENCODED_DOLLAR,
            DemoViolation.Kind.ENCODED_DOLLAR,
            DemoViolation.Kind.ENCODED_DOLLAR);
  }

  @Test
  void a_delete_and_what_returns_ids_without_the_preference_are_noted() throws Exception {
    client.ask("DELETE", DemoClient.path(message), null);
    assertThat(kinds()).containsExactly(DemoViolation.Kind.DELETE);
    tenant.forgetViolations();
    HttpRequest bare =
        HttpRequest.newBuilder(URI.create(tenant.graphUrl() + DemoClient.inbox("")))
            .header(
                "Authorization",
                client
                    .request("GET", "/", null)
                    .headers()
                    .firstValue("Authorization")
                    .orElseThrow())
            .build();
    client.send(bare);
    client.send(
        client.request(
            "POST",
            "/$batch",
            "{\"requests\":[{\"id\":\"1\",\"method\":\"PATCH\",\"url\":\""
                + DemoClient.path(message)
                + "\",\"body\":{}}]}"));
    assertThat(kinds())
        .containsExactly(
            DemoViolation.Kind.WITHOUT_IMMUTABLE_IDS, DemoViolation.Kind.WITHOUT_IMMUTABLE_IDS);
    assertThat(tenant.violations().get(1).request()).isEqualTo("PATCH " + DemoClient.path(message));
  }

  @Test
  void a_token_that_goes_to_another_host_is_noted_by_that_host() throws Exception {
    mailbox.deliver(DemoMail.plain(2));
    tenant.faults().kind(call -> call.endsWith("/messages"), Kind.FOREIGN_NEXT_LINK, 1);
    String next = client.json(client.page("$top=1")).path("@odata.nextLink").asText();
    assertThat(next).startsWith("https://127.0.0.1:");
    assertThat(kinds()).isEmpty();
    HttpResponse<String> answer = client.get(next);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(kinds()).containsExactly(DemoViolation.Kind.TOKEN_TO_ANOTHER_HOST);
  }
}
