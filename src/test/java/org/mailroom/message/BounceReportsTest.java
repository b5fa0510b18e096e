package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.message.MailMessage.Body;
import org.mailroom.message.MailMessage.Bounce;
import org.mailroom.message.MailMessage.Header;
import org.mailroom.message.MailMessage.Recipient;

class BounceReportsTest {

  private static final String POSTFIX_REPORT =
      """
      Reporting-MTA: dns; mx.example.com
      X-Postfix-Queue-ID: 4C1
      Arrival-Date: Mon,  5 Jan 2026 08:00:00 +0000 (UTC)

      Final-Recipient: rfc822; nobody@example.com
      Original-Recipient: rfc822;sales@example.com
      Action: failed
      Status: 5.1.1
      Remote-MTA: dns; mail.example.com
      Diagnostic-Code: smtp; 550 5.1.1 <nobody@example.com>: Recipient address
          rejected: User unknown

      Final-Recipient: rfc822; late@example.com
      Action: delayed (for a while)
      Status: 4.4.1 (no connection)

      Final-Recipient: rfc822; there@example.com
      Action: relayed
      Status: 2.0.0
      """;

  private static final String POSTFIX_TEXT =
      """
      This is the mail system at host mx.example.com.

      I'm sorry to have to inform you that your message could not
      be delivered to one or more recipients. It's attached below.

      <nobody@example.com>: host mail.example.com[192.0.2.1] said: 550 5.1.1
          <nobody@example.com>: Recipient address rejected: User unknown in local
          recipient table (in reply to RCPT TO command)

      <full@example.com> (expanded from <info@example.com>): mail for full loops, 452-4.2.2
          The mailbox is full
      """;

  private static final String QMAIL_TEXT =
      """
      Hi. This is the qmail-send program at qmail.example.com.

      <nobody@example.com>:
      Sorry, no mailbox here by that name. (#5.1.1)

      --- Below this line is a copy of the message.

      Return-Path: <support@contoso.com>
      """;

  private static final String EXIM_TEXT =
      """
      This message was created automatically by mail delivery software.

      A message that you sent could not be delivered to one or more of its
      recipients. This is a permanent error. The following address(es) failed:

        nobody@example.com
          host mail.example.com [192.0.2.1]
          SMTP error from remote mail server after RCPT TO:<nobody@example.com>:
          550 5.1.1 no such user
      """;

  private static final String EXCHANGE_TEXT =
      """
      Uw bericht kan niet worden bezorgd.
      nobody@fabrikam.com <mailto:nobody@fabrikam.com>

      Diagnostic information for administrators:
      Generating server: AM0PR01.eurprd01.prod.exchangelabs.com

      nobody@fabrikam.com
      Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'
      """;

  @TempDir private Path folder;

  private static MailMessage bounce(
      String text, List<Header> headers, MailAttachment... attachments) {
    MailMessage named = MailMessage.named("support", "support@contoso.com", "A");
    return new MailMessage(
        named.account(),
        named.mailbox(),
        named.id(),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        "bounce",
        null,
        headers,
        new Body("text", text),
        text,
        null,
        "message",
        null,
        null,
        List.of(attachments),
        null,
        2);
  }

