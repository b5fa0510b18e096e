package org.mailroom.export;

import jakarta.activation.DataHandler;
import jakarta.activation.FileDataSource;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MailMessage;
import org.springframework.stereotype.Component;

/**
 * Makes a mail of a document, where the original isn't kept: its headers, its text, and the
 * contents of attachments as they lie on disk, which are read while they are written. It isn't the
 * mail as it was sent. Safe for use by several threads.
 */
@Component
final class MimeBuilder {

  private static final String OCTETS = "application/octet-stream";
  private static final String MAIL = "message/rfc822";
  private static final int ENOUGH = 64;

  private final KeptMessages kept;

  MimeBuilder(KeptMessages kept) {
    this.kept = kept;
  }

  /**
   * @param problem told what of it isn't there any more
   * @throws IOException when it can't be made
   */
  MimeMessage build(MailMessage document, Consumer<String> problem) throws IOException {
    try {
      MimeMessage mail = new MimeMessage((Session) null);
      MimeHeaders headers = new MimeHeaders(mail);
      headers.of(document);
      List<BodyPart> related = new ArrayList<>();
      List<BodyPart> mixed = new ArrayList<>();
      for (MailAttachment attachment :
          document.attachments() == null ? List.<MailAttachment>of() : document.attachments()) {
        Path content = attachment.location() == null ? null : kept.content(attachment.location());
        if (content == null) {
          headers.notStored(attachment);
          if (attachment.location() != null) {
            problem.accept(
                "the content of an attachment isn't at " + attachment.location() + " any more");
          }
        } else {
          boolean ofText =
              Boolean.TRUE.equals(attachment.inline()) && attachment.contentId() != null;
          (ofText ? related : mixed).add(part(attachment, content, ofText));
        }
      }
      fill(mail, document.body(), related, mixed);
      mail.saveChanges();
      headers.messageId(document.internetMessageId());
      return mail;
    } catch (MessagingException e) {
      throw new IOException("no mail can be made of it: " + e.getMessage(), e);
    }
  }

  private static void fill(
      MimeMessage mail,
      MailMessage.@Nullable Body body,
      List<BodyPart> related,
      List<BodyPart> mixed)
      throws MessagingException {
    if (related.isEmpty() && mixed.isEmpty()) {
      text(mail, body);
      return;
    }
    MimeBodyPart text = new MimeBodyPart();
    text(text, body);
    MimeBodyPart shown = text;
    if (!related.isEmpty()) {
      MimeMultipart together = multipart("related", text, related);
      shown = new MimeBodyPart();
      shown.setContent(together);
      if (mixed.isEmpty()) {
        mail.setContent(together);
        return;
      }
    }
    mail.setContent(multipart("mixed", shown, mixed));
  }

  private static MimeMultipart multipart(String kind, BodyPart first, List<BodyPart> others)
      throws MessagingException {
    MimeMultipart parts = new MimeMultipart(kind);
    parts.addBodyPart(first);
    for (BodyPart other : others) {
      parts.addBodyPart(other);
    }
    return parts;
  }

  private static void text(Part part, MailMessage.@Nullable Body body) throws MessagingException {
    String content = body == null || body.content() == null ? "" : body.content();
    boolean html = body != null && "html".equalsIgnoreCase(body.contentType());
    part.setContent(content, html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
    part.setHeader("Content-Type", html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
    part.setHeader("Content-Transfer-Encoding", "quoted-printable");
  }

  private static BodyPart part(MailAttachment attachment, Path content, boolean ofText)
      throws MessagingException, IOException {
    MimeBodyPart part = new MimeBodyPart();
    String type = type(attachment, content);
    part.setDataHandler(new DataHandler(new TypedFile(content, type)));
    part.setHeader("Content-Type", type);
    part.setDisposition(ofText ? Part.INLINE : Part.ATTACHMENT);
    if (attachment.name() != null) {
      part.setFileName(MimeHeaders.oneLine(attachment.name()));
    }
    if (attachment.contentId() != null) {
      part.setContentID(
          "<"
              + MimeHeaders.oneLine(attachment.contentId()).replaceAll("[<>\\s]|[^\\x21-\\x7e]", "")
              + ">");
    }
    // an attached mail is never encoded
    part.setHeader("Content-Transfer-Encoding", type.startsWith(MAIL) ? "8bit" : "base64");
    return part;
  }

  /** What a mail says of a content's type must not make something else of the part. */
  private static String type(MailAttachment attachment, Path content) throws IOException {
    if ("item".equals(attachment.kind())) {
      return ofItem(content);
    }
    try {
      ContentType told =
          new ContentType(
              attachment.contentType() == null
                  ? OCTETS
                  : MimeHeaders.oneLine(attachment.contentType()));
      String type = told.getBaseType().toLowerCase(Locale.ROOT);
      return type.matches("[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
              && !type.startsWith("multipart/")
              && !type.startsWith("message/")
          ? type
          : OCTETS;
    } catch (MessagingException notAType) {
      return OCTETS;
    }
  }

  /**
   * The service gives an attached message as mail, an appointment and a contact in their own
   * formats.
   */
  private static String ofItem(Path content) throws IOException {
    try (InputStream in = Files.newInputStream(content)) {
      String begins = new String(in.readNBytes(ENOUGH), StandardCharsets.ISO_8859_1).stripLeading();
      return begins.startsWith("BEGIN:VCALENDAR")
          ? "text/calendar"
          : begins.startsWith("BEGIN:VCARD") ? "text/vcard" : MAIL;
    }
  }

  /** The type that was decided, not one that its name suggests. */
  private static final class TypedFile extends FileDataSource {
    private final String type;

    private TypedFile(Path file, String type) {
      super(file.toFile());
      this.type = type;
    }

    @Override
    public String getContentType() {
      return type;
    }
  }

  /** For headers alone. */
  static String encoded(String text) {
    try {
      return MimeUtility.encodeText(text, "UTF-8", null);
    } catch (java.io.UnsupportedEncodingException e) {
      throw new IllegalStateException("every Java runtime has UTF-8", e);
    }
  }
}
