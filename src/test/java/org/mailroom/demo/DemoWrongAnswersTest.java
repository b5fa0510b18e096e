package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;
import org.mailroom.demo.DemoFaults.Mixture;

/** Answers of 200 that aren't, and other wrong answers that have nothing to do with one message. */
class DemoWrongAnswersTest {

  private static DemoTenant tenant;
  private static DemoClient client;
  private DemoMailbox mailbox;

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
    for (int i = 0; i < 4; i++) {
      mailbox.deliver(DemoMail.plain(i));
    }
    client.signIn();
  }

  @Test
  void a_page_that_breaks_off_has_its_first_items_an_error_object_and_the_right_length()
      throws Exception {
    tenant.faults().kind(call -> call.endsWith("/messages"), Kind.BROKEN, 1);

    HttpResponse<String> broken = client.page("$top=4");

    assertThat(broken.statusCode()).isEqualTo(200);
    assertThat(broken.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
    assertThat(broken.body())
        .startsWith("{\"@odata.context\":")
        .contains("Plain message 0", "Plain message 1")
        .doesNotContain("Plain message 2")
        .contains("}{\"error\":{\"code\":\"ErrorInternalServerError\"")
        .endsWith("}}}");
    assertThatThrownBy(() -> client.json(broken)).isInstanceOf(JsonProcessingException.class);
    assertThat(client.json(client.page("$top=4")).path("value")).hasSize(4);
  }

  @Test
  void a_page_that_just_ends_has_the_right_length_and_an_aborted_one_no_end() throws Exception {
    tenant.faults().kind(call -> call.endsWith("/messages"), Kind.ENDS, 1);
    HttpResponse<String> ended = client.page("$top=4");
    assertThat(ended.statusCode()).isEqualTo(200);
    assertThat(ended.headers().firstValue("Content-Length")).isPresent();
    assertThatThrownBy(() -> client.json(ended)).isInstanceOf(JsonProcessingException.class);

    tenant.faults().kind(call -> call.endsWith("/messages"), Kind.ABORTED, 2);
    assertThatThrownBy(() -> client.page("$top=4")).isInstanceOf(IOException.class);
    tenant.faults().clear();
    assertThat(client.json(client.page("$top=4")).path("value")).hasSize(4);
  }

  @Test
  void pages_batches_and_tokens_come_as_html_as_nothing_and_as_an_error() throws Exception {
    for (String call : new String[] {"/messages", "/$batch", "/token"}) {
      tenant.faults().kind(asked -> asked.endsWith(call), Kind.HTML, 1);
      HttpResponse<String> html = ask(call);
      assertThat(html.statusCode()).isEqualTo(200);
      assertThat(html.headers().firstValue("Content-Type")).contains("text/html");
      assertThat(html.body()).contains("<html>").hasSizeLessThan(60);

      tenant.faults().kind(asked -> asked.endsWith(call), Kind.EMPTY, 1);
      HttpResponse<String> empty = ask(call);
      assertThat(empty.statusCode()).isEqualTo(200);
      assertThat(empty.headers().firstValue("Content-Length")).contains("0");
      assertThat(empty.body()).isEmpty();

      tenant.faults().kind(asked -> asked.endsWith(call), Kind.ERROR, 1);
      HttpResponse<String> error = ask(call);
      assertThat(error.statusCode()).isEqualTo(200);
      assertThat(client.json(error).path("error").path("code").asText())
          .isEqualTo("ErrorInternalServerError");
    }
  }

  private HttpResponse<String> ask(String call) throws IOException, InterruptedException {
    return switch (call) {
      case "/messages" -> client.page("$top=4");
      case "/token" -> client.askForToken();
      default -> client.mark(mailbox.messages().get(0));
    };
  }

  @Test
  void a_page_has_a_null_or_a_text_among_its_items_or_no_items_or_no_array() throws Exception {
    tenant.faults().kind(call -> call.endsWith("/messages"), Kind.NULL_ITEM, 1);
    assertThat(client.json(client.page("$top=4")).path("value").get(2).isNull()).isTrue();
    tenant.faults().kind(call -> call.endsWith("/messages"), Kind.TEXT_ITEM, 1);
    assertThat(client.json(client.page("$top=4")).path("value").get(2).isTextual()).isTrue();
    tenant.faults().kind(call -> call.endsWith("/messages"), Kind.NOTHING_LISTED, 1);
    HttpResponse<String> nothing = client.page("$top=2");
    assertThat(client.json(nothing).path("value").isArray()).isTrue();
    assertThat(client.json(nothing).path("value")).isEmpty();
    assertThat(client.json(nothing).has("@odata.nextLink")).isFalse();
    tenant.faults().kind(call -> call.endsWith("/messages"), Kind.NO_VALUE, 1);
    assertThat(client.json(client.page("$top=4")).has("value")).isFalse();
    tenant.faults().kind(call -> call.endsWith("/$batch"), Kind.NO_VALUE, 1);
    assertThat(client.json(client.mark(mailbox.messages().get(0))).has("responses")).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"SILENT", "DRIP"})
  void a_large_page_is_never_answered_or_drips_and_a_smaller_one_is_right(Kind kind)
      throws Exception {
    tenant.faults().largePages(3, kind == Kind.DRIP ? Fault.drip(100) : Fault.of(kind));

    CompletableFuture<HttpResponse<String>> large = client.getLater(DemoClient.inbox("$top=3"));
    assertThat(client.json(client.page("$top=2")).path("value")).hasSize(2);
    assertThat(large).isNotDone();
    large.cancel(true);

    tenant.faults().largePages(3, Fault.status(504, "UnknownError"));
    assertThat(client.page("$top=10").statusCode()).isEqualTo(504);
    assertThat(client.page("$top=2").statusCode()).isEqualTo(200);
    assertThat(
            client
                .get("/users/" + DemoClient.MAILBOX + "/mailFolders/inbox/messages/delta")
                .statusCode())
        .as("10 unless asked for less")
        .isEqualTo(504);
  }

  @Test
  void an_answer_drips_at_its_rate_and_comes_whole() throws Exception {
    tenant.faults().add(call -> call.endsWith("/token"), Fault.drip(2000), 1);
    long begin = System.nanoTime();
    assertThat(client.json(client.askForToken()).path("access_token").asText()).isNotEmpty();
    assertThat(System.nanoTime() - begin)
        .as("at least")
        .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(50));
  }

  @Test
  void a_mixture_by_seed_is_the_same_again_holds_wrong_answers_and_ends_after_its_time()
      throws Exception {
    String first = outcomes(5);
    assertThat(first).contains("html", "empty", "broken json", "broken off", "right");
    assertThat(outcomes(5)).isEqualTo(first);
    assertThat(outcomes(6)).isNotEqualTo(first);

    tenant
        .faults()
        .random(5, 1, Set.of(Mixture.OUTAGES, Mixture.WRONG_ANSWERS), java.time.Duration.ZERO);
    assertThat(outcome()).isEqualTo("right");
  }

  private String outcomes(long seed) throws InterruptedException {
    tenant.faults().random(seed, 0.6, Set.of(Mixture.WRONG_ANSWERS), null);
    StringBuilder outcomes = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      outcomes.append(outcome()).append(", ");
    }
    return outcomes.toString();
  }

  /** A PATCH, for the client sends a GET again by itself when the connection breaks. */
  private String outcome() throws InterruptedException {
    try {
      HttpResponse<String> answer =
          client.ask("PATCH", DemoClient.path(mailbox.messages().get(0)), "{\"isRead\":true}");
      return answer.body().isEmpty()
          ? "empty"
          : answer.body().startsWith("<")
              ? "html"
              : client.json(answer).has("id") ? "right" : "error";
    } catch (JsonProcessingException e) {
      return "broken json";
    } catch (IOException e) {
      return "broken off";
    }
  }
}
