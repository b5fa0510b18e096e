package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.mail.Address;
import jakarta.mail.BodyPart;
import jakarta.mail.Header;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimePart;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * A message of RFC 822, taken apart as Exchange does it: a body, and everything else as
 * attachments. Broken messages are taken as far as they can be understood; what can't be is absent.
 */
final class Rfc822 {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Session LENIENT = lenient();
  private static final int PREVIEW = 255;

  private final MimeMessage message;
  private final DemoIds ids;
  private final List<DemoAttachment> attachments = new ArrayList<>();
  private String html;
  private String text;
  private DemoMeeting meeting;

  private Rfc822(MimeMessage message, DemoIds ids) {
    this.message = message;
    this.ids = ids;
  }

  private static Session lenient() {
    Properties properties = new Properties();
    properties.put("mail.mime.address.strict", "false");
    properties.put("mail.mime.parameters.strict", "false");
    return Session.getInstance(properties);
  }

  static Rfc822 parse(byte[] bytes, DemoIds ids) {
    try {
      Rfc822 parsed = new Rfc822(new MimeMessage(LENIENT, new ByteArrayInputStream(bytes)), ids);
      parsed.takeApart(parsed.message);
      return parsed;
    } catch (MessagingException e) {
      throw new IllegalArgumentException("not a message", e);
    }
  }

  List<DemoAttachment> attachments() {
    return List.copyOf(attachments);
  }

  private void takeApart(Part part) {
    String type = type(part);
    boolean attached =
        Part.ATTACHMENT.equalsIgnoreCase(quietly(part::getDisposition)) || fileName(part) != null;
    if (type.startsWith("multipart/")) {
      Object content = quietly(part::getContent);
      if (content instanceof Multipart multipart && takeApartAll(multipart)) {
        return;
      }
      text = text == null ? decode(raw(part), part) : text;
    } else if (type.equals("message/rfc822") && part != message) {
      attach(part, "itemAttachment", type);
    } else if (type.equals("text/html") && !attached && html == null) {
      html = decode(raw(part), part);
    } else if (type.startsWith("text/")
        && !type.equals("text/calendar")
        && !attached
        && text == null) {
      text = decode(raw(part), part);
    } else if (type.equals("text/calendar") && !attached) {
      meeting = new DemoMeeting(parameter(part, "method"), decode(raw(part), part));
    } else {
      attach(part, "fileAttachment", type);
    }
  }

  private boolean takeApartAll(Multipart multipart) {
    try {
      for (int i = 0; i < multipart.getCount(); i++) {
        BodyPart child = multipart.getBodyPart(i);
        takeApart(child);
      }
      return multipart.getCount() > 0;
    } catch (MessagingException brokenMultipart) {
      return false;
    }
  }

  private void attach(Part part, String kind, String type) {
    String contentId = quietly(() -> part instanceof MimePart mime ? mime.getContentID() : null);
    contentId = contentId == null ? null : contentId.replaceAll("^<|>$", "");
    boolean inline =
        Part.INLINE.equalsIgnoreCase(quietly(part::getDisposition))
            || (contentId != null && html != null && html.contains("cid:" + contentId));
    String name = fileName(part);
    if (name == null && kind.equals("itemAttachment")) {
      Object content = quietly(part::getContent);
      name = content instanceof Message inner ? quietly(inner::getSubject) : null;
    }
    attachments.add(
        new DemoAttachment(
            ids.next("AAkALgAtt"),
            kind,
            name,
            kind.equals("itemAttachment") ? null : type,
            inline,
            contentId,
            raw(part)));
  }

