package org.mailroom.demo;

import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.Properties;
import java.util.Random;

/** Makes mail of many kinds: the same seed makes the same mail. */
public final class DemoMail {

  private static final String[] SUBJECTS = {
    "Order %d",
    "Invoice %d is due",
    "Vraag over bestelling %d – dank u wel",
    "見積もりのお願い %d",
    "Re: Ticket #%d",
    "Angebot Nr. %d für Müller & Söhne",
    "Delivery note %d ✔"
  };
  private static final String[] PEOPLE = {
    "Ada Lovelace", "Grace Hopper", "Jörg Müller", "Søren Kierkegaard", "山田太郎", "Zoë van der Berg"
  };

  private final Random random;
  private int number;

  public DemoMail(long seed) {
    this.random = new Random(seed);
  }

  /**
   * The next message, RFC 822: plain, HTML, with files, inline pictures, forwarded mail or an
   * invitation.
   */
  public byte[] next() {
    number++;
    try {
      MimeMessage message = message();
      switch (number % 7) {
        case 1 ->
            message.setContent(
                body("<p>Dear colleagues,</p><p>please see <b>order " + number + "</b>.</p>"),
                "text/html; charset=utf-8");
        case 2 -> withFiles(message, 1 + random.nextInt(3));
        case 3 -> withPicture(message);
        case 4 -> forwarding(message);
        case 5 -> inviting(message);
        default -> message.setText(body("Hello,\r\nthis is message " + number + ".\r\n"), "utf-8");
      }
      return bytes(message);
    } catch (MessagingException | IOException e) {
      throw new IllegalStateException("the demo's own mail can't be made", e);
    }
  }

  /** A short plain message, cheap to make and to hold. */
  public static byte[] plain(int number) {
    return ("From: Ada Lovelace <ada@example.com>\r\n"
            + "To: support@contoso.com\r\n"
            + "Subject: Plain message "
            + number
            + "\r\nMessage-ID: <plain-"
            + number
            + "@example.com>\r\nDate: Mon, 5 Jan 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\n\r\nHello, this is message "
            + number
            + ".\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private MimeMessage message() throws MessagingException, IOException {
    MimeMessage message =
        new MimeMessage(Session.getInstance(new Properties())) {
          @Override
          protected void updateMessageID() throws MessagingException {
            setHeader(
                "Message-ID",
                "<demo-" + number + "-" + Long.toHexString(random.nextLong()) + "@example.com>");
          }
        };
    String person = PEOPLE[random.nextInt(PEOPLE.length)];
    message.setFrom(
        new InternetAddress("person" + random.nextInt(50) + "@example.com", person, "UTF-8"));
    message.addRecipient(
        Message.RecipientType.TO, new InternetAddress("support@contoso.com", "Support", "UTF-8"));
    for (int i = random.nextInt(3); i > 0; i--) {
      message.addRecipient(
          Message.RecipientType.CC, new InternetAddress("cc" + i + "@example.com"));
    }
    message.setSubject(String.format(SUBJECTS[random.nextInt(SUBJECTS.length)], number), "UTF-8");
    message.setSentDate(Date.from(Instant.parse("2026-01-05T07:00:00Z").plusSeconds(number)));
    if (number % 9 == 0) {
      message.setHeader("Importance", "High");
    }
    return message;
  }

  private String body(String text) {
    return text + " ".repeat(1) + "Lorem ipsum dolor sit amet. ".repeat(1 + random.nextInt(40));
  }

  private void withFiles(MimeMessage message, int files) throws MessagingException {
    MimeMultipart mixed = new MimeMultipart("mixed");
    mixed.addBodyPart(text("The files are attached."));
    for (int i = 1; i <= files; i++) {
      mixed.addBodyPart(
          file(
              i == 1 ? "Übersicht " + number + ".pdf" : "data-" + i + ".bin",
              i == 1 ? "application/pdf" : "application/octet-stream",
              200 + random.nextInt(60_000)));
    }
    message.setContent(mixed);
  }

  private void withPicture(MimeMessage message) throws MessagingException {
    MimeMultipart related = new MimeMultipart("related");
    MimeBodyPart html = new MimeBodyPart();
    html.setContent(
        "<p>Our logo:</p><img src=\"cid:logo" + number + "@example.com\">",
        "text/html; charset=utf-8");
    related.addBodyPart(html);
    MimeBodyPart picture = file("logo.png", "image/png", 900);
    picture.setDisposition(Part.INLINE);
    picture.setContentID("<logo" + number + "@example.com>");
    related.addBodyPart(picture);
    message.setContent(related);
  }

  private void forwarding(MimeMessage message) throws MessagingException, IOException {
    MimeMessage inner = message();
    withFiles(inner, 1);
    MimeBodyPart forwarded = new MimeBodyPart();
    forwarded.setDataHandler(
        new DataHandler(new ByteArrayDataSource(bytes(inner), "message/rfc822")));
    forwarded.setDisposition(Part.ATTACHMENT);
    MimeMultipart mixed = new MimeMultipart("mixed");
    mixed.addBodyPart(text("Forwarded, see below."));
    mixed.addBodyPart(forwarded);
    message.setContent(mixed);
  }

  private void inviting(MimeMessage message) throws MessagingException {
    MimeBodyPart calendar = new MimeBodyPart();
    calendar.setContent(
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:"
            + number
            + "\r\n"
            + "DTSTART:20260201T090000Z\r\n"
            + "DTEND:20260201T100000Z\r\n"
            + "LOCATION:Room 1\r\n"
            + "END:VEVENT\r\n"
            + "END:VCALENDAR\r\n",
        "text/calendar; charset=utf-8; method=REQUEST");
    MimeMultipart alternative = new MimeMultipart("alternative");
    alternative.addBodyPart(text("You are invited."));
    alternative.addBodyPart(calendar);
    message.setContent(alternative);
  }

  private static MimeBodyPart text(String text) throws MessagingException {
    MimeBodyPart part = new MimeBodyPart();
    part.setText(text, "utf-8");
    return part;
  }

  private MimeBodyPart file(String name, String type, int size) throws MessagingException {
    byte[] content = new byte[size];
    random.nextBytes(content);
    MimeBodyPart part = new MimeBodyPart();
    part.setDataHandler(new DataHandler(new ByteArrayDataSource(content, type)));
    part.setFileName(name);
    return part;
  }

  private static byte[] bytes(MimeMessage message) throws MessagingException, IOException {
    message.saveChanges();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    message.writeTo(bytes);
    return bytes.toByteArray();
  }
}
