package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.graph.GraphTime;
import org.mailroom.message.MailMessage.Body;
import org.mailroom.message.MailMessage.EmailAddress;
import org.mailroom.message.MailMessage.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Message Translator: from Graph's message resource to the canonical {@link MailMessage}. Any
 * property may be null, missing or of a type that isn't expected; what isn't understood is left
 * out.
 */
public final class MessageTranslator {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  /** The properties of the message resource that the translation needs, for {@code $select}. */
  public static final String SELECT =
      "id,receivedDateTime,sentDateTime,internetMessageId,conversationId,subject,from,sender,toRecipients,"
          + "ccRecipients,bccRecipients,replyTo,importance,categories,parentFolderId,internetMessageHeaders,body,webLink,hasAttachments,isRead,flag";

  /** What is to be asked for of the messages of an account. */
  public static String select(Account account) {
    return account.replyText() ? SELECT + "," + REPLY : SELECT;
  }

  /**
   * The part of a body that is new in its message; the service gives it when it is asked for by
   * name alone.
   */
  static final String REPLY = "uniqueBody";

  /**
   * @param message a message resource of Microsoft Graph v1.0, or of one of the types derived from
   *     it
   * @param folder path of the folder that it lies in; null where that isn't known
   * @param attachments in the order of the service's list; empty when there are none
   * @param warnings what isn't as it should be with it; empty when all is well
   */
  public MailMessage translate(
      JsonNode message,
      String account,
      String mailbox,
      @Nullable String folder,
      List<MailAttachment> attachments,
      List<String> warnings) {
    List<Header> headers = list(message.path("internetMessageHeaders"), MessageTranslator::header);
    MailHeaders byName = new MailHeaders(headers);
    EmailAddress from = address(message.path("from"));
    Body body = body(message.path("body"));
    String kind = kind(message);
    return new MailMessage(
        account,
        mailbox,
        message.path("id").asText(""),
        text(message, "internetMessageId"),
        text(message, "conversationId"),
        text(message, "subject"),
        from,
        address(message.path("sender")),
        addresses(message.path("toRecipients")),
        addresses(message.path("ccRecipients")),
        addresses(message.path("bccRecipients")),
        addresses(message.path("replyTo")),
        instant(message, "receivedDateTime"),
        instant(message, "sentDateTime"),
        lowerCase(text(message, "importance")),
        list(
            message.path("categories"),
            category -> category.isTextual() ? category.textValue() : null),
        folder,
        read(() -> MessageIds.inReplyTo(byName)),
        read(() -> MessageIds.references(byName)),
        read(() -> AutoSubmission.of(headers, byName, from == null ? null : from.address())),
        null,
        headers,
        body,
        read(() -> BodyText.of(body)),
        read(() -> BodyText.of(body(message.path(REPLY)))),
        kind,
        read(() -> Meetings.of(message, kind, from)),
        text(message, "webLink"),
        List.copyOf(attachments),
        warnings.isEmpty() ? null : List.copyOf(warnings),
        MailMessage.VERSION);
  }

  /** What can't be made of what a mail says is absent; the message goes through. */
  private static <T> @Nullable T read(Supplier<T> field) {
    try {
      return field.get();
    } catch (RuntimeException unreadable) {
      LOG.debug("a field can't be read", unreadable);
      return null;
    }
  }

  private static String kind(JsonNode message) {
    String type = message.path("@odata.type").asText("");
    if (!type.contains("eventMessage")) {
      return "message";
    }
    return switch (message.path("meetingMessageType").asText("").toLowerCase(Locale.ROOT)) {
      case "meetingrequest" -> "meetingRequest";
      case "meetingcancelled" -> "meetingCancelled";
      case "meetingaccepted" -> "meetingAccepted";
      // Graph's own spelling lacks a t
      case "meetingtenativelyaccepted", "meetingtentativelyaccepted" ->
          "meetingTentativelyAccepted";
      case "meetingdeclined" -> "meetingDeclined";
      default ->
          type.endsWith("eventMessageRequest")
              ? "meetingRequest"
              : type.endsWith("eventMessageResponse") ? "meetingResponse" : "meetingMessage";
    };
  }

  private static @Nullable Body body(JsonNode body) {
    String type = lowerCase(text(body, "contentType"));
    String content = text(body, "content");
    return type == null && content == null ? null : new Body(type, content);
  }

  private static @Nullable Header header(JsonNode header) {
    String name = text(header, "name");
    return name == null ? null : new Header(name, text(header, "value"));
  }

  private static @Nullable EmailAddress address(JsonNode recipient) {
    JsonNode email = recipient.path("emailAddress");
    String name = text(email, "name");
    String address = text(email, "address");
    return name == null && address == null ? null : new EmailAddress(name, address);
  }

  private static @Nullable List<EmailAddress> addresses(JsonNode recipients) {
    return list(recipients, MessageTranslator::address);
  }

  /**
   * An array that the service gave stays one, even when it is empty; one that it didn't give is
   * absent.
   */
  private static <T> @Nullable List<T> list(JsonNode array, Function<JsonNode, T> element) {
    if (!array.isArray()) {
      return null;
    }
    List<T> list = new ArrayList<>(array.size());
    for (JsonNode node : array) {
      T value = element.apply(node);
      if (value != null) {
        list.add(value);
      }
    }
    return list;
  }

  private static @Nullable Instant instant(JsonNode message, String name) {
    return GraphTime.of(text(message, name));
  }

  private static @Nullable String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isTextual() ? value.textValue() : null;
  }

  private static @Nullable String lowerCase(@Nullable String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }
}
