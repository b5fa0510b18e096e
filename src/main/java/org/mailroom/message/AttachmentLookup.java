package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * Tells whether a message may have attachments, for {@code hasAttachments} is false when all of
 * them are inline.
 */
final class AttachmentLookup {

  private AttachmentLookup() {}

  /**
   * Returns false only where that is known: the service says there are none, the body refers to
   * none, and the internet headers, where there are any, describe a plain text or alternatives of
   * one text.
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
    for (JsonNode header : message.path("internetMessageHeaders")) {
      if (header.path("name").asText("").equalsIgnoreCase("Content-Type")) {
        String type = header.path("value").asText("").strip().toLowerCase(Locale.ROOT);
        return !type.isEmpty()
            && !type.startsWith("text/")
            && !type.startsWith("multipart/alternative");
      }
    }
    return false;
  }
}
