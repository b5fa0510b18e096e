package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells whether a message may have attachments, for {@code hasAttachments} is false when all of
 * them are inline.
 */
final class AttachmentLookup {

  private static final Pattern APPLE_BOUNDARY = Pattern.compile("boundary\\s*=\\s*\"?apple-mail");
  private static final Pattern APPLE_PROGRAM =
      Pattern.compile("\\b(?:apple|iphone|ipad|ipod) mail\\b");

  private AttachmentLookup() {}

  /**
   * Returns false only where that is known: the service says there are none, the body refers to
   * none, and the internet headers, where there are any, describe a plain text or alternatives of
   * one text that a program made which puts nothing else among them.
   */
  public static boolean mayHaveAttachments(JsonNode message) {
    JsonNode hasAttachments = message.path("hasAttachments");
    return !hasAttachments.isBoolean()
        || hasAttachments.booleanValue()
        || refersToContentId(message)
        || hasSeveralParts(message);
  }

  private static boolean refersToContentId(JsonNode message) {
    String body = message.path("body").path("content").asText("");
    for (int at = body.indexOf(':'); at >= 0; at = body.indexOf(':', at + 1)) {
      if (at >= 3 && body.regionMatches(true, at - 3, "cid", 0, 3)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasSeveralParts(JsonNode message) {
    String type = header(message, "Content-Type");
    return !type.isEmpty()
        && !type.startsWith("text/")
        && (!type.startsWith("multipart/alternative") || isOfAppleMail(message, type));
  }

  /**
   * Apple Mail puts documents inside one of its alternatives, inline, and no text refers to them.
   * To ask for the attachments of everybody's alternatives would cost nearly every mail a request.
   * A mail server that takes a mail apart may have given it another boundary, and a gateway may
   * have dropped the name of the program: either will do.
   */
  private static boolean isOfAppleMail(JsonNode message, String type) {
    return APPLE_BOUNDARY.matcher(type).find()
        || APPLE_PROGRAM.matcher(header(message, "X-Mailer")).find();
  }

  /** The first of that name, in lower case; empty without one. */
  private static String header(JsonNode message, String name) {
    for (JsonNode header : message.path("internetMessageHeaders")) {
      if (header.path("name").asText("").equalsIgnoreCase(name)) {
        return header.path("value").asText("").strip().toLowerCase(Locale.ROOT);
      }
    }
    return "";
  }
}
