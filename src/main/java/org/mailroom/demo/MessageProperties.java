package org.mailroom.demo;

import java.util.Set;

/** The properties of Graph's message resource (v1.0). */
final class MessageProperties {

  static final Set<String> KNOWN = Set.of("id", "createdDateTime", "lastModifiedDateTime", "changeKey", "categories", "receivedDateTime",
      "sentDateTime", "hasAttachments", "internetMessageId", "internetMessageHeaders", "subject", "body", "bodyPreview", "importance",
      "parentFolderId", "sender", "from", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "conversationId", "conversationIndex",
      "uniqueBody", "isDeliveryReceiptRequested", "isReadReceiptRequested", "isRead", "isDraft", "webLink", "inferenceClassification", "flag");

  /** These come only when they are selected. */
  static final Set<String> ON_DEMAND = Set.of("internetMessageHeaders", "uniqueBody");

  /** These a client may change of a received message. */
  static final Set<String> UPDATABLE = Set.of("isRead", "categories", "flag", "importance", "inferenceClassification", "@odata.type",
      "isDeliveryReceiptRequested", "isReadReceiptRequested");

  private MessageProperties() {}
}
