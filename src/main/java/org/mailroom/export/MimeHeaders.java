package org.mailroom.export;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessage.EmailAddress;
import org.mailroom.settings.Printable;
import org.mailroom.settings.Utc;

/**
 * The headers of a mail that is made of a document. Where both the document and its list of headers
 * tell something, the document counts.
 */
final class MimeHeaders {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss '+0000'", Locale.ENGLISH);
  private static final String NOT_STORED = "X-Mailroom-Not-Stored";

  /** Told by the document, or by how the mail is built. */
  private static final Set<String> OWN =
      Set.of(
          "from",
          "sender",
          "to",
          "cc",
          "bcc",
          "reply-to",
          "subject",
          "date",
          "message-id",
          "mime-version",
          NOT_STORED.toLowerCase(Locale.ROOT));

  private final MimeMessage mail;

  MimeHeaders(MimeMessage mail) {
    this.mail = mail;
  }

  void of(MailMessage document) throws MessagingException {
    for (MailMessage.Header header :
        document.headers() == null ? List.<MailMessage.Header>of() : document.headers()) {
      String name = header.name() == null ? "" : header.name().toLowerCase(Locale.ROOT);
      if (name.matches("[\\x21-\\x39\\x3b-\\x7e]+")
          && !name.startsWith("content-")
          && !OWN.contains(name)
          && header.value() != null) {
        mail.addHeader(header.name(), folded(header.name(), header.value()));
      }
    }
    addresses("From", document.from() == null ? null : List.of(document.from()));
    if (document.sender() != null && !document.sender().equals(document.from())) {
      addresses("Sender", List.of(document.sender()));
    }
    addresses("Reply-To", document.replyTo());
    addresses("To", document.to());
    addresses("Cc", document.cc());
    addresses("Bcc", document.bcc());
    if (document.subject() != null) {
      mail.setHeader("Subject", folded("Subject", document.subject()));
    }
    Instant at = document.sentAt() == null ? document.receivedAt() : document.sentAt();
    if (at != null) {
      mail.setHeader("Date", DATE.format(Utc.of(at)));
    }
  }

  /** The library makes one up when it finishes a mail. */
  void messageId(@Nullable String id) throws MessagingException {
    mail.removeHeader("Message-ID");
    if (id != null) {
      mail.setHeader("Message-ID", folded("Message-ID", id));
    }
  }

  void notStored(MailAttachment attachment) throws MessagingException {
    String why = attachment.notStored() == null ? "" : " (" + attachment.notStored() + ")";
    mail.addHeader(
        NOT_STORED,
        folded(
            NOT_STORED,
            (attachment.name() == null ? "an attachment without a name" : attachment.name())
                + why));
  }

  private void addresses(String header, @Nullable List<EmailAddress> people)
      throws MessagingException {
    if (people != null && !people.isEmpty()) {
      String line =
          people.stream()
              .filter(Objects::nonNull)
              .map(MimeHeaders::address)
              .filter(text -> !text.isEmpty())
              .collect(Collectors.joining(",\r\n "));
      if (!line.isEmpty()) {
        mail.setHeader(header, line);
      }
    }
  }

  /** Somebody without an address is written as a group without members. */
  private static String address(EmailAddress who) {
    try {
      String name = who.name() == null ? null : oneLine(who.name());
      if (who.address() == null) {
        return name == null || name.isBlank()
            ? ""
            : MimeUtility.quote(MimeUtility.encodeWord(name, "UTF-8", "Q"), "()<>@,;:\\\"\t .[]")
                + ":;";
      }
      String address = oneLine(who.address()).replaceAll("\\s", "");
      return new InternetAddress(address, name == null || name.isBlank() ? null : name, "UTF-8")
          .toString();
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("every Java runtime has UTF-8", e);
    }
  }

  private static String folded(String name, String value) {
    return MimeUtility.fold(name.length() + 2, MimeBuilder.encoded(oneLine(value)));
  }

  /** What a mail says begins no header of its own. */
  static String oneLine(String text) {
    return Printable.line(text).strip();
  }
}
