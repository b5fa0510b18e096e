package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
    return new MailMessage("support", "support@contoso.com", "A", null, null, text, null, null, null, null, null, null,
        Instant.parse("2026-01-05T12:00:00Z"), null, null, categories, null, List.of(new MailMessage.Header("X", text)),
        new MailMessage.Body("galactic-quadrant-html", text), "message", null, List.of(), warnings);
  }

  /** Pairs, halves of pairs in both orders, quotes, control characters and everything else. */
  private static String mess(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(switch (random.nextInt(8)) {
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
  void the_plain_mapper_writes_valid_utf8_whatever_a_mail_says_and_reads_it_again() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      String text = mess(random, 1 + random.nextInt(i < 290 ? 30 : 20_000));
      MailMessage message = message(text, List.of(text, "plain"), null);
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      json.mapper().writeValue(stream, message);
      byte[] bytes = stream.toByteArray();
      String decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      assertThat(json.mapper().readValue(decoded, MailMessage.class)).isEqualTo(message);
      byte[] text8 = json.mapper().writeValueAsString(message).getBytes(StandardCharsets.UTF_8);
      assertThat(json.mapper().readValue(text8, MailMessage.class)).isEqualTo(message);
      assertThat(json.read(json.toBytes(message))).isEqualTo(message);
      assertThat(json.read(json.toString(message))).isEqualTo(message);
    }
  }

  @Test
  void whole_characters_stay_as_they_are_and_halves_become_escapes() {
    String expected = "{\"account\":\"support\",\"mailbox\":\"support@contoso.com\",\"id\":\"A\",\"subject\":\"😀 \\ud83d \\\"\","
        + "\"receivedAt\":\"2026-01-05T12:00:00Z\",\"headers\":[{\"name\":\"X\",\"value\":\"😀 \\ud83d \\\"\"}],"
        + "\"body\":{\"contentType\":\"galactic-quadrant-html\",\"content\":\"😀 \\ud83d \\\"\"},\"kind\":\"message\",\"attachments\":[]}";
    MailMessage message = message("😀 \ud83d \"", null, null);
    assertThat(json.toString(message)).isEqualTo(expected);
    assertThat(new String(json.toBytes(message), StandardCharsets.UTF_8)).isEqualTo(expected);
  }

  @Test
  void a_document_with_warnings_and_values_that_nobody_knows_is_one_by_the_schema() {
    var schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(getClass().getResourceAsStream("/org/mailroom/message/mail-message.schema.json"));
    assertThat(schema.validate(json.toString(message("x", null, List.of("the scan had not ended."))), InputFormat.JSON)).isEmpty();
    assertThat(json.toString(message("x", null, null))).doesNotContain("warnings");
  }

  @Test
  void what_is_no_message_is_not_read() {
    for (String text : List.of("", "null", "{}", "[]", "{\"id\":\"A\"}", "{\"account\":\"a\"}", "x")) {
      assertThatThrownBy(() -> json.read(text)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void a_route_marshals_with_the_mapper_and_converts_the_json_back() throws Exception {
    MailMessage message = message("😀 \ud83d", null, List.of("w"));
    try (CamelContext camel = new DefaultCamelContext()) {
      camel.getRegistry().bind("mailMessageMapper", ObjectMapper.class, json.mapper());
      camel.getTypeConverterRegistry().addTypeConverters(new MailMessageConverters());
      camel.addRoutes(new RouteBuilder() {
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
        assertThat(new String(marshalled, StandardCharsets.UTF_8)).isEqualTo(json.toString(message));
        var converter = camel.getTypeConverter();
        assertThat(converter.mandatoryConvertTo(MailMessage.class, marshalled)).isEqualTo(message);
        assertThat(converter.mandatoryConvertTo(MailMessage.class, json.toString(message))).isEqualTo(message);
        assertThat(converter.mandatoryConvertTo(MailMessage.class, new ByteArrayInputStream(marshalled))).isEqualTo(message);
        assertThat(converter.mandatoryConvertTo(String.class, message)).isEqualTo(json.toString(message));
        assertThat(converter.mandatoryConvertTo(InputStream.class, message)).hasBinaryContent(json.toBytes(message));
        Exchange exchange = new DefaultExchange(camel);
        assertThatThrownBy(() -> converter.mandatoryConvertTo(MailMessage.class, exchange, "{}")).isInstanceOf(TypeConversionException.class)
            .hasMessageContaining("this isn't the JSON of a MailMessage");
      }
    }
  }
}
