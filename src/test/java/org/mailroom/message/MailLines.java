package org.mailroom.message;

import java.util.ArrayList;
import java.util.List;
import org.mailroom.message.MailMessage.Header;

/** Headers of a mail as it stands in a file, folded lines and all. */
final class MailLines {

  private MailLines() {}

  static List<Header> headers(String text) {
    List<Header> headers = new ArrayList<>();
    for (String line : text.split("\n(?=\\S)")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.add(new Header(line.substring(0, colon), line.substring(colon + 1).stripLeading()));
      }
    }
    return headers;
  }
}
