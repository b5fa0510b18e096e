package org.mailroom.message;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage.Bounce;
import org.mailroom.message.MailMessage.Recipient;

/**
 * What a bounce tells people, read as Postfix, qmail, Exim and Exchange write it, in whatever
 * language: an address at the beginning of a line and a colon behind it, or alone on its line, and
 * the server's answer behind it; and the status codes of such answers.
 */
final class BounceText {

  private static final int MOST_LINES = 400;
  private static final int LONGEST_LINE = 1000;
  private static final int REACH = 6;

  /**
   * An enhanced code behind a reply's own ({@code 550 5.1.1}, {@code 550-5.1.1}), or as qmail,
   * Exchange and logs write it.
   */
  private static final Pattern STATUS =
      Pattern.compile(
          "(?:(?<![\\d.])[45]\\d\\d[ -]#?|#|[Ss]tatus:"
              + " ?|dsn=)([45]\\.\\d{1,3}\\.\\d{1,3})(?!\\d|\\.\\d)");

  /** A reply without one is a sign of an answer, too. */
  private static final Pattern REPLY = Pattern.compile("(?<![\\d.])[45]\\d\\d(?![\\d.])[ -]");

  private final Map<String, String> found = new LinkedHashMap<>();
  private @Nullable String first;
  private @Nullable String alone;
  private int linesSince;
  private @Nullable String current;

  private BounceText() {}

  /**
   * @param failed whom the headers name; their status is looked for
   * @return null when it tells nothing of that kind
   */
  static @Nullable Bounce of(@Nullable String text, List<String> failed) {
    BounceText read = new BounceText();
    if (text != null) {
      text.lines()
          .limit(MOST_LINES)
          .forEach(
              line ->
                  read.line(
                      line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE)));
    }
    if (!failed.isEmpty()) {
      return DeliveryReport.bounce(
          failed.stream()
              .map(
                  address ->
                      new Recipient(
                          address, read.found.get(address.toLowerCase(Locale.ROOT)), null))
              .toList(),
          read.first,
          "headers");
    }
    List<Recipient> recipients = new ArrayList<>();
    read.found.forEach((address, status) -> recipients.add(new Recipient(address, status, null)));
    return DeliveryReport.bounce(recipients, read.first, "body");
  }

  private void line(String line) {
    // quotations of what was sent, and what a bounce of a bounce repeats
    String text = line.strip();
    String begins = beginning(text);
    String only = begins == null ? address(text) : null;
    if (begins != null) {
      name(begins);
    } else if (only != null) {
      alone = only;
      linesSince = 0;
    } else if (!text.isEmpty()) {
      linesSince++;
    }
    Matcher status = STATUS.matcher(text);
    boolean hasStatus = status.find();
    if (alone != null
        && only == null
        && linesSince <= REACH
        && (hasStatus || REPLY.matcher(text).find())) {
      name(alone);
    }
    if (hasStatus) {
      String code = status.group(1);
      first = first == null ? code : first;
      if (current != null && found.get(current) == null) {
        found.put(current, code);
      }
    }
  }

  private void name(String address) {
    alone = null;
    current = address.toLowerCase(Locale.ROOT);
    if (found.size() < DeliveryReport.MOST_RECIPIENTS) {
      found.putIfAbsent(current, null);
    }
  }

  /**
   * The address of a line that begins with {@code <user@example.com>:}, as Postfix and qmail write,
   * or null.
   */
  private static @Nullable String beginning(String text) {
    int end = text.startsWith("<") ? text.indexOf('>') : -1;
    if (end < 0) {
      return null;
    }
    String address = text.substring(1, end);
    int colon = text.indexOf(':', end);
    // Postfix tells before the colon what address it came from
    boolean isNamed = colon == end + 1 || (colon > end && text.startsWith(" (", end + 1));
    return isNamed && DeliveryReport.isAddress(address) ? address : null;
  }

  /** The address that a line has alone, or behind Exchange's words, or null. */
  private static @Nullable String address(String text) {
    String address =
        text.startsWith("Recipient Address:")
            ? text.substring("Recipient Address:".length()).strip()
            : text;
    int bracket = address.indexOf(" <");
    // of a link the text, not where it leads
    address =
        bracket > 0 && address.endsWith(">") ? address.substring(0, bracket).strip() : address;
    address =
        address.startsWith("<") && address.endsWith(">")
            ? address.substring(1, address.length() - 1)
            : address;
    return DeliveryReport.isAddress(address) && address.indexOf(':') < 0 ? address : null;
  }
}
