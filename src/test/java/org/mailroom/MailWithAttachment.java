package org.mailroom;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** Mail with an attachment, as RFC 822 text. */
final class MailWithAttachment {

  private MailWithAttachment() {}

  static byte[] named(String name, byte[] content) {
    return ("From: anna@example.com\r\n"
            + "To: support@contoso.com\r\n"
            + "Subject: With an attachment\r\n"
            + "Message-ID: <attachment@example.com>\r\n"
            + "MIME-Version: 1.0\r\n"
            + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + "--b\r\n"
            + "Content-Type: text/plain\r\n\r\n"
            + "See there.\r\n"
            + "--b\r\n"
            + "Content-Type: application/pdf\r\n"
            + "Content-Disposition: attachment; filename=\""
            + name
            + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + Base64.getEncoder().encodeToString(content)
            + "\r\n--b--\r\n")
        .getBytes(UTF_8);
  }
}