  private static String type(Part part) {
    String type = quietly(part::getContentType);
    if (type == null || type.isBlank()) {
      return "text/plain";
    }
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).trim().toLowerCase(Locale.ROOT);
  }

  private static String parameter(Part part, String name) {
    String type = quietly(part::getContentType);
    if (type != null) {
      for (String parameter : type.split(";")) {
        String[] pair = parameter.trim().split("=", 2);
        if (pair.length == 2 && pair[0].equalsIgnoreCase(name)) {
          return pair[1].replace("\"", "").trim();
        }
      }
    }
    return null;
  }

  private static String fileName(Part part) {
    String name = quietly(part::getFileName);
    if (name == null) {
      return null;
    }
    String decoded = quietly(() -> MimeUtility.decodeText(name));
    return decoded == null ? name : decoded;
  }

  /** The decoded bytes; where the encoding is unknown or broken, the bytes as they stand. */
  private static byte[] raw(Part part) {
    byte[] decoded = quietly(() -> part.getInputStream().readAllBytes());
    if (decoded != null) {
      return decoded;
    }
    byte[] undecoded =
        quietly(
            () -> {
              InputStream stream =
                  part instanceof MimeBodyPart body
                      ? body.getRawInputStream()
                      : ((MimeMessage) part).getRawInputStream();
              return stream.readAllBytes();
            });
    return undecoded == null ? new byte[0] : undecoded;
  }

  private static String decode(byte[] bytes, Part part) {
    String charset = parameter(part, "charset");
    try {
      return new String(
          bytes,
          charset == null
              ? StandardCharsets.UTF_8
              : Charset.forName(MimeUtility.javaCharset(charset)));
    } catch (IllegalArgumentException unknownCharset) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * The properties of Graph's message resource; ids and what the mailbox knows are added by the
   * service.
   */
  ObjectNode resource(Instant received) {
    ObjectNode resource = JSON.objectNode();
    resource.put("createdDateTime", received.toString());
    resource.put("lastModifiedDateTime", received.toString());
    resource.put("receivedDateTime", received.truncatedTo(ChronoUnit.SECONDS).toString());
    java.util.Date sent = quietly(message::getSentDate);
    resource.put("sentDateTime", sent == null ? null : sent.toInstant().toString());
    resource.put(
        "hasAttachments", attachments.stream().anyMatch(attachment -> !attachment.inline()));
    resource.put("internetMessageId", quietly(message::getMessageID));
    resource.put("subject", quietly(message::getSubject));
    String body = html != null ? html : text == null ? "" : text;
    resource.put("bodyPreview", preview(body));
    resource.put("importance", importance());
    resource.putArray("categories");
    resource.putNull("isDeliveryReceiptRequested");
    resource.put("isReadReceiptRequested", false);
    resource.put("isRead", false);
    resource.put("isDraft", false);
    resource.put("inferenceClassification", "focused");
    resource
        .putObject("body")
        .put("contentType", html != null ? "html" : "text")
        .put("content", body);
    recipient(resource, "from", first(quietly(message::getFrom)));
    Address sender = quietly(message::getSender);
    recipient(resource, "sender", sender == null ? first(quietly(message::getFrom)) : sender);
    recipients(
        resource, "toRecipients", quietly(() -> message.getRecipients(Message.RecipientType.TO)));
    recipients(
        resource, "ccRecipients", quietly(() -> message.getRecipients(Message.RecipientType.CC)));
    recipients(
        resource, "bccRecipients", quietly(() -> message.getRecipients(Message.RecipientType.BCC)));
    String[] replyTo = quietly(() -> message.getHeader("Reply-To"));
    recipients(resource, "replyTo", replyTo == null ? null : quietly(message::getReplyTo));
    if (meeting == null) {
      resource.putObject("flag").put("flagStatus", "notFlagged");
    } else {
      meeting.describe(resource);
    }
    headers(resource.putArray("internetMessageHeaders"));
    return resource;
  }

  private String importance() {
    String[] header = quietly(() -> message.getHeader("Importance"));
    String value = header == null ? "normal" : header[0].trim().toLowerCase(Locale.ROOT);
    return List.of("low", "normal", "high").contains(value) ? value : "normal";
  }

  private void headers(ArrayNode array) {
    Enumeration<Header> headers = quietly(message::getAllHeaders);
    while (headers != null && headers.hasMoreElements()) {
      Header header = headers.nextElement();
      array
          .addObject()
          .put("name", header.getName())
          .put("value", MimeUtility.unfold(header.getValue() == null ? "" : header.getValue()));
    }
  }

  private static String preview(String body) {
    String plain = body.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ").trim();
    return plain.length() <= PREVIEW ? plain : plain.substring(0, PREVIEW);
  }

  private static Address first(Address[] addresses) {
    return addresses == null || addresses.length == 0 ? null : addresses[0];
  }

  private static void recipient(ObjectNode resource, String name, Address address) {
    if (address instanceof InternetAddress internet) {
      resource.set(name, recipient(internet));
    }
  }

  private static ObjectNode recipient(InternetAddress address) {
    ObjectNode recipient = JSON.objectNode();
    String name = address.getPersonal();
    recipient
        .putObject("emailAddress")
        .put("name", name == null ? address.getAddress() : name)
        .put("address", address.getAddress());
    return recipient;
  }

  private static void recipients(ObjectNode resource, String name, Address[] addresses) {
    ArrayNode array = resource.putArray(name);
    for (Address address : addresses == null ? new Address[0] : addresses) {
      if (address instanceof InternetAddress internet) {
        array.add(recipient(internet));
      }
    }
  }

  private interface Attempt<T> {
    T get() throws MessagingException, IOException;
  }

  /** A broken part of a message is as good as none. */
  private static <T> T quietly(Attempt<T> attempt) {
    try {
      return attempt.get();
    } catch (MessagingException | IOException | RuntimeException broken) {
      return null;
    }
  }
}
