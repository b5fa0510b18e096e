package org.mailroom.delivery;

import java.util.HashMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessage.Header;

/**
 * A row of a message, in which its internet headers are found, too, when a statement names one:
 * {@code header_x_customer}.
 */
final class MessageRow extends HashMap<String, Object> {

  private static final String HEADER = "header_";

  private final transient MailMessage message;

  MessageRow(MailMessage message) {
    this.message = message;
  }

  @Override
  public boolean containsKey(Object name) {
    return super.containsKey(name) || isHeader(name);
  }

  @Override
  public @Nullable Object get(Object name) {
    Object value = super.get(name);
    return value == null && isHeader(name)
        ? header(((String) name).substring(HEADER.length()))
        : value;
  }

  private static boolean isHeader(Object name) {
    return name instanceof String text && text.startsWith(HEADER);
  }

  /** The first of that name; null when the message has none. */
  private @Nullable String header(String name) {
    return message.headers() == null
        ? null
        : message.headers().stream()
            .filter(
                header ->
                    header.name() != null
                        && header
                            .name()
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^a-z0-9]", "_")
                            .equals(name))
            .map(Header::value)
            .findFirst()
            .map(MailTables::text)
            .orElse(null);
  }
}
