package org.mailroom.demo;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The properties of Graph's message resource (v1.0). */
final class MessageProperties {

  static final Set<String> KNOWN =
      Set.of(
          "id",
          "createdDateTime",
          "lastModifiedDateTime",
          "changeKey",
          "categories",
          "receivedDateTime",
          "sentDateTime",
          "hasAttachments",
          "internetMessageId",
          "internetMessageHeaders",
          "subject",
          "body",
          "bodyPreview",
          "importance",
          "parentFolderId",
          "sender",
          "from",
          "toRecipients",
          "ccRecipients",
          "bccRecipients",
          "replyTo",
          "conversationId",
          "conversationIndex",
          "uniqueBody",
          "isDeliveryReceiptRequested",
          "isReadReceiptRequested",
          "isRead",
          "isDraft",
          "webLink",
          "inferenceClassification",
          "flag");

  /** These come only when they are selected. */
  static final Set<String> ON_DEMAND = Set.of("internetMessageHeaders", "uniqueBody");

  /**
   * Those of the types that are derived from it; {@code $select} takes them with the name of their
   * type before them alone.
   */
  static final Set<String> DERIVED =
      Set.of(
          "meetingMessageType",
          "type",
          "startDateTime",
          "endDateTime",
          "isAllDay",
          "isOutOfDate",
          "isDelegated",
          "location",
          "recurrence",
          "meetingRequestType",
          "allowNewTimeProposals",
          "responseRequested",
          "responseType");

  /** These a client may change of a received message. */
  static final Set<String> UPDATABLE =
      Set.of(
          "isRead",
          "categories",
          "flag",
          "importance",
          "inferenceClassification",
          "@odata.type",
          "isDeliveryReceiptRequested",
          "isReadReceiptRequested");

  private static final Pattern CAST =
      Pattern.compile("microsoft\\.graph\\.eventMessage(Request|Response)?/(\\w+)");

  /** The property that a term of {@code $select} names; null when there is none. */
  static String selected(String term) {
    if (KNOWN.contains(term)) {
      return term;
    }
    Matcher cast = CAST.matcher(term);
    return cast.matches() && (DERIVED.contains(cast.group(2)) || KNOWN.contains(cast.group(2)))
        ? cast.group(2)
        : null;
  }

  private MessageProperties() {}
}
