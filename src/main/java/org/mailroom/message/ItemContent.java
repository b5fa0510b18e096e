package org.mailroom.message;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the content of an item attachment is: the service gives a message as RFC 822, an appointment
 * as iCalendar and a contact as vCard.
 */
enum ItemContent {
  MESSAGE(".eml", "message/rfc822"),
  APPOINTMENT(".ics", "text/calendar"),
  CONTACT(".vcf", "text/vcard");

  private final String ending;
  private final String contentType;

  ItemContent(String ending, String contentType) {
    this.ending = ending;
    this.contentType = contentType;
  }

  /**
   * @param beginning the first bytes
   */
  static ItemContent of(byte[] beginning) {
    String text =
        new String(beginning, StandardCharsets.ISO_8859_1)
            .replace("\u00EF\u00BB\u00BF", "")
            .strip()
            .toUpperCase(Locale.ROOT);
    return text.startsWith("BEGIN:VCALENDAR")
        ? APPOINTMENT
        : text.startsWith("BEGIN:VCARD") ? CONTACT : MESSAGE;
  }

  String contentType() {
    return contentType;
  }

  /**
   * @param name of the item, such as the subject of a message; or null
   */
  String fileName(@Nullable String name) {
    String known = name == null || name.isBlank() ? "attachment" : name.strip();
    return known.toLowerCase(Locale.ROOT).endsWith(ending) ? known : known + ending;
  }
}
