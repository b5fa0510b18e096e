package org.mailroom.message;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.apache.camel.Converter;
import org.apache.camel.TypeConverters;

/** Lets any Camel endpoint take a {@link MailMessage}: as text, bytes or stream it is its JSON. */
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
}
