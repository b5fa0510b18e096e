package org.mailroom.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the JSON of a {@link MailMessage}: UTF-8, times ISO 8601 in UTC, absent what is
 * absent, halves of surrogate pairs as escapes. Safe for use by several threads.
 */
public final class MailMessageJson {

  private final ObjectMapper mapper;
  private final ObjectWriter writer;
  private final ObjectReader reader;

  public MailMessageJson() {
    // what was written is read again, however long its body
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
            .build();
    mapper =
        JsonMapper.builder(factory)
            .addModule(new JavaTimeModule())
            .addModule(
                new SimpleModule("well-formed-text")
                    .addSerializer(String.class, new WellFormedText()))
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();
    writer = mapper.writerFor(MailMessage.class);
    reader = mapper.readerFor(MailMessage.class);
  }

  /** What a route's {@code marshal} and {@code unmarshal} use: the same JSON. */
  public ObjectMapper mapper() {
    return mapper;
  }

  public String toString(MailMessage message) {
    try {
      return writer.writeValueAsString(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(message + " can't be written as JSON", e);
    }
  }

  public byte[] toBytes(MailMessage message) {
    try {
      return writer.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(message + " can't be written as JSON", e);
    }
  }

  /**
   * @throws IOException when it isn't the JSON of a MailMessage
   */
  public MailMessage read(byte[] utf8) throws IOException {
    return whole(reader.readValue(utf8));
  }

  /**
   * @throws IOException when it isn't the JSON of a MailMessage
   */
  public MailMessage read(String text) throws IOException {
    return whole(reader.readValue(text));
  }

  /**
   * @param utf8 read to its end and closed
   * @throws IOException when it can't be read, or isn't the JSON of a MailMessage
   */
  public MailMessage read(InputStream utf8) throws IOException {
    return whole(reader.readValue(utf8));
  }

  private static MailMessage whole(@Nullable MailMessage message) throws IOException {
    if (message == null || message.account() == null || message.id() == null) {
      throw new IOException("this isn't the JSON of a MailMessage: it has no account or no id");
    }
    return message;
  }
}
