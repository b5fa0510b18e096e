package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailMessageTest {

  private final ObjectMapper mapper = new ObjectMapper();
  private final MailMessageJson json = new MailMessageJson();

  private MailMessage translate(String resource) throws IOException {
    return new MessageTranslator()
        .translate(
            mapper.readTree(resource),
            "support",
            "support@contoso.com",
            null,
            List.of(),
            List.of());
  }

  @Test
  void what_is_absent_stays_absent_and_what_is_empty_stays_empty() throws IOException {
    String document =
        json.toString(
            translate(
                "{\"id\":\"A\",\"subject\":null,\"from\":null,\"toRecipients\":[],\"isRead\":null}"));
    assertThat(document)
        .isEqualTo(
            "{\"account\":\"support\",\"mailbox\":\"support@contoso.com\",\"id\":\"A\",\"to\":[],\"kind\":\"message\",\"attachments\":[],\"schemaVersion\":2}");
  }

  @Test
  void unexpected_types_and_unknown_properties_do_no_harm() throws IOException {
    MailMessage message =
        translate(
            "{\"id\":\"A\",\"subject\":5,\"from\":\"x\",\"toRecipients\":{},\"receivedDateTime\":\"yesterday\",\"new\":[1],\"body\":[],\"importance\":\"HIGH\"}");
    assertThat(message.subject()).isNull();
    assertThat(message.receivedAt()).isNull();
    assertThat(message.importance()).isEqualTo("high");
  }

  @Test
  void an_id_that_is_no_text_is_the_one_that_the_listing_knows_the_message_by() throws IOException {
    assertThat(translate("{\"id\":5}").id()).isEqualTo("5");
  }

  @ParameterizedTest
  @CsvSource({
    "eventMessageRequest,,meetingRequest",
    "eventMessage,meetingCancelled,meetingCancelled",
    "eventMessageResponse,meetingTenativelyAccepted,meetingTentativelyAccepted",
    "eventMessageResponse,,meetingResponse",
    "eventMessage,none,meetingMessage"
  })
  void the_kind_of_a_meeting_message_is_told(String type, String meetingType, String kind)
      throws IOException {
    String meeting = meetingType == null ? "" : ",\"meetingMessageType\":\"" + meetingType + "\"";
    assertThat(
            translate(
                    "{\"@odata.type\":\"#microsoft.graph."
                        + type
                        + "\",\"id\":\"A\""
                        + meeting
                        + "}")
                .kind())
        .isEqualTo(kind);
  }

  @Test
  void broken_characters_survive_as_escapes_and_the_utf8_is_valid() throws IOException {
    MailMessage message =
        translate("{\"id\":\"A\",\"subject\":\"a\\u0000b\\ud83dc \\ud83d\\ude00\"}");
    MailMessage again = json.read(json.toBytes(message));
    assertThat(again).isEqualTo(message);
    assertThat(json.toString(message)).contains("\\u0000").contains("\\ud83dc").contains("😀");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"hasAttachments\":true}|true",
        "{\"hasAttachments\":null}|true",
        "{\"hasAttachments\":false}|false",
        "{\"hasAttachments\":false,\"body\":{\"content\":\"<img src='CID:x'>\"}}|true",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"content-type\",\"value\":\"multipart/related;"
            + " b=1\"}]}|true",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"multipart/alternative;"
            + " b=1\"}]}|false",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"text/plain\"}]}|false",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"multipart/alternative;"
            + " boundary=\\\"Apple-Mail=_1A-2B\\\"\"}]}|true",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"Multipart/Alternative;"
            + " charset=utf-8; boundary=Apple-Mail-1A\"}]}|true",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"X-Mailer\",\"value\":\"Apple"
            + " Mail"
            + " (2.3774.600.62)\"},{\"name\":\"Content-Type\",\"value\":\"multipart/alternative;"
            + " boundary=_000_1\"}]}|true",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"multipart/alternative;"
            + " boundary=_000_1\"},{\"name\":\"x-mailer\",\"value\":\"iPhone Mail"
            + " (21G93)\"}]}|true",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"multipart/alternative;"
            + " boundary=_000_1\"},{\"name\":\"X-Mailer\",\"value\":\"Microsoft Outlook"
            + " 16.0\"}]}|false",
        "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"text/plain\"},{\"name\":\"X-Mailer\",\"value\":\"iPad"
            + " Mail (21G93)\"}]}|false"
      })
  void inline_attachments_count_although_the_service_says_there_are_none(
      String resource, boolean mayHave) throws IOException {
    JsonNode message = mapper.readTree(resource);
    assertThat(AttachmentLookup.mayHaveAttachments(message)).isEqualTo(mayHave);
  }

  private static final String REQUEST =
      "{\"@odata.type\":\"#microsoft.graph.eventMessageRequest\",\"id\":\"A\",\"from\":{\"emailAddress\":{\"address\":\"ada@example.com\"}},"
          + "\"meetingMessageType\":\"%s\",\"meetingRequestType\":\"newMeetingRequest\",\"type\":\"singleInstance\",\"isAllDay\":false,\"isOutOfDate\":false,\"startDateTime\":{\"dateTime\":\"%s\",\"timeZone\":\"%s\"},\"endDateTime\":null,\"location\":{\"displayName\":\"Room"
          + " 1\"}}";

  @Test
  void a_meeting_request_tells_its_meeting_and_who_organises_it() throws IOException {
    MailMessage.Meeting meeting =
        translate(REQUEST.formatted("meetingRequest", "2026-02-01T09:00:00.0000000", "UTC"))
            .calendar();
    assertThat(meeting)
        .isEqualTo(
            new MailMessage.Meeting(
                Instant.parse("2026-02-01T09:00:00Z"),
                null,
                false,
                "Room 1",
                new MailMessage.EmailAddress(null, "ada@example.com"),
                "newMeetingRequest",
                "singleInstance",
                false));
    assertThat(translate(REQUEST.formatted("meetingCancelled", "", "")).calendar().organizer())
        .isNotNull();
    assertThat(translate(REQUEST.formatted("meetingAccepted", "", "")).calendar().organizer())
        .as("it is from somebody who is invited")
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-07-01T09:00:00,Europe/Amsterdam,2026-07-01T07:00:00Z",
    "2026-07-01T09:00:00.0000000,tzone://Microsoft/Utc,2026-07-01T09:00:00Z",
    "2026-07-01T09:00:00Z,UTC,2026-07-01T09:00:00Z",
    "2026-07-01T09:00:00,'',2026-07-01T09:00:00Z",
    "2026-07-01T09:00:00,W. Europe Standard Time,",
    "soon,UTC,",
    "'',UTC,"
  })
  void times_of_a_meeting_are_told_in_utc_and_left_away_where_their_zone_or_they_are_not_known(
      String time, String zone, Instant expected) throws IOException {
    assertThat(translate(REQUEST.formatted("meetingRequest", time, zone)).calendar().start())
        .isEqualTo(expected);
  }

  @Test
  void a_meeting_of_which_nothing_is_told_and_properties_of_any_type_are_absent()
      throws IOException {
    assertThat(
            translate("{\"@odata.type\":\"#microsoft.graph.eventMessage\",\"id\":\"A\"}")
                .calendar())
        .isNull();
    assertThat(
            translate(
                    "{\"@odata.type\":\"#microsoft.graph.eventMessage\",\"id\":\"A\",\"startDateTime\":5,\"location\":[],\"isAllDay\":\"x\"}")
                .calendar())
        .isNull();
    assertThat(translate("{\"id\":\"A\",\"location\":{\"displayName\":\"x\"}}").calendar())
        .as("no meeting message")
        .isNull();
  }

  @Test
  void what_it_answers_what_sent_it_its_text_and_the_reply_alone_come_from_the_resource()
      throws IOException {
    MailMessage message =
        translate(
            "{\"id\":\"A\",\"internetMessageHeaders\":[{\"name\":\"In-Reply-To\",\"value\":\"<1@a>\"},{\"name\":\"References\",\"value\":\"<0@a>"
                + " <1@a>\"},{\"name\":\"Auto-Submitted\",\"value\":\"auto-replied\"}],\"body\":{\"contentType\":\"html\",\"content\":\"<p>yes<blockquote>are"
                + " you?</blockquote>\"},"
                + "\"uniqueBody\":{\"contentType\":\"html\",\"content\":\"<p>yes\"}}");
    assertThat(message.inReplyTo()).isEqualTo("<1@a>");
    assertThat(message.references()).containsExactly("<0@a>", "<1@a>");
    assertThat(message.autoSubmitted()).isEqualTo("auto-replied");
    assertThat(message.bodyText()).isEqualTo("yes\n\n> are you?");
    assertThat(message.replyText()).isEqualTo("yes");
    assertThat(message.schemaVersion()).isEqualTo(2);
  }
}
