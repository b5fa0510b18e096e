package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoTenant;

/**
 * What a document says beyond the mail's own words, from the wire to database, file and queue. One
 * import for all.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MailMessageFieldsTest {

  private static final String PLAIN =
      """
      From: Ada Lovelace <ada@example.com>
      Subject: plain
      Message-ID: <plain@example.com>
      Content-Type: text/plain; charset=utf-8

      Hello, this is <b>text</b>.
      """;

  private static final String REPLY =
      """
      From: Ada Lovelace <ada@example.com>
      Subject: Re: Ticket 17
      Message-ID: <reply@example.com>
      In-Reply-To: <17@contoso.com>
      References: <16@contoso.com> (first)
       <17@contoso.com>
      Content-Type: text/html; charset=utf-8

      <p>Yes, see <a href="https://example.com/a">the page</a>.</p><div class="gmail_quote"><p>On Monday:</p><blockquote>Does it work?</blockquote></div>
      """;

  private static final String OUT_OF_OFFICE =
      """
      From: Grace Hopper <grace@example.com>
      Subject: Automatic reply: Ticket 17
      In-Reply-To: <17@contoso.com>
      Auto-Submitted: auto-generated
      X-MS-Exchange-Inbox-Rules-Loop: grace@example.com
      Content-Type: text/plain

      I'm away.
      """;

  private static final String BOUNCE =
      """
      Return-Path: <>
      From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
      Subject: Undelivered Mail Returned to Sender
      MIME-Version: 1.0
      Content-Type: multipart/report; report-type=delivery-status; boundary="b"

      --b
      Content-Type: text/plain

      I'm sorry.

      --b
      Content-Description: Delivery report
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx.example.com

      Final-Recipient: rfc822; nobody@example.com
      Action: failed
      Status: 5.1.1

      --b--
      """;

  private static final String INVITATION =
      """
      From: Ada Lovelace <ada@example.com>
      Subject: Review
      MIME-Version: 1.0
      Content-Type: multipart/alternative; boundary="b"

      --b
      Content-Type: text/plain

      You are invited.
      --b
      Content-Type: text/calendar; charset=utf-8; method=REQUEST

      BEGIN:VCALENDAR
      METHOD:REQUEST
      BEGIN:VEVENT
      UID:1
      DTSTART;TZID=Europe/Amsterdam:20260701T090000
      DTEND;TZID=Europe/Amsterdam:20260701T100000
      LOCATION:Room 1\\, first floor
      END:VEVENT
      END:VCALENDAR
      --b--
      """;

  private static final String FORWARD =
      """
      From: Ada Lovelace <ada@example.com>
      Subject: Fwd
      MIME-Version: 1.0
      Content-Type: multipart/mixed; boundary="b"

      --b
      Content-Type: text/plain

      See below.
      --b
      Content-Type: message/rfc822
      Content-Disposition: attachment

      From: bob@example.com
      Subject: Inner: "mail"

      inner text
      --b--
      """;

  private static final String APPLE =
      """
      From: Ada Lovelace <ada@example.com>
      Subject: apple
      MIME-Version: 1.0
      X-Mailer: Apple Mail (2.3774.600.62)
      Content-Type: multipart/alternative; boundary="Apple-Mail=_A"

      --Apple-Mail=_A
      Content-Type: text/plain

      See the offer.
      --Apple-Mail=_A
      Content-Type: multipart/mixed; boundary="Apple-Mail=_B"

      --Apple-Mail=_B
      Content-Type: text/html

      <p>See the offer.</p>
      --Apple-Mail=_B
      Content-Disposition: inline; filename="offer.pdf"
      Content-Type: application/pdf; name="offer.pdf"
      Content-Transfer-Encoding: base64

      JVBERi0xLjQ=
      --Apple-Mail=_B--
      --Apple-Mail=_A--
      """;

  private static final String HOSTILE =
      "From: x@example.com\nSubject: hostile\nIn-Reply-To: ((((<\nReferences: "
          + "<(".repeat(20_000)
          + "\nAuto-Submitted: \"(\nContent-Type: text/html\n\n"
          + "<table><td><blockquote><a href='".repeat(20_000)
          + "\n";

  private final DemoTenant tenant = DemoTenant.start();
  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, JsonNode> documents = new HashMap<>();
  private final Map<String, String> ids = new HashMap<>();

  private Path folder;
  private MailroomRun mailroom;

  @BeforeAll
  void importAll(@TempDir Path temporary) throws IOException {
    folder = temporary;
    for (String mail :
        List.of(PLAIN, REPLY, OUT_OF_OFFICE, BOUNCE, INVITATION, FORWARD, APPLE, HOSTILE)) {
      DemoMessage message =
          tenant
              .mailbox("support@contoso.com")
              .deliver(mail.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
      if (mail.equals(APPLE)) {
        assertThat(message.resource().path("hasAttachments").asBoolean())
            .as("all of them are inline")
            .isFalse();
      }
      ids.put(message.resource().path("subject").asText(), message.immutableId());
    }
    mailroom =
        MailroomRun.start(
            tenant,
            folder,
            "--mailroom.accounts.support.deliver-to=database,file,queue",
            "--mailroom.accounts.support.reply-text=true");
    assertThat(mailroom.importSupport().isComplete()).isTrue();
    for (Map.Entry<String, String> each : ids.entrySet()) {
      documents.put(
          each.getKey(),
          json.readTree(
              mailroom
                  .database()
                  .queryForObject(
                      "select document from mail_message where message_id = ?",
                      String.class,
                      each.getValue())));
    }
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private Map<String, Object> row(String subject) {
    return mailroom
        .database()
        .queryForMap(
            "select in_reply_to, auto_submitted, body_text, folder from mail_message where"
                + " message_id = ?",
            ids.get(subject));
  }

  private List<DemoRequest> requestsFor(String subject) {
    return tenant.requests().stream()
        .filter(
            request -> !request.part() && request.path().contains("/messages/" + ids.get(subject)))
        .toList();
  }

  @Test
  void a_reply_says_what_it_answers_its_text_and_what_is_new_in_it() {
    JsonNode reply = documents.get("Re: Ticket 17");
    assertThat(reply.path("inReplyTo").asText()).isEqualTo("<17@contoso.com>");
    assertThat(reply.path("references"))
        .extracting(JsonNode::asText)
        .containsExactly("<16@contoso.com>", "<17@contoso.com>");
    assertThat(reply.path("bodyText").asText())
        .isEqualTo("Yes, see the page <https://example.com/a>.\n\nOn Monday:\n\n> Does it work?");
    assertThat(reply.path("replyText").asText())
        .isEqualTo("Yes, see the page <https://example.com/a>.");
    assertThat(reply.path("autoSubmitted").asText()).isEqualTo("no");
    assertThat(reply.path("folder").asText()).isEqualTo("inbox");
    assertThat(row("Re: Ticket 17"))
        .containsEntry("in_reply_to", "<17@contoso.com>")
        .containsEntry("auto_submitted", "no")
        .containsEntry("folder", "inbox")
        .containsEntry("body_text", reply.path("bodyText").asText());
  }

  @Test
  void of_a_plain_message_what_it_lacks_is_absent_and_it_costs_no_request_of_its_own() {
    JsonNode plain = documents.get("plain");
    assertThat(plain.path("bodyText").asText())
        .isEqualTo(plain.path("body").path("content").asText())
        .contains("<b>text</b>");
    assertThat(
            plain.has("inReplyTo")
                || plain.has("references")
                || plain.has("bounce")
                || plain.has("calendar"))
        .isFalse();
    assertThat(plain.path("schemaVersion").asInt()).isEqualTo(2);
    assertThat(row("plain").get("in_reply_to")).isNull();
    assertThat(requestsFor("plain")).isEmpty();
    assertThat(tenant.requests())
        .filteredOn(
            request ->
                request.path().endsWith("/messages")
                    && request.query() != null
                    && request.query().contains("body"))
        .isNotEmpty()
        .allMatch(request -> request.query().contains("uniqueBody"));
  }

  @Test
  void an_automatic_reply_and_a_bounce_are_told_and_whom_the_bounce_is_about() {
    assertThat(documents.get("Automatic reply: Ticket 17").path("autoSubmitted").asText())
        .isEqualTo("auto-replied");
    JsonNode bounce = documents.get("Undelivered Mail Returned to Sender");
    assertThat(bounce.path("autoSubmitted").asText()).isEqualTo("bounce");
    assertThat(bounce.path("bounce").toString())
        .isEqualTo(
            "{\"status\":\"5.1.1\",\"recipients\":[{\"address\":\"nobody@example.com\",\"status\":\"5.1.1\",\"action\":\"failed\"}],\"readFrom\":\"report\"}");
    assertThat(row("Undelivered Mail Returned to Sender"))
        .containsEntry("auto_submitted", "bounce");
  }

  @Test
  void an_invitation_tells_its_meeting_for_one_request() {
    assertThat(documents.get("Review").path("calendar").toString())
        .isEqualTo(
            "{\"start\":\"2026-07-01T07:00:00Z\",\"end\":\"2026-07-01T08:00:00Z\",\"allDay\":false,\"location\":\"Room"
                + " 1, first floor\",\"organizer\":{\"name\":\"Ada"
                + " Lovelace\",\"address\":\"ada@example.com\"},\"request\":\"newMeetingRequest\","
                + "\"recurrence\":\"singleInstance\",\"outOfDate\":false}");
    assertThat(requestsFor("Review"))
        .singleElement()
        .satisfies(request -> assertThat(request.query()).isNull());
  }

  @Test
  void an_attached_message_lies_there_as_a_file_that_mail_programs_open() throws IOException {
    JsonNode attachment = documents.get("Fwd").path("attachments").path(0);
    assertThat(attachment.path("kind").asText()).isEqualTo("item");
    assertThat(attachment.path("name").asText()).isEqualTo("Inner: \"mail\"");
    assertThat(attachment.path("contentType").asText()).isEqualTo("message/rfc822");
    Path stored = Path.of(attachment.path("location").asText());
    assertThat(stored).hasFileName("1-Inner_ _mail_.eml");
    assertThat(Files.readString(stored))
        .contains("Subject: Inner: \"mail\"")
        .contains("inner text");
  }

  @Test
  void a_document_that_apple_mail_put_inside_an_alternative_is_not_cut_off() throws IOException {
    JsonNode attachments = documents.get("apple").path("attachments");
    assertThat(attachments).hasSize(1);
    assertThat(attachments.path(0).path("name").asText()).isEqualTo("offer.pdf");
    assertThat(Path.of(attachments.path(0).path("location").asText())).hasContent("%PDF-1.4");
  }

  @Test
  void hostile_headers_and_html_leave_their_fields_away_and_the_message_arrives() {
    JsonNode hostile = documents.get("hostile");
    assertThat(hostile.has("inReplyTo") || hostile.has("references")).isFalse();
    assertThat(hostile.path("autoSubmitted").asText()).isEqualTo("no");
    assertThat(hostile.path("bodyText").isTextual()).isTrue();
  }

  @Test
  void every_document_is_one_by_the_schema_and_the_same_in_database_file_and_queue()
      throws IOException {
    var schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(
                getClass().getResourceAsStream("/org/mailroom/message/mail-message.schema.json"));
    Map<String, String> queued = new HashMap<>();
    mailroom.browse(
        message -> queued.put(message.getStringProperty("messageId"), message.getText()));
    List<JsonNode> files;
    try (Stream<Path> all = Files.walk(folder.resolve("data/mail"))) {
      files = all.filter(file -> file.endsWith("message.json")).map(this::read).toList();
    }
    assertThat(documents).hasSize(8);
    for (JsonNode document : documents.values()) {
      assertThat(schema.validate(document)).isEmpty();
      assertThat(json.readTree(queued.get(document.path("id").asText()))).isEqualTo(document);
      assertThat(files).contains(document);
    }
  }

  private JsonNode read(Path file) {
    try {
      return json.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
