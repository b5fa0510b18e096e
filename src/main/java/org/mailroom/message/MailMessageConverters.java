package org.mailroom.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.camel.Converter;
import org.apache.camel.TypeConverters;

/**
 * Lets any Camel endpoint take a {@link MailMessage}: as text, bytes or stream it is its JSON; and
 * lets a route make one of its JSON ({@code convertBodyTo: {type:
 * org.mailroom.message.MailMessage}}).
 */
@Converter
public final class MailMessageConverters implements TypeConverters {

  private final MailMessageJson json = new MailMessageJson();

  @Converter
  public String toText(MailMessage message) {
    return json.toString(message);
  }

  @Converter
  public byte[] toBytes(MailMessage message) {
    return json.toBytes(message);
  }

  @Converter
  public InputStream toStream(MailMessage message) {
    return new ByteArrayInputStream(json.toBytes(message));
  }

  /**
   * @throws IOException when it isn't the JSON of a MailMessage
   */
  @Converter
  public MailMessage ofText(String text) throws IOException {
    return json.read(text);
  }

  /**
   * @throws IOException when it isn't the JSON of a MailMessage
   */
  @Converter
  public MailMessage ofBytes(byte[] utf8) throws IOException {
    return json.read(utf8);
  }

  /**
   * @throws IOException when it can't be read, or isn't the JSON of a MailMessage
   */
  @Converter
  public MailMessage ofStream(InputStream utf8) throws IOException {
    return json.read(utf8);
  }
}
