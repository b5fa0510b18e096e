package org.mailroom.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage.Header;

/**
 * Those internet headers of a message that Mailroom makes something of, by name, whatever the case
 * of its letters. A mail may hold any header any number of times, or without a value; it has a
 * hundred, of which few are kept here, so that none of the questions goes over all of them.
 */
final class MailHeaders {

  private static final String[][] BY_LENGTH = new String[64][];

  static {
    for (String name :
        List.of(
            "In-Reply-To",
            "References",
            "Auto-Submitted",
            "Content-Type",
            "Return-Path",
            "Precedence",
            "List-Id",
            "List-Unsubscribe",
            "X-Autoreply",
            "X-Autorespond",
            "X-Autoresponder",
            "X-AutoReply-From",
            "X-Mail-Autoreply",
            "X-Auto-Response-Suppress",
            "X-Failed-Recipients",
            "X-MS-Exchange-Message-Is-Ndr",
            "X-MS-Exchange-Inbox-Rules-Loop",
            "X-MS-Exchange-Generated-Message-Source")) {
      String[] before = BY_LENGTH[name.length()];
      String[] names = before == null ? new String[1] : Arrays.copyOf(before, before.length + 1);
      names[names.length - 1] = name;
      BY_LENGTH[name.length()] = names;
    }
  }

  private final List<Header> kept = new ArrayList<>(8);

  /**
   * @param all null when the service told none
   */
  MailHeaders(@Nullable List<Header> all) {
    for (Header header : all == null ? List.<Header>of() : all) {
      if (isKept(header.name())) {
        kept.add(header);
      }
    }
  }

  private static boolean isKept(@Nullable String name) {
    String[] names =
        name == null || name.length() >= BY_LENGTH.length ? null : BY_LENGTH[name.length()];
    if (names != null) {
      for (String each : names) {
        if (each.equalsIgnoreCase(name)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether there is one of that name, with a value or without. */
  boolean has(String name) {
    return find(name) != null;
  }

  /**
   * The value of the first one of that name, without white space around it; empty when it has none;
   * null when there is no such header.
   */
  @Nullable String first(String name) {
    Header found = find(name);
    return found == null ? null : found.value() == null ? "" : found.value().strip();
  }

  private @Nullable Header find(String name) {
    for (Header header : kept) {
      if (name.equalsIgnoreCase(header.name())) {
        return header;
      }
    }
    return null;
  }

  /** The values of all of that name, in their order. */
  List<String> values(String name) {
    List<String> values = new ArrayList<>(1);
    for (Header header : kept) {
      if (header.value() != null && name.equalsIgnoreCase(header.name())) {
        values.add(header.value());
      }
    }
    return values;
  }
}
