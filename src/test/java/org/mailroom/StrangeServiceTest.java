package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoAttachment;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;

/**
 * What a service may answer, too: nothing is lost, nothing twice, and nothing holds up the rest.
 */
class StrangeServiceTest {

  private static final String CLAIMS =
      "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1767225602\"}}}";

  @RegisterExtension static final SharedMailroom SHARED = new SharedMailroom();

  private static StrangeGraph graph;

  private final DemoTenant tenant = SHARED.tenant();
  private DemoMailbox mailbox;

  @BeforeAll
  static void startGraph() throws Exception {
    graph = new StrangeGraph(SHARED.tenant());
  }

  @BeforeEach
  void begin() {
    mailbox = SHARED.mailbox();
    graph.beginAnew();
  }

  @AfterAll
  static void stopGraph() {
    graph.close();
  }

  private MailroomRun mailroom() {
    return SHARED.start("--mailroom.graph-url=" + graph.url());
  }

  private void deliver(int messages) {
    for (int i = 0; i < messages; i++) {
      mailbox.deliver(DemoMail.plain(i));
    }
  }

  private DemoMessage deliverWithAttachments(int attachments) {
    DemoMessage message = mailbox.deliver(DemoMail.plain(1000));
    for (int i = 0; i < attachments; i++) {
      message.attach(
          new DemoAttachment(
              "AAkALgAtt" + "s".repeat(60) + i,
              "fileAttachment",
              i + ".txt",
              "text/plain",
              false,
              null,
              ("content of " + i).getBytes(StandardCharsets.UTF_8)));
    }
    return message;
  }

  private static boolean isListing(String call) {
    return call.startsWith("GET ") && call.contains("/mailFolders/inbox/messages?");
  }

  private static String withToken(String address, String token) {
    return address + (address.contains("?") ? "&" : "?") + "$skiptoken=" + token;
  }

