package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Replies to messages: accepted with 202 and no body, and delivered to those recipients who have a
 * mailbox here. Each request sends one.
 */
final class DemoReplies {

  private static final int MOST_HEADERS = 5;

  private DemoReplies() {}

  static DemoAnswer answer(
      DemoMailbox mailbox,
      DemoMessage message,
      DemoCall call,
      Function<String, Optional<DemoMailbox>> mailboxes) {
    if (!call.method().equals("POST")) {
      throw new GraphFault(405, "ErrorInvalidRequest", "The method is not allowed.");
    }
    if (call.body() == null || !call.body().isObject()) {
      throw new GraphFault(400, "BadRequest", "Empty Payload. JSON content expected.");
    }
    if (call.body().has("comment") && call.body().path("message").has("body")) {
      throw new GraphFault(
          400,
          "ErrorInvalidRequest",
          "Either a comment or the body of the message can be given, not both.");
    }
    List<String> to = recipients(message, call.body().path("message"));
    if (to.isEmpty()) {
      throw new GraphFault(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.");
    }
    DemoReply reply =
        new DemoReply(
            message.immutableId(),
            to,
            call.body().path("comment").asText(""),
            headers(call.body().path("message")));
    mailbox.replied(reply);
    for (String address : to) {
      mailboxes
          .apply(address)
          .ifPresent(other -> other.deliver(mail(mailbox, message, reply, address)));
    }
    return DemoAnswer.empty(202);
  }

  /** Where replies are asked to go, else the sender. */
  private static List<String> recipients(DemoMessage message, JsonNode given) {
    List<String> to = addresses(given.path("toRecipients"));
    if (to.isEmpty()) {
      to = addresses(message.resource().path("replyTo"));
    }
    String from = message.resource().path("from").path("emailAddress").path("address").asText("");
    return !to.isEmpty() ? to : from.isBlank() ? List.of() : List.of(from);
  }

  private static List<String> addresses(JsonNode recipients) {
    List<String> addresses = new ArrayList<>();
    recipients.forEach(
        recipient -> addresses.add(recipient.path("emailAddress").path("address").asText()));
    addresses.removeIf(String::isBlank);
    return addresses;
  }

  private static Map<String, String> headers(JsonNode given) {
    Map<String, String> headers = new LinkedHashMap<>();
    given
        .path("internetMessageHeaders")
        .forEach(
            header -> headers.put(header.path("name").asText(), header.path("value").asText()));
    if (headers.size() > MOST_HEADERS
        || headers.keySet().stream()
            .anyMatch(name -> !name.toLowerCase(Locale.ROOT).startsWith("x-"))) {
      throw new GraphFault(
          400,
          "InvalidInternetMessageHeader",
          "The internet message header name should start with 'x-' or 'X-', and there can be at"
              + " most five.");
    }
    return headers;
  }

  private static byte[] mail(DemoMailbox from, DemoMessage message, DemoReply reply, String to) {
    StringBuilder mail =
        new StringBuilder(
            "From: "
                + from.address()
                + "\r\nTo: "
                + to
                + "\r\nSubject: RE: "
                + message.resource().path("subject").asText("").replaceAll("[^\\x20-\\x7E]", "?")
                + "\r\nDate: Mon, 5 Jan 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n");
    reply
        .headers()
        .forEach((name, value) -> mail.append(name).append(": ").append(value).append("\r\n"));
    return mail.append("\r\n")
        .append(reply.comment())
        .append("\r\n")
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }
}
