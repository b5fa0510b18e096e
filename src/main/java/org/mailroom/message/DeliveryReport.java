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
 * The fields of a delivery report (RFC 3464, {@code message/delivery-status}): a block about the
 * message, then one for each recipient.
 */
final class DeliveryReport {

  static final int MOST_RECIPIENTS = 100;
  private static final int LONGEST_ADDRESS = 320;
  private static final int LONGEST_FIELD = 2000;
  private static final Pattern STATUS = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}(?!\\d)");

  private final List<Recipient> recipients = new ArrayList<>();
  private boolean isReport;

  private DeliveryReport() {}

  /**
   * @param lines of the part, without its own header
   * @return null when it is no delivery report
   */
  static @Nullable DeliveryReport of(List<String> lines) {
    DeliveryReport report = new DeliveryReport();
    Map<String, String> block = new LinkedHashMap<>();
    String name = null;
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (line.isBlank()) {
        report.block(block);
        block.clear();
        name = null;
      } else if (Character.isWhitespace(line.charAt(0)) && name != null) {
        String further = line.strip();
        block.computeIfPresent(
            name,
            (field, value) ->
                value.length() + further.length() < LONGEST_FIELD ? value + " " + further : value);
      } else if (colon > 0) {
        name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        block.putIfAbsent(name, line.substring(colon + 1).strip());
      }
    }
    report.block(block);
    return report.isReport ? report : null;
  }

  private void block(Map<String, String> fields) {
    isReport |= fields.containsKey("reporting-mta") || fields.containsKey("final-recipient");
    String address = address(fields.get("original-recipient"));
    address = address == null ? address(fields.get("final-recipient")) : address;
    if (address == null || recipients.size() >= MOST_RECIPIENTS) {
      return;
    }
    String action = fields.get("action");
    recipients.add(
        new Recipient(
            address,
            status(fields.get("status")),
            action == null || action.isBlank()
                ? null
                : action.toLowerCase(Locale.ROOT).split("[\\s(;]", 2)[0]));
  }

  /** It says of everybody that the message arrived, or went on. */
  boolean isOfSuccess() {
    return !recipients.isEmpty() && recipients.stream().allMatch(DeliveryReport::isDelivered);
  }

  private static boolean isDelivered(Recipient recipient) {
    return recipient.action() != null
        && List.of("delivered", "relayed", "expanded").contains(recipient.action());
  }

  /** Null when it names nobody. */
  @Nullable Bounce bounce() {
    return bounce(
        recipients.stream().filter(recipient -> !isDelivered(recipient)).toList(), null, "report");
  }

  /**
   * @param status where no recipient has one
   * @return null when there is nothing to tell
   */
  static @Nullable Bounce bounce(
      List<Recipient> recipients, @Nullable String status, String readFrom) {
    String first =
        recipients.stream()
            .map(Recipient::status)
            .filter(each -> each != null)
            .findFirst()
            .orElse(status);
    return recipients.isEmpty() && first == null
        ? null
        : new Bounce(first, recipients.isEmpty() ? null : List.copyOf(recipients), readFrom);
  }

  /** The address of {@code rfc822; user@example.com}; null when there is none. */
  private static @Nullable String address(@Nullable String field) {
    if (field == null) {
      return null;
    }
    String address = field.substring(field.indexOf(';') + 1).strip();
    if (address.startsWith("<") && address.endsWith(">")) {
      address = address.substring(1, address.length() - 1).strip();
    }
    return isAddress(address) ? address : null;
  }

  static boolean isAddress(String text) {
    int sign = text.indexOf('@');
    return sign > 0
        && sign < text.length() - 1
        && text.length() <= LONGEST_ADDRESS
        && text.chars()
            .noneMatch(
                c ->
                    Character.isWhitespace(c) || Character.isISOControl(c) || c == '<' || c == '>');
  }

  private static @Nullable String status(@Nullable String field) {
    Matcher status = STATUS.matcher(field == null ? "" : field);
    return status.lookingAt() ? status.group() : null;
  }
}
