package org.mailroom.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads and writes the JSON of a {@link MailMessage}: UTF-8, times ISO 8601 in UTC, absent what is absent. */
public final class MailMessageJson {

  private final ObjectWriter writer;
  private final ObjectReader reader;

  public MailMessageJson() {
    // what was written is read again, however long its body
    JsonFactory factory = JsonFactory.builder()
        .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build()).build();
    JsonMapper mapper = JsonMapper.builder(factory)
        .addModule(new JavaTimeModule())
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        // halves of surrogate pairs, which broken mail has, pass only as escapes
        .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
        .build();
    this.writer = mapper.writerFor(MailMessage.class);
    this.reader = mapper.readerFor(MailMessage.class);
  }

  public String toString(MailMessage message) {
    try {
      return escapeLoneSurrogates(writer.writeValueAsString(message));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(message + " can't be written as JSON", e);
    }
  }

  public byte[] toBytes(MailMessage message) {
    return toString(message).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @throws IOException when it isn't the JSON of a MailMessage
   */
  public MailMessage read(byte[] utf8) throws IOException {
    return reader.readValue(utf8);
  }

  /** UTF-8 can't carry half of a surrogate pair; a JSON escape can. They stand within strings only, so an escape is always valid there. */
  private static String escapeLoneSurrogates(String json) {
    StringBuilder escaped = null;
    int done = 0;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c) && i + 1 < json.length() && Character.isLowSurrogate(json.charAt(i + 1))) {
        i++;
        continue;
      }
      escaped = escaped == null ? new StringBuilder(json.length() + 16) : escaped;
      escaped.append(json, done, i).append(String.format("\\u%04x", (int) c));
      done = i + 1;
    }
    return escaped == null ? json : escaped.append(json, done, json.length()).toString();
  }
}
