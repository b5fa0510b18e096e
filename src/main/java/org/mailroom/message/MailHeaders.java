package org.mailroom.message;

import java.util.ArrayList;
import java.util.List;
import org.mailroom.message.MailMessage.Header;

/** The internet headers of a message, asked by name, whatever the case of its letters. A mail may hold any header any number of times, or without a value. */
final class MailHeaders {

  private final List<Header> all;

  MailHeaders(List<Header> all) {
    this.all = all;
  }

  /** Whether there is one of that name, with a value or without. */
  boolean has(String name) {
    return find(name) != null;
  }

  /** The value of the first one of that name, without white space around it; empty when it has none; null when there is no such header. */
  String first(String name) {
    Header found = find(name);
    return found == null ? null : found.value() == null ? "" : found.value().strip();
  }

  private Header find(String name) {
    for (Header header : all) {
      if (name.equalsIgnoreCase(header.name())) {
        return header;
      }
    }
    return null;
  }

  /** The values of all of that name, in their order. */
  List<String> values(String name) {
    List<String> values = new ArrayList<>(1);
    for (Header header : all) {
      if (header.value() != null && name.equalsIgnoreCase(header.name())) {
        values.add(header.value());
      }
    }
    return values;
  }
}
