package org.mailroom.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoFaults.Kind;

/** What one message makes fail, while the others beside it are right. */
class DemoBadMessagesTest {

  private static DemoTenant tenant;
  private static DemoClient client;
  private DemoMailbox mailbox;
  private DemoMessage bad;
  private DemoMessage good;

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
    good = mailbox.deliver(DemoMail.plain(1));
    bad = mailbox.deliver(DemoClient.withFile("contract.pdf", "application/pdf", 1000));
    mailbox.deliver(DemoMail.plain(3));
    client.signIn();
  }

  @ParameterizedTest
  @CsvSource({
    "400, ErrorInvalidRecipients",
    "403, ErrorAccessDenied",
    "404, ErrorItemNotFound",
    "409, ErrorIrresolvableConflict",
    "500, ErrorCorruptData",
    "502,",
    "503, serviceNotAvailable",
    "504, UnknownError"
  })
  void each_page_that_holds_it_is_refused_and_no_other(int status, String code) throws Exception {
    bad.fails(DemoSpot.PAGE, Fault.status(status, code));

    assertThat(client.page("$top=3").statusCode()).isEqualTo(status);
    assertThat(client.page("$top=1&$skip=1").statusCode()).isEqualTo(status);
    assertThat(client.page("$top=1").statusCode()).isEqualTo(200);
    assertThat(client.page("$top=10&$skip=2").statusCode()).isEqualTo(200);
    assertThat(client.page("$top=3&$select=id,receivedDateTime").statusCode())
        .as("ids only")
        .isEqualTo(200);
    assertThat(client.get(DemoClient.path(bad)).statusCode()).isEqualTo(200);
    assertThat(
            client
                .get("/users/" + DemoClient.MAILBOX + "/mailFolders/inbox/messages/delta")
                .statusCode())
        .as("delta")
        .isEqualTo(status);

    bad.fails(DemoSpot.IDS, Fault.status(status, code));
    bad.fails(DemoSpot.MESSAGE, Fault.status(status, code));
    assertThat(client.page("$top=3&$select=id,receivedDateTime").statusCode()).isEqualTo(status);
    assertThat(client.get(DemoClient.path(bad)).statusCode()).isEqualTo(status);
    assertThat(client.get(DemoClient.path(good)).statusCode()).isEqualTo(200);

    bad.heals();
    assertThat(client.page("$top=3").statusCode()).isEqualTo(200);
  }

  @Test
  void a_page_breaks_off_at_it_and_is_right_without_it() throws Exception {
    bad.fails(DemoSpot.PAGE, Fault.of(Kind.BROKEN));
    HttpResponse<String> broken = client.page("$top=3");
    assertThat(broken.statusCode()).isEqualTo(200);
    assertThat(broken.body())
        .contains("Plain message 1")
        .doesNotContain("contract.pdf", "Plain message 3")
        .contains("}{\"error\":");
    assertThatThrownBy(() -> client.json(broken)).isInstanceOf(JsonProcessingException.class);
    assertThat(client.page("$top=1&$skip=1").body()).contains("\"value\":[{\"error\":");
    assertThat(client.json(client.page("$skip=2")).path("value")).hasSize(1);

    bad.fails(DemoSpot.PAGE, Fault.of(Kind.NULL_ITEM));
    assertThat(client.json(client.page("$top=3")).path("value").get(1).isNull()).isTrue();
    bad.fails(DemoSpot.PAGE, Fault.of(Kind.ABORTED));
    assertThatThrownBy(() -> client.page("$top=3")).isInstanceOf(IOException.class);
  }

  @Test
  void it_heals_after_some_tries_or_after_a_time() throws Exception {
    bad.fails(DemoSpot.MESSAGE, Fault.status(500, "ErrorInternalServerError"), 2);
    assertThat(
            List.of(
                client.get(DemoClient.path(bad)).statusCode(),
                client.get(DemoClient.path(bad)).statusCode(),
                client.get(DemoClient.path(bad)).statusCode()))
        .containsExactly(500, 500, 200);
    bad.fails(DemoSpot.MESSAGE, Fault.status(500, "ErrorInternalServerError"), Duration.ZERO);
    assertThat(client.get(DemoClient.path(bad)).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "500, ErrorInternalServerError",
    "412, ErrorIrresolvableConflict",
    "401, InvalidAuthenticationToken",
    "429, TooManyRequests",
    "400, ErrorInvalidMailboxItemId",
    "403, ErrorAccessDenied"
  })
  void its_part_of_a_batch_always_fails_and_changes_nothing_while_the_others_are_done(
      int status, String code) throws Exception {
    bad.fails(DemoSpot.CHANGE, Fault.status(status, code).retryAfter("7"));
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> batch = client.mark(good, bad);
      assertThat(batch.statusCode()).isEqualTo(200);
      assertThat(client.part(batch, 0).path("status").asInt()).isEqualTo(200);
      assertThat(client.part(batch, 1).path("status").asInt()).isEqualTo(status);
      assertThat(client.part(batch, 1).path("body").path("error").path("code").asText())
          .isEqualTo(code);
      assertThat(client.part(batch, 1).path("headers").path("Retry-After").asText()).isEqualTo("7");
    }
    assertThat(bad.isRead()).isFalse();
    assertThat(good.isRead()).isTrue();
  }

  @Test
  void its_list_of_attachments_is_no_list_or_empty_though_it_has_some() throws Exception {
    String list = DemoClient.path(bad) + "/attachments?$select=id,name,contentType,size,isInline";
    bad.fails(DemoSpot.ATTACHMENTS, Fault.of(Kind.NO_VALUE));
    assertThat(client.json(client.get(list)).has("@odata.context")).isTrue();
    assertThat(client.json(client.get(list)).has("value")).isFalse();
    bad.fails(DemoSpot.ATTACHMENTS, Fault.of(Kind.ERROR));
    assertThat(client.json(client.get(list)).path("error").path("code").asText()).isNotEmpty();
    bad.fails(DemoSpot.ATTACHMENTS, Fault.of(Kind.NOTHING_LISTED), 1);
    assertThat(client.json(client.get(DemoClient.path(bad))).path("hasAttachments").asBoolean())
        .isTrue();
    assertThat(client.json(client.get(list)).path("value")).isEmpty();
    assertThat(client.json(client.get(list)).path("value")).as("it was only late").hasSize(1);
  }

  @Test
  void its_content_is_empty_half_of_a_proxy_refused_or_never_comes() throws Exception {
    String content = content();
    assertThat(client.get(content).body()).hasSize(1000);
    bad.fails(DemoSpot.CONTENT, Fault.of(Kind.EMPTY));
    assertThat(client.get(content).body()).isEmpty();
    bad.fails(DemoSpot.CONTENT, Fault.of(Kind.HALF));
    HttpResponse<String> half = client.get(content);
    assertThat(half.body()).hasSize(500);
    assertThat(half.headers().firstValue("Content-Length"))
        .as("in chunks that end properly")
        .isEmpty();
    bad.fails(DemoSpot.CONTENT, Fault.of(Kind.HTML));
    assertThat(client.get(content).headers().firstValue("Content-Type")).contains("text/html");
    bad.fails(DemoSpot.CONTENT, Fault.status(500, "ErrorInternalServerError"));
    assertThat(client.get(content).statusCode()).isEqualTo(500);
    bad.fails(DemoSpot.CONTENT, Fault.contentType("application/x-java-serialized-object"));
    assertThat(client.get(content).headers().firstValue("Content-Type"))
        .contains("application/x-java-serialized-object");
    bad.fails(DemoSpot.CONTENT, Fault.of(Kind.SILENT));
    CompletableFuture<HttpResponse<String>> never = client.getLater(content);
    bad.fails(DemoSpot.ORIGINAL, Fault.of(Kind.EMPTY));
    assertThat(client.get(DemoClient.path(bad) + "/$value").body()).isEmpty();
    assertThat(never).isNotDone();
    never.cancel(true);
  }

  private String content() throws IOException, InterruptedException {
    String id =
        client
            .json(client.get(DemoClient.path(bad) + "/attachments?$select=id"))
            .path("value")
            .path(0)
            .path("id")
            .asText();
    return DemoClient.path(bad)
        + "/attachments/"
        + URLEncoder.encode(id, StandardCharsets.UTF_8)
        + "/$value";
  }

  @Test
  void a_placeholder_stands_for_its_attachments_until_they_are_scanned() throws Exception {
    bad.scanning("ATP Scan In Progress", null);
    JsonNode placeholder =
        client.json(client.get(DemoClient.path(bad) + "/attachments")).path("value");
    assertThat(placeholder).hasSize(1);
    assertThat(placeholder.path(0).path("@odata.type").asText())
        .isEqualTo("#microsoft.graph.itemAttachment");
    assertThat(placeholder.path(0).path("name").asText()).isEqualTo("ATP Scan In Progress");
    bad.scanned();
    assertThat(
            client
                .json(client.get(DemoClient.path(bad) + "/attachments"))
                .path("value")
                .path(0)
                .path("name")
                .asText())
        .isEqualTo("contract.pdf");
    bad.scanning("Safe Attachments Scan In Progress", Duration.ZERO);
    assertThat(
            client
                .json(client.get(DemoClient.path(bad) + "/attachments"))
                .path("value")
                .path(0)
                .path("name")
                .asText())
        .isEqualTo("contract.pdf");
  }

  @Test
  void a_delete_moves_to_deleted_items_and_another_one_purges_while_a_move_can_be_sent_again()
      throws Exception {
    assertThat(client.ask("DELETE", DemoClient.path(bad), null).statusCode()).isEqualTo(204);
    assertThat(bad.folder()).isEqualTo(mailbox.folder("Deleted Items"));
    assertThat(
            client
                .part(client.send(client.batch("DELETE", null, DemoClient.path(bad))), 0)
                .path("status")
                .asInt())
        .isEqualTo(204);
    assertThat(mailbox.messages()).doesNotContain(bad);
    assertThat(mailbox.purged()).containsExactly(bad);
    assertThat(client.get(DemoClient.path(bad)).statusCode()).isEqualTo(404);

    for (int i = 0; i < 2; i++) {
      assertThat(
              client
                  .ask(
                      "POST",
                      DemoClient.path(good) + "/move",
                      "{\"destinationId\":\"deleteditems\"}")
                  .statusCode())
          .isEqualTo(201);
    }
    assertThat(good.folder()).isEqualTo(mailbox.folder("Deleted Items"));
    assertThat(tenant.counters().deletes()).isEqualTo(2);
    assertThat(tenant.counters().purged()).isEqualTo(1);
  }

  @Test
  void patches_are_counted_and_those_that_change_nothing_too() throws Exception {
    client.mark(good);
    client.mark(good);
    client.ask(
        "PATCH",
        DemoClient.path(good),
        "{\"categories\":[\"Imported\"],\"flag\":{\"flagStatus\":\"complete\"}}");
    client.ask("PATCH", DemoClient.path(good), "{\"categories\":[\"Imported\"],\"isRead\":true}");
    assertThat(good.patches()).isEqualTo(4);
    assertThat(good.idlePatches()).isEqualTo(2);
    assertThat(tenant.counters().patches()).isEqualTo(4);
    assertThat(tenant.counters().idlePatches()).isEqualTo(2);
  }

  @Test
  void its_enumerations_have_values_that_nobody_knows() throws Exception {
    bad.property("importance", "extraordinarilyImportantIndeed");
    bad.property("body/contentType", "textWithSomethingNew");
    JsonNode seen = client.json(client.get(DemoClient.path(bad)));
    assertThat(seen.path("importance").asText()).isEqualTo("extraordinarilyImportantIndeed");
    assertThat(seen.path("body").path("contentType").asText()).isEqualTo("textWithSomethingNew");
  }

  @Test
  void poison_spoils_the_same_again_and_healthy_and_late_messages_are_right_in_the_end()
      throws Exception {
    DemoMail maker = new DemoMail(3);
    for (int i = 0; i < 200; i++) {
      mailbox.deliver(maker.next());
    }
    DemoPoison poison = new DemoPoison(9, 0.1, 0.1, 0.3, 2, Duration.ZERO);
    Map<DemoMessage, DemoPoison.Fate> fates = new java.util.LinkedHashMap<>();
    mailbox.messages().forEach(message -> fates.put(message, poison.spoil(message)));
    assertThat(fates.values()).contains(DemoPoison.Fate.values());
    List<DemoPoison.Fate> again = new ArrayList<>();
    DemoPoison same = new DemoPoison(9, 0.1, 0.1, 0.3, 2, Duration.ZERO);
    mailbox.messages().forEach(message -> again.add(same.spoil(message)));
    assertThat(again).containsExactlyElementsOf(fates.values());

    for (Map.Entry<DemoMessage, DemoPoison.Fate> entry : fates.entrySet()) {
      boolean imported =
          isImportable(entry.getKey())
              || isImportable(entry.getKey())
              || isImportable(entry.getKey());
      assertThat(imported)
          .as("%s", entry.getValue())
          .isEqualTo(entry.getValue() != DemoPoison.Fate.NEVER);
      int marked = 0;
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> answer =
            client.ask("PATCH", DemoClient.path(entry.getKey()), "{\"isRead\":true}");
        marked =
            answer.statusCode() == 200 && client.json(answer).has("id") ? 200 : answer.statusCode();
      }
      if (entry.getValue() != DemoPoison.Fate.NEVER) {
        assertThat(marked == 200)
            .as("%s", entry.getValue())
            .isEqualTo(entry.getValue() != DemoPoison.Fate.UNMARKABLE);
      }
    }
  }

  /** Whether the message, its attachments and their contents are as they should be. */
  private static boolean isImportable(DemoMessage message)
      throws IOException, InterruptedException {
    HttpResponse<String> alone = client.get(DemoClient.path(message));
    JsonNode list =
        client
            .json(client.get(DemoClient.path(message) + "/attachments?$select=id,size"))
            .path("value");
    boolean right =
        alone.statusCode() == 200
            && client.json(alone).has("id")
            && list.size() == message.attachments().size();
    for (JsonNode attachment : list) {
      HttpResponse<String> content =
          client.get(
              DemoClient.path(message)
                  + "/attachments/"
                  + URLEncoder.encode(attachment.path("id").asText(), StandardCharsets.UTF_8)
                  + "/$value");
      right &=
          content.statusCode() == 200
              && content.headers().firstValueAsLong("Content-Length").orElse(-1)
                  == attachment.path("size").asLong() - 196;
    }
    return right;
  }
}