  private static Bounce told(String text, Header... headers) {
    return BounceReports.complete(bounce(text, List.of(headers)), null).bounce();
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private MailAttachment attachment(String name, String type, String content) throws IOException {
    return new MailAttachment(
        "1", "file", name, type, 3L, false, null, null, file("a", content).toString(), null, null);
  }

  @Test
  void
      a_delivery_report_that_is_attached_names_whom_the_mail_did_not_reach_as_the_sender_wrote_them()
          throws IOException {
    MailMessage message =
        BounceReports.complete(
            bounce(
                POSTFIX_TEXT,
                null,
                attachment(null, "message/delivery-status", POSTFIX_REPORT.replace("\n", "\r\n"))),
            null);
    assertThat(message.autoSubmitted()).isEqualTo("bounce");
    assertThat(message.bounce())
        .isEqualTo(
            new Bounce(
                "5.1.1",
                List.of(
                    new Recipient("sales@example.com", "5.1.1", "failed"),
                    new Recipient("late@example.com", "4.4.1", "delayed")),
                "report"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"base64", "quoted-printable", "7bit"})
  void a_report_in_the_original_is_decoded_as_its_part_says(String encoding) throws Exception {
    String report =
        POSTFIX_REPORT
            .replace("nobody@example.com", "nob\u00f6dy@example.com")
            .replace("sales@example.com", "s\u00e4les@example.com")
            .replace("\n", "\r\n");
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try (OutputStream out = MimeUtility.encode(encoded, encoding)) {
      out.write(report.getBytes(StandardCharsets.UTF_8));
    }
    Path original =
        Files.write(
            folder.resolve("original"),
            ("Content-Type: multipart/report; boundary=b\r\n\r\n"
                    + "--b\r\n"
                    + "Content-Type: text/plain\r\n"
                    + "Content-Transfer-Encoding: 8bit\r\n\r\n"
                    + "Sorry.\r\n"
                    + "--b\r\n"
                    + "Content-Transfer-Encoding: "
                    + encoding.toUpperCase(Locale.ROOT)
                    + "\r\nContent-Type:\r\n message/delivery-status;\r\n charset=utf-8\r\n\r\n"
                    + encoded.toString(StandardCharsets.ISO_8859_1)
                    + "\r\n"
                    + "--b\r\n"
                    + "Content-Type: message/rfc822\r\n\r\n"
                    + "Final-Recipient: rfc822; other@example.com\r\n"
                    + "--b--\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    assertThat(BounceReports.complete(bounce("", null), original).bounce())
        .isEqualTo(
            new Bounce(
                "5.1.1",
                List.of(
                    new Recipient("s\u00e4les@example.com", "5.1.1", "failed"),
                    new Recipient("late@example.com", "4.4.1", "delayed")),
                "report"));
  }

  @Test
  void a_report_that_says_it_is_encoded_and_is_not_leaves_the_text_for_people_to_tell()
      throws IOException {
    Path original =
        file(
            "original",
            "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
                + POSTFIX_REPORT);
    assertThat(BounceReports.complete(bounce(QMAIL_TEXT, null), original).bounce())
        .isEqualTo(
            new Bounce(
                "5.1.1", List.of(new Recipient("nobody@example.com", "5.1.1", null)), "body"));
  }

  @Test
  void one_that_goes_by_another_name_is_recognised_by_what_it_says() throws IOException {
    assertThat(
            BounceReports.complete(
                    bounce("", null, attachment("details.txt", "text/plain", POSTFIX_REPORT)), null)
                .bounce()
                .readFrom())
        .isEqualTo("report");
    assertThat(
            BounceReports.complete(
                    bounce(
                        QMAIL_TEXT,
                        null,
                        attachment("details.txt", "text/plain", "Dear customer: hello")),
                    null)
                .bounce()
                .readFrom())
        .isEqualTo("body");
  }

  @Test
  void of_an_original_the_part_with_the_report_is_read() throws IOException {
    String original =
        "From: MAILER-DAEMON@mx\r\n"
            + "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
            + "--x\r\n"
            + "Content-Type: text/plain\r\n\r\n"
            + POSTFIX_TEXT
            + "\r\n"
            + "--x\r\n"
            + "Content-Description: Delivery report\r\n"
            + "Content-Type: message/delivery-status; name=y\r\n\r\n"
            + POSTFIX_REPORT
            + "\r\n"
            + "--x\r\n"
            + "Content-Type: message/rfc822\r\n\r\n"
            + "Final-Recipient: rfc822; other@example.com\r\n\r\n"
            + "--x--\r\n";
    Bounce bounce =
        BounceReports.complete(bounce("", null), file("message.eml", original)).bounce();
    assertThat(bounce.readFrom()).isEqualTo("report");
    assertThat(bounce.recipients())
        .extracting(Recipient::address)
        .containsExactly("sales@example.com", "late@example.com");
  }

  @Test
  void a_report_of_success_is_no_bounce() throws IOException {
    String report =
        POSTFIX_REPORT.substring(0, POSTFIX_REPORT.indexOf("Final-Recipient"))
            + "Final-Recipient: rfc822; there@example.com\nAction: delivered\nStatus: 2.0.0\n";
    MailMessage message =
        BounceReports.complete(
            bounce("", null, attachment(null, "message/delivery-status", report)), null);
    assertThat(message.autoSubmitted()).isEqualTo("auto-generated");
    assertThat(message.bounce()).isNull();
  }

  @Test
  void without_a_report_the_header_names_them_and_the_text_gives_the_status() {
    assertThat(
            told(
                EXIM_TEXT,
                new Header(
                    "X-Failed-Recipients",
                    "nobody@example.com,\r\n other@example.com, no address")))
        .isEqualTo(
            new Bounce(
                "5.1.1",
                List.of(
                    new Recipient("nobody@example.com", "5.1.1", null),
                    new Recipient("other@example.com", null, null)),
                "headers"));
  }

  @Test
  void the_text_for_people_is_read_as_servers_write_it() {
    assertThat(told(POSTFIX_TEXT))
        .isEqualTo(
            new Bounce(
                "5.1.1",
                List.of(
                    new Recipient("nobody@example.com", "5.1.1", null),
                    new Recipient("full@example.com", "4.2.2", null)),
                "body"));
    assertThat(told(QMAIL_TEXT))
        .isEqualTo(
            new Bounce(
                "5.1.1", List.of(new Recipient("nobody@example.com", "5.1.1", null)), "body"));
    assertThat(told(EXIM_TEXT))
        .isEqualTo(
            new Bounce(
                "5.1.1", List.of(new Recipient("nobody@example.com", "5.1.1", null)), "body"));
    assertThat(told(EXCHANGE_TEXT))
        .isEqualTo(
            new Bounce(
                "5.1.10", List.of(new Recipient("nobody@fabrikam.com", "5.1.10", null)), "body"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nobody@example.com",
        "We are at 5.1.1.2 and 5.5.5",
        "Call 550 5 times",
        "version 5.1.1 is out\nada@example.com\n\nyours, Ada"
      })
  void what_says_nothing_of_that_kind_leaves_the_field_away(String text) {
    assertThat(told(text)).isNull();
    assertThat(BounceReports.complete(bounce(text, null), null).autoSubmitted())
        .isEqualTo("bounce");
  }

  @Test
  void hostile_reports_and_texts_are_read_within_their_bounds() throws IOException {
    String many =
        "Reporting-MTA: x\n\n" + "Final-Recipient: rfc822; a@b.c\nStatus: 5.1.1\n\n".repeat(20_000);
    assertThat(
            BounceReports.complete(
                    bounce("", null, attachment(null, "message/delivery-status", many)), null)
                .bounce()
                .recipients())
        .hasSize(100);
    String folded =
        "Reporting-MTA: x\n"
            + " y".repeat(1_000_000)
            + "\n"
            + " z\n".repeat(100_000)
            + "\nFinal-Recipient: rfc822; a@b.c";
    assertThat(
            BounceReports.complete(
                    bounce("", null),
                    file("o", "Content-Type: message/delivery-status\n\n" + folded))
                .bounce()
                .recipients())
        .hasSize(1);
    for (String part :
        List.of("550 ", "5.1.1.", "<a@b.c>:", "#", "a@b.c\n", "550-5.1.1 ", "<", "9")) {
      Bounce bounce = told(part.repeat(2_000_000 / part.length()));
      assertThat(bounce == null || bounce.recipients() == null || bounce.recipients().size() <= 100)
          .isTrue();
    }
  }

  @Test
  void any_other_message_is_left_as_it_is_and_a_file_that_is_gone_does_no_harm() {
    MailMessage plain = MailMessage.named("support", "support@contoso.com", "A");
    assertThat(BounceReports.complete(plain, folder.resolve("none"))).isSameAs(plain);
    assertThat(
            BounceReports.complete(bounce(QMAIL_TEXT, null), folder.resolve("none"))
                .bounce()
                .status())
        .isEqualTo("5.1.1");
  }
}
