package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConversionException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.dataformat.JsonDataFormat;
import org.apache.camel.model.dataformat.JsonLibrary;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class MailMessageJsonTest {

  private final MailMessageJson json = new MailMessageJson();

  private static MailMessage message(String text, List<String> categories, List<String> warnings) {
    return new MailMessage(
        "support",
        "support@contoso.com",
        "A",
        null,
        null,
        text,
        null,
        null,
        null,
        null,
        null,
        null,
        Instant.parse("2026-01-05T12:00:00Z"),
        null,
        null,
        categories,
        null,
        null,
        null,
        null,
        null,
        List.of(new MailMessage.Header("X", text)),
        new MailMessage.Body("galactic-quadrant-html", text),
        null,
        null,
        "message",
        null,
        null,
        List.of(),
        warnings,
        MailMessage.VERSION);
  }

  /** Pairs, halves of pairs in both orders, quotes, control characters and everything else. */
  private static String mess(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(
          switch (random.nextInt(8)) {
            case 0 -> "\ud83d";
            case 1 -> "\ude00";
            case 2 -> "😀";
            case 3 -> "\"\\\u0000\u0007\n";
            case 4 -> "ä€";
            default -> "plain text ";
          });
    }
    return text.toString();
  }

  @Test
  void the_plain_mapper_writes_valid_utf8_whatever_a_mail_says_and_reads_it_again()
      throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      String text = mess(random, 1 + random.nextInt(i < 290 ? 30 : 20_000));
      MailMessage message = message(text, List.of(text, "plain"), null);
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      json.mapper().writeValue(stream, message);
      byte[] bytes = stream.toByteArray();
      String decoded =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      assertThat(json.mapper().readValue(decoded, MailMessage.class)).isEqualTo(message);
      byte[] text8 = json.mapper().writeValueAsString(message).getBytes(StandardCharsets.UTF_8);
      assertThat(json.mapper().readValue(text8, MailMessage.class)).isEqualTo(message);
      assertThat(json.read(json.toBytes(message))).isEqualTo(message);
      assertThat(json.read(json.toString(message))).isEqualTo(message);
    }
  }

  @Test
  void whole_characters_stay_as_they_are_and_halves_become_escapes() {
    String expected =
        "{\"account\":\"support\",\"mailbox\":\"support@contoso.com\",\"id\":\"A\",\"subject\":\"😀"
            + " \\ud83d"
            + " \\\"\",\"receivedAt\":\"2026-01-05T12:00:00Z\",\"headers\":[{\"name\":\"X\",\"value\":\"😀"
            + " \\ud83d"
            + " \\\"\"}],\"body\":{\"contentType\":\"galactic-quadrant-html\",\"content\":\"😀"
            + " \\ud83d \\\"\"},\"kind\":\"message\",\"attachments\":[],\"schemaVersion\":2}";
    MailMessage message = message("😀 \ud83d \"", null, null);
    assertThat(json.toString(message)).isEqualTo(expected);
    assertThat(new String(json.toBytes(message), StandardCharsets.UTF_8)).isEqualTo(expected);
  }

  @Test
  void a_document_with_warnings_and_values_that_nobody_knows_is_one_by_the_schema() {
    var schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(
                getClass().getResourceAsStream("/org/mailroom/message/mail-message.schema.json"));
    assertThat(
            schema.validate(
                json.toString(message("x", null, List.of("the scan had not ended."))),
                InputFormat.JSON))
        .isEmpty();
    assertThat(json.toString(message("x", null, null))).doesNotContain("warnings");
  }

  @Test
  void what_is_no_message_is_not_read() {
    for (String text :
        List.of("", "null", "{}", "[]", "{\"id\":\"A\"}", "{\"account\":\"a\"}", "x")) {
      assertThatThrownBy(() -> json.read(text)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void a_route_marshals_with_the_mapper_and_converts_the_json_back() throws Exception {
    MailMessage message = message("😀 \ud83d", null, List.of("w"));
    try (CamelContext camel = new DefaultCamelContext()) {
      camel.getRegistry().bind("mailMessageMapper", ObjectMapper.class, json.mapper());
      camel.getTypeConverterRegistry().addTypeConverters(new MailMessageConverters());
      camel.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              var format = new JsonDataFormat(JsonLibrary.Jackson);
              format.setObjectMapper("mailMessageMapper");
              from("direct:marshal").marshal(format);
            }
          });
      camel.start();
      try (var template = camel.createProducerTemplate()) {
        byte[] marshalled = template.requestBody("direct:marshal", message, byte[].class);
        assertThat(new String(marshalled, StandardCharsets.UTF_8))
            .isEqualTo(json.toString(message));
        var converter = camel.getTypeConverter();
        assertThat(converter.mandatoryConvertTo(MailMessage.class, marshalled)).isEqualTo(message);
        assertThat(converter.mandatoryConvertTo(MailMessage.class, json.toString(message)))
            .isEqualTo(message);
        assertThat(
                converter.mandatoryConvertTo(
                    MailMessage.class, new ByteArrayInputStream(marshalled)))
            .isEqualTo(message);
        assertThat(converter.mandatoryConvertTo(String.class, message))
            .isEqualTo(json.toString(message));
        assertThat(converter.mandatoryConvertTo(InputStream.class, message))
            .hasBinaryContent(json.toBytes(message));
        Exchange exchange = new DefaultExchange(camel);
        assertThatThrownBy(() -> converter.mandatoryConvertTo(MailMessage.class, exchange, "{}"))
            .isInstanceOf(TypeConversionException.class)
            .hasMessageContaining("this isn't the JSON of a MailMessage");
      }
    }
  }

  /** Every property with a value. */
  private static MailMessage whole() {
    MailMessage.EmailAddress ada = new MailMessage.EmailAddress("Ada", "ada@example.com");
    Instant time = Instant.parse("2026-01-05T12:00:00Z");
    return new MailMessage(
        "support",
        "support@contoso.com",
        "A",
        "<1@a>",
        "C",
        "s",
        ada,
        ada,
        List.of(ada),
        List.of(ada),
        List.of(ada),
        List.of(ada),
        time,
        time,
        "high",
        List.of("c"),
        "inbox/Tickets",
        "<0@a>",
        List.of("<0@a>"),
        "bounce",
        new MailMessage.Bounce(
            "5.1.1", List.of(new MailMessage.Recipient("b@c", "5.1.1", "failed")), "report"),
        List.of(new MailMessage.Header("X", "x")),
        new MailMessage.Body("html", "<p>x"),
        "x",
        "y",
        "meetingRequest",
        new MailMessage.Meeting(
            time, time, false, "Room", ada, "newMeetingRequest", "singleInstance", false),
        "https://outlook.example/",
        List.of(
            new MailAttachment(
                "1", "file", "n", "text/plain", 1L, false, "c", "0".repeat(64), "/x", null, "2")),
        List.of("w"),
        MailMessage.VERSION);
  }

  private static JsonSchema schema(JsonNode schema) {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
  }

  private JsonNode resource(String name) throws IOException {
    return json.mapper().readTree(getClass().getResourceAsStream("/org/mailroom/message/" + name));
  }

  /** So that a property that the schema doesn't describe is found. */
  private static JsonNode closed(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      if (object.has("properties") && object.path("type").asText().equals("object")) {
        object.put("additionalProperties", false);
      }
      object.forEach(MailMessageJsonTest::closed);
    }
    return schema;
  }

  private static void open(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      object.remove("additionalProperties");
      object.forEach(MailMessageJsonTest::open);
    }
  }

  @Test
  void the_schema_describes_every_property_that_is_written() throws IOException {
    JsonNode document = json.mapper().readTree(json.toString(whole()));
    for (var component : MailMessage.class.getRecordComponents()) {
      assertThat(document.has(component.getName())).as(component.getName()).isTrue();
    }
    assertThat(schema(closed(resource("mail-message.schema.json"))).validate(document)).isEmpty();
    assertThat(json.read(json.toString(whole()))).isEqualTo(whole());
  }

  @Test
  void a_reader_of_version_1_reads_it_by_its_own_schema_and_finds_everything_where_it_was()
      throws IOException {
    JsonNode first = resource("mail-message-1.schema.json");
    List<String> names = new ArrayList<>();
    first.path("properties").fieldNames().forEachRemaining(names::add);
    ObjectNode document = json.mapper().readTree(json.toString(whole())).deepCopy();
    open(first);
    assertThat(schema(first).validate(document)).isEmpty();
    names.forEach(name -> assertThat(document.has(name)).as(name).isTrue());
    document.retain(names);
    document
        .path("attachments")
        .forEach(attachment -> ((ObjectNode) attachment).remove("unpackedFrom"));
    assertThat(schema(resource("mail-message-1.schema.json")).validate(document))
        .as("without what is new it is a document of version 1")
        .isEmpty();
  }

  @Test
  void a_document_of_version_1_is_read_and_stays_one_and_what_a_later_version_adds_is_passed_over()
      throws IOException {
    String first =
        "{\"account\":\"a\",\"mailbox\":\"m\",\"id\":\"A\",\"kind\":\"message\",\"attachments\":[]}";
    assertThat(json.read(first).schemaVersion()).isNull();
    assertThat(json.toString(json.read(first))).isEqualTo(first);
    String later =
        first.replace(
            "}",
            ",\"schemaVersion\":3,\"calendar\":{\"moon\":1},\"bounce\":{\"readFrom\":\"body\",\"x\":1},\"x\":{}}");
    assertThat(json.read(later).schemaVersion()).isEqualTo(3);
    assertThat(schema(resource("mail-message.schema.json")).validate(json.mapper().readTree(later)))
        .isEmpty();
  }
}
