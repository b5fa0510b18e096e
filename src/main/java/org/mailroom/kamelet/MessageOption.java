package org.mailroom.kamelet;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * An option that names a message or its mailbox: written by the author of a route, as text or as an
 * expression of the language {@code simple}.
 */
final class MessageOption {

  private MessageOption() {}

  /**
   * @param header takes its place where nothing is written
   * @throws IllegalArgumentException when it comes to nothing
   */
  static String of(Exchange exchange, String name, @Nullable String written, String header) {
    String value =
        written == null || written.isBlank()
            ? exchange.getMessage().getHeader(header, String.class)
            : exchange
                .getContext()
                .resolveLanguage("simple")
                .createExpression(written)
                .evaluate(exchange, String.class);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(
          "there is no "
              + name
              + ": set that property, or the header "
              + header
              + ", which messages of graph-mail-source"
              + " and of Mailroom's accounts have");
    }
    return value;
  }
}