  @Test
  void
      pages_without_messages_with_the_same_message_twice_and_with_links_that_are_not_encoded_are_walked_through() {
    deliver(25);
    AtomicInteger pages = new AtomicInteger();
    graph.change(
        StrangeServiceTest::isListing,
        (address, page) -> {
          if (pages.getAndIncrement() == 0) {
            page.removeAll();
            page.putArray("value");
            page.put(
                "@odata.nextLink",
                withToken(URLDecoder.decode(address, StandardCharsets.UTF_8), "a|b c"));
            return;
          }
          ArrayNode messages = (ArrayNode) page.path("value");
          if (messages.size() > 1) {
            messages.add(messages.get(0).deepCopy());
            ((ObjectNode) messages.get(1))
                .put("unknownProperty", true)
                .putObject("another")
                .put("x", 1);
            ((ObjectNode) messages.get(1))
                .putNull("from")
                .putNull("sender")
                .putNull("toRecipients")
                .remove("body");
          }
        });
    try (MailroomRun mailroom = mailroom()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.failure()).isNull();
      assertThat(result.imported()).isEqualTo(25);
      assertThat(mailroom.rows("mail_message")).isEqualTo(25);
      assertThat(mailbox.unread()).isZero();
      assertThat(graph.calls()).anyMatch(call -> call.contains("$skiptoken=a%7Cb%20c"));
    }
  }

  @Test
  void what_has_no_id_is_listed_as_failed_and_all_others_are_imported() {
    deliver(10);
    graph.change(
        StrangeServiceTest::isListing,
        (address, page) -> {
          ArrayNode messages = (ArrayNode) page.path("value");
          // at the front of the folder
          if (messages.size() > 0 && address.contains("1900-01-01") && !address.contains("$skip")) {
            messages
                .insertObject(0)
                .put("subject", "nobody")
                .put("receivedDateTime", "2026-01-01T00:00:00Z");
            ((ObjectNode) messages.get(messages.size() - 1)).putNull("receivedDateTime");
          }
        });
    try (MailroomRun mailroom = mailroom()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.failure()).isNull();
      assertThat(result.imported()).isEqualTo(10);
      assertThat(mailbox.unread()).isZero();
      assertThat(
              mailroom
                  .database()
                  .queryForObject(
                      "select count(distinct message_id) from delivery where status = 'FAILED'",
                      Long.class))
          .isEqualTo(1);
    }
  }

  @Test
  void attachments_come_page_by_page_and_with_contents_that_were_not_asked_for() throws Exception {
    DemoMessage message = deliverWithAttachments(3);
    graph.change(
        call -> call.contains("/attachments?"),
        (address, page) -> {
          ArrayNode attachments = (ArrayNode) page.path("value");
          int position =
              address.contains("skiptoken=")
                  ? Integer.parseInt(address.substring(address.indexOf("skiptoken=") + 10))
                  : 0;
          JsonNode one = attachments.get(position);
          ((ObjectNode) one)
              .put("contentBytes", Base64.getEncoder().encodeToString(new byte[300_000]));
          attachments.removeAll().add(one);
          if (position < 2) {
            page.put(
                "@odata.nextLink",
                withToken(
                    address.replaceFirst("[?&]\\$skiptoken=.*", ""), String.valueOf(position + 1)));
          }
        });
    try (MailroomRun mailroom = mailroom()) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      List<String> locations =
          mailroom
              .database()
              .queryForList(
                  "select location from mail_attachment where message_id = ? order by position",
                  String.class,
                  message.immutableId());
      assertThat(locations).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertThat(Files.readString(Path.of(locations.get(i)))).isEqualTo("content of " + i);
      }
    }
  }

  @Test
  void a_list_of_attachments_that_never_ends_is_the_failure_of_its_message_alone() {
    deliver(5);
    deliverWithAttachments(2);
    graph.change(
        call -> call.contains("/attachments?"),
        (address, page) ->
            page.put(
                "@odata.nextLink",
                withToken(address.replaceFirst("[?&]\\$skiptoken=.*", ""), "again")));
    try (MailroomRun mailroom = mailroom()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.failure()).isNull();
      assertThat(result.imported()).isEqualTo(5);
      assertThat(result.failed()).isEqualTo(1);
      assertThat(mailbox.unread()).isEqualTo(1);
    }
  }

  @Test
  void
      an_attachment_that_is_listed_and_not_given_fails_its_message_and_is_not_taken_for_a_message_that_is_gone() {
    deliver(3);
    DemoMessage message = deliverWithAttachments(2);
    tenant.faults().status(call -> call.endsWith("/$value"), 404, "ErrorItemNotFound", Map.of(), 1);
    try (MailroomRun mailroom = mailroom()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.gone()).isZero();
      assertThat(result.failed()).isEqualTo(1);
      assertThat(result.imported()).isEqualTo(3);
      assertThat(
              mailroom
                  .database()
                  .queryForList(
                      "select last_error from delivery where message_id = ?",
                      String.class,
                      message.immutableId()))
          .isNotEmpty()
          .allMatch(error -> error.contains("it lists the attachment and doesn't have it"));
      mailroom
          .database()
          .update(
              "update delivery set next_attempt_at = current_timestamp where status = 'PENDING'");
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      assertThat(mailbox.unread()).isZero();
    }
  }

  @Test
  void a_message_that_is_deleted_while_its_attachments_are_fetched_is_no_failure() {
    DemoMessage message = deliverWithAttachments(2);
    deliver(3);
    graph.change(
        call -> call.contains("/attachments?"), (address, page) -> mailbox.remove(message));
    try (MailroomRun mailroom = mailroom()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.gone()).isEqualTo(1);
      assertThat(result.imported()).isEqualTo(3);
      assertThat(result.isComplete()).isTrue();
    }
  }

  @Test
  void
      of_a_batch_that_comes_back_shuffled_cut_short_and_in_part_unauthorized_everything_is_marked() {
    deliver(20);
    AtomicInteger batches = new AtomicInteger();
    graph.change(
        call -> call.equals("POST /$batch"),
        (address, answer) -> {
          List<JsonNode> parts = new ArrayList<>();
          answer.path("responses").forEach(parts::add);
          Collections.reverse(parts);
          if (batches.getAndIncrement() == 0) {
            parts.remove(0);
            parts.add(parts.get(3));
            refuse(parts.get(1), 424, "FailedDependency").remove("headers");
            refuse(parts.get(5), 503, "serviceNotAvailable")
                .putObject("headers")
                .put("retry-after", "0");
            refuse(parts.get(4), 429, "ApplicationThrottled")
                .putObject("headers")
                .put("RETRY-AFTER", "0.01");
            refuse(parts.get(2), 401, "InvalidAuthenticationToken")
                .putObject("headers")
                .put(
                    "www-authenticate",
                    "Bearer error=\"insufficient_claims\", claims=\""
                        + Base64.getEncoder()
                            .encodeToString(CLAIMS.getBytes(StandardCharsets.UTF_8))
                        + "\"");
          }
          answer.putArray("responses").addAll(parts);
        });
    tenant.revokeTokens();
    int tokens = tenant.tokenRequests();
    try (MailroomRun mailroom = mailroom()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.isComplete()).isTrue();
      assertThat(result.imported()).isEqualTo(20);
      assertThat(batches).hasValueGreaterThan(1);
      assertThat(mailbox.unread()).isZero();
      assertThat(tenant.tokenRequests())
          .as("one to begin with, one with the claims")
          .isEqualTo(tokens + 2);
      assertThat(mailroom.importSupport().imported()).isZero();
    }
  }

  private static ObjectNode refuse(JsonNode part, int status, String code) {
    ObjectNode refused = (ObjectNode) part;
    refused
        .put("status", status)
        .putObject("body")
        .putObject("error")
        .put("code", code)
        .put("message", "no");
    return refused;
  }
}
