package org.mailroom.message;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage.Header;

/**
 * Whether a program sent a message, as its headers tell: by RFC 3834 and RFC 3464, and by what real
 * systems send. It tells what is safe to answer automatically: only what is {@code no}.
 */
final class AutoSubmission {

  static final String NO = "no";
  static final String GENERATED = "auto-generated";
  static final String REPLIED = "auto-replied";
  static final String BOUNCE = "bounce";
  static final String BULK = "bulk";

  private static final List<String> REPLIES =
      List.of(
          "X-Autoreply",
          "X-Autorespond",
          "X-Autoresponder",
          "X-AutoReply-From",
          "X-Mail-Autoreply");

  /** Whom Exchange sends its reports as. */
  private static final String EXCHANGE = "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e";

  private final MailHeaders headers;
  private final String from;

  private AutoSubmission(MailHeaders headers, @Nullable String from) {
    this.headers = headers;
    this.from =
        from == null || from.indexOf('@') < 0
            ? ""
            : from.substring(0, from.indexOf('@')).toLowerCase(Locale.ROOT);
  }

  /**
   * @param all null or empty when the service told none
   * @param headers the same, by name
   * @param from the address that it is from; or null
   * @return null when there are no headers to tell it by
   */
  static @Nullable String of(
      @Nullable List<Header> all, MailHeaders headers, @Nullable String from) {
    return all == null || all.isEmpty() ? null : new AutoSubmission(headers, from).kind();
  }

  private String kind() {
    String declared = word(headers.first("Auto-Submitted"));
    String report = report(headers.first("Content-Type"));
    if (isBounce(declared, report)) {
      return BOUNCE;
    }
    // a receipt is an answer, too
    if (declared.equals(REPLIED) || report.equals("disposition-notification") || isReply()) {
      return REPLIED;
    }
    if (!declared.isEmpty() && !declared.equals(NO)) {
      return isOutOfOffice() ? REPLIED : GENERATED;
    }
    if (isPathEmpty()) {
      return headers.has("In-Reply-To") ? REPLIED : GENERATED;
    }
    if (!report.isEmpty() || headers.has("X-MS-Exchange-Generated-Message-Source")) {
      return GENERATED;
    }
    return isBulk() ? BULK : NO;
  }

  private boolean isBounce(String declared, String report) {
    if (report.equals("delivery-status")
        || headers.has("X-MS-Exchange-Message-Is-Ndr")
        || headers.has("X-Failed-Recipients")
        || from.equals("mailer-daemon")) {
      return true;
    }
    return isPathEmpty()
        && !declared.equals(GENERATED)
        && (from.equals("postmaster") || from.equals(EXCHANGE));
  }

  private boolean isReply() {
    for (String name : REPLIES) {
      String value = headers.first(name);
      if (value != null && !word(value).equals(NO)) {
        return true;
      }
    }
    String precedence = word(headers.first("Precedence"));
    return precedence.equals("auto_reply") || precedence.equals("auto-reply");
  }

  /**
   * Exchange calls its automatic replies auto-generated. They come from the rules of a mailbox, and
   * answer a message.
   */
  private boolean isOutOfOffice() {
    return headers.has("X-MS-Exchange-Inbox-Rules-Loop") && headers.has("In-Reply-To");
  }

  private boolean isPathEmpty() {
    return "<>".equals(headers.first("Return-Path"));
  }

  /** Sent to many, or by somebody who wants no automatic answer. */
  private boolean isBulk() {
    String precedence = word(headers.first("Precedence"));
    if (precedence.equals("bulk")
        || precedence.equals("list")
        || precedence.equals("junk")
        || headers.has("List-Id")
        || headers.has("List-Unsubscribe")) {
      return true;
    }
    String suppress = headers.first("X-Auto-Response-Suppress");
    return suppress != null && isNoAnswerWanted(suppress);
  }

  /** Suppressing receipts and reports (RN, NRN, DR, NDR) alone is what people's mail does, too. */
  private static boolean isNoAnswerWanted(String suppress) {
    for (String each : suppress.split("[,;\\s]+", 12)) {
      if (each.equalsIgnoreCase("All")
          || each.equalsIgnoreCase("OOF")
          || each.equalsIgnoreCase("AutoReply")) {
        return true;
      }
    }
    return false;
  }

  /**
   * The report-type of a multipart/report; empty for any other content. {@code unknown} where it
   * doesn't say.
   */
  private static String report(@Nullable String contentType) {
    if (contentType == null
        || !contentType.regionMatches(
            true, 0, "multipart/report", 0, "multipart/report".length())) {
      return "";
    }
    String small = contentType.toLowerCase(Locale.ROOT);
    int at = small.indexOf("report-type");
    int sign = at < 0 ? -1 : small.indexOf('=', at);
    String type = sign < 0 ? "" : word(small.substring(sign + 1).replace('"', ' '));
    return type.isEmpty() ? "unknown" : type;
  }

  /**
   * The first word, without comments and parameters, in small letters; empty when there is none.
   */
  private static String word(@Nullable String value) {
    String text = value == null ? "" : value.strip();
    int end = 0;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end))
            || text.charAt(end) == '-'
            || text.charAt(end) == '_')) {
      end++;
    }
    return text.substring(0, end).toLowerCase(Locale.ROOT);
  }
}
