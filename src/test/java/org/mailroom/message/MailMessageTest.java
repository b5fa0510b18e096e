package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailMessageTest {

  private final ObjectMapper mapper = new ObjectMapper();
  private final MailMessageJson json = new MailMessageJson();

  private MailMessage translate(String resource) throws IOException {
    return new MessageTranslator().translate(mapper.readTree(resource), "support", "support@contoso.com", null, List.of(), List.of());
  }

  @Test
  void what_is_absent_stays_absent_and_what_is_empty_stays_empty() throws IOException {
    String document = json.toString(translate("{\"id\":\"A\",\"subject\":null,\"from\":null,\"toRecipients\":[],\"isRead\":null}"));
    assertThat(document).isEqualTo("{\"account\":\"support\",\"mailbox\":\"support@contoso.com\",\"id\":\"A\",\"to\":[],\"kind\":\"message\",\"attachments\":[]}");
  }

  @Test
  void unexpected_types_and_unknown_properties_do_no_harm() throws IOException {
    MailMessage message = translate("{\"id\":\"A\",\"subject\":5,\"from\":\"x\",\"toRecipients\":{},\"receivedDateTime\":\"yesterday\",\"new\":[1],\"body\":[],\"importance\":\"HIGH\"}");
    assertThat(message.subject()).isNull();
    assertThat(message.receivedAt()).isNull();
    assertThat(message.importance()).isEqualTo("high");
  }

  @ParameterizedTest
  @CsvSource({"eventMessageRequest,,meetingRequest", "eventMessage,meetingCancelled,meetingCancelled",
      "eventMessageResponse,meetingTenativelyAccepted,meetingTentativelyAccepted", "eventMessageResponse,,meetingResponse", "eventMessage,none,meetingMessage"})
  void the_kind_of_a_meeting_message_is_told(String type, String meetingType, String kind) throws IOException {
    String meeting = meetingType == null ? "" : ",\"meetingMessageType\":\"" + meetingType + "\"";
    assertThat(translate("{\"@odata.type\":\"#microsoft.graph." + type + "\",\"id\":\"A\"" + meeting + "}").kind()).isEqualTo(kind);
  }

  @Test
  void broken_characters_survive_as_escapes_and_the_utf8_is_valid() throws IOException {
    MailMessage message = translate("{\"id\":\"A\",\"subject\":\"a\\u0000b\\ud83dc \\ud83d\\ude00\"}");
    MailMessage again = json.read(json.toBytes(message));
    assertThat(again).isEqualTo(message);
    assertThat(json.toString(message)).contains("\\u0000").contains("\\ud83dc").contains("😀");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "{\"hasAttachments\":true}|true", "{\"hasAttachments\":null}|true", "{\"hasAttachments\":false}|false",
      "{\"hasAttachments\":false,\"body\":{\"content\":\"<img src='CID:x'>\"}}|true",
      "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"content-type\",\"value\":\"multipart/related; b=1\"}]}|true",
      "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"multipart/alternative; b=1\"}]}|false",
      "{\"hasAttachments\":false,\"internetMessageHeaders\":[{\"name\":\"Content-Type\",\"value\":\"text/plain\"}]}|false"})
  void inline_attachments_count_although_the_service_says_there_are_none(String resource, boolean mayHave) throws IOException {
    JsonNode message = mapper.readTree(resource);
    assertThat(AttachmentLookup.mayHaveAttachments(message)).isEqualTo(mayHave);
  }
}
