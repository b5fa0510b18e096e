package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AutoSubmissionTest {

  private static final String EXCHANGE_OUT_OF_OFFICE =
      """
      From: Ada Lovelace <ada@fabrikam.com>
      To: Support <support@contoso.com>
      Subject: Automatic reply: Ticket 17
      Thread-Index: AQHb1
      In-Reply-To: <17@contoso.com>
      X-MS-Has-Attach:
      X-Auto-Response-Suppress: All
      X-MS-Exchange-Inbox-Rules-Loop: ada@fabrikam.com
      X-MS-TNEF-Correlator:
      auto-submitted: auto-generated
      Content-Type: multipart/alternative; boundary="_000_x"
      """;

  private static final String GMAIL_VACATION =
      """
      Return-Path: <>
      MIME-Version: 1.0
      From: Grace Hopper <grace@gmail.com>
      Subject: Out of office Re: Ticket 18
      In-Reply-To: <18@contoso.com>
      References: <18@contoso.com>
      Precedence: bulk
      X-Autoreply: yes
      Auto-Submitted: auto-replied
      Content-Type: text/plain; charset="UTF-8"
      """;

  private static final String SIEVE_VACATION =
      """
      Return-Path: <>
      Message-ID: <dovecot-sieve-1@mx.example.org>
      Auto-Submitted: auto-replied (vacation)
      Precedence: bulk
      In-Reply-To: <19@contoso.com>
      """;

  private static final String CPANEL_AUTORESPONDER =
      """
      From: info@example.com
      X-Autorespond: Ticket 20
      X-Precedence: auto_reply
      MIME-Version: 1.0
      """;

  private static final String GROUPWISE_REPLY =
      """
      From: jan@example.nl
      Precedence: auto_reply
      Subject: Afwezig
      """;

  private static final String REPLY_WITHOUT_A_WORD =
      """
      Return-Path: <>
      From: jan@example.nl
      In-Reply-To: <21@contoso.com>
      """;

  private static final String READ_RECEIPT =
      """
      From: jan@example.nl
      Subject: Read: Offer
      Content-Type: multipart/report;
      \tboundary="x"; report-type=disposition-notification
      """;

  private static final String POSTFIX_BOUNCE =
      """
      Return-Path: <>
      From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
      Subject: Undelivered Mail Returned to Sender
      Auto-Submitted: auto-replied
      MIME-Version: 1.0
      Content-Type: multipart/report; report-type=delivery-status;
      \tboundary="4C1.1/mx.example.com"
      """;

  private static final String EXIM_BOUNCE =
      """
      Return-Path: <>
      X-Failed-Recipients: nobody@example.com
      Auto-Submitted: auto-replied
      From: Mail Delivery System <Mailer-Daemon@exim.example.com>
      Subject: Mail delivery failed: returning message to sender
      """;

  private static final String QMAIL_BOUNCE =
      """
      Return-Path: <>
      From: MAILER-DAEMON@qmail.example.com
      Subject: failure notice
      """;

  private static final String EXCHANGE_BOUNCE =
      """
      From: Microsoft Outlook
      \t<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.onmicrosoft.com>
      Auto-Submitted: auto-replied
      X-MS-Exchange-Message-Is-Ndr:
      Content-Type: multipart/report; report-type="delivery-status"; boundary="x"
      """;

  private static final String POSTMASTER_OF_EXCHANGE =
      """
      Return-Path: <>
      From: postmaster@fabrikam.com
      Subject: Undeliverable: Offer
      """;

  private static final String MAILMAN_POST =
      """
      From: Ada Lovelace via List <list@lists.example.org>
      Precedence: list
      List-Id: A list <list.lists.example.org>
      List-Unsubscribe: <https://lists.example.org/leave>
      """;

  private static final String NEWSLETTER =
      """
      From: Offers <offers@news.example.com>
      Return-Path: <bounce-17@news.example.com>
      List-Unsubscribe: <mailto:leave@news.example.com>
      """;

  private static final String TICKET_OF_JIRA =
      """
      From: jira@example.com
      X-JIRA-FingerPrint: 1
      Auto-Submitted: auto-generated
      Precedence: bulk
      X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply
      In-Reply-To: <JIRA.1@example.com>
      """;

  private static final String NOBODY_IS_TO_ANSWER =
      """
      From: news@contoso.com
      X-Auto-Response-Suppress: OOF, AutoReply
      """;

  private static final String CRON_JOB =
      """
      From: root@server.example.com (Cron Daemon)
      Auto-Submitted: auto-generated
      X-Cron-Env: <SHELL=/bin/sh>
      """;

  private static final String PERSON_WITH_OUTLOOK =
      """
      From: Ada Lovelace <ada@fabrikam.com>
      Return-Path: ada@fabrikam.com
      In-Reply-To: <22@contoso.com>
      X-MS-Has-Attach: yes
      X-Auto-Response-Suppress: DR, RN, NRN
      Content-Type: multipart/mixed; boundary="x"
      """;

  private static final String PERSON_WHO_SAYS_SO =
      """
      From: Ada Lovelace <ada@fabrikam.com>
      Auto-Submitted: No
      X-Autoreply: no
      """;

  private static String told(List<MailMessage.Header> headers, String from) {
    return AutoSubmission.of(headers, new MailHeaders(headers), from);
  }

  static Stream<Arguments> samples() {
    return Stream.of(
        Arguments.of(
            "Exchange, out of office", EXCHANGE_OUT_OF_OFFICE, "ada@fabrikam.com", "auto-replied"),
        Arguments.of("Gmail, vacation", GMAIL_VACATION, "grace@gmail.com", "auto-replied"),
        Arguments.of("Dovecot Sieve, vacation", SIEVE_VACATION, "x@example.org", "auto-replied"),
        Arguments.of(
            "cPanel, autoresponder", CPANEL_AUTORESPONDER, "info@example.com", "auto-replied"),
        Arguments.of("GroupWise", GROUPWISE_REPLY, "jan@example.nl", "auto-replied"),
        Arguments.of(
            "empty return path and an answer",
            REPLY_WITHOUT_A_WORD,
            "jan@example.nl",
            "auto-replied"),
        Arguments.of("read receipt", READ_RECEIPT, "jan@example.nl", "auto-replied"),
        Arguments.of("Postfix, bounce", POSTFIX_BOUNCE, "MAILER-DAEMON@mx.example.com", "bounce"),
        Arguments.of("Exim, bounce", EXIM_BOUNCE, "Mailer-Daemon@exim.example.com", "bounce"),
        Arguments.of("qmail, bounce", QMAIL_BOUNCE, "MAILER-DAEMON@qmail.example.com", "bounce"),
        Arguments.of(
            "Exchange, bounce",
            EXCHANGE_BOUNCE,
            "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.onmicrosoft.com",
            "bounce"),
        Arguments.of(
            "Exchange elsewhere, bounce",
            POSTMASTER_OF_EXCHANGE,
            "postmaster@fabrikam.com",
            "bounce"),
        Arguments.of("Mailman", MAILMAN_POST, "list@lists.example.org", "bulk"),
        Arguments.of("newsletter", NEWSLETTER, "offers@news.example.com", "bulk"),
        Arguments.of("no automatic answer wanted", NOBODY_IS_TO_ANSWER, "news@contoso.com", "bulk"),
        Arguments.of("Jira", TICKET_OF_JIRA, "jira@example.com", "auto-generated"),
        Arguments.of("cron", CRON_JOB, "root@server.example.com", "auto-generated"),
        Arguments.of("Outlook", PERSON_WITH_OUTLOOK, "ada@fabrikam.com", "no"),
        Arguments.of("somebody who says no", PERSON_WHO_SAYS_SO, "ada@fabrikam.com", "no"));
  }

  @ParameterizedTest(name = "{0}: {3}")
  @MethodSource("samples")
  void what_real_systems_send_is_recognised(
      String system, String headers, String from, String expected) {
    assertThat(told(MailLines.headers(headers), from)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Auto-Submitted: auto-notified; owner-email=\"a@b.c\"|auto-generated",
        "Auto-Submitted: AUTO-REPLIED|auto-replied",
        "Auto-Submitted:|no",
        "Auto-Submitted: ;;|no",
        "Return-Path: <>|auto-generated",
        "Return-Path: <a@b.c>|no",
        "X-Autoreply:|auto-replied",
        "Precedence: first-class|no",
        "Precedence: JUNK|bulk",
        "X-Auto-Response-Suppress: None|no",
        "X-Auto-Response-Suppress: all|bulk",
        "Content-Type: multipart/report|auto-generated",
        "Content-Type: multipart/report; report-type = feedback-report|auto-generated",
        "X-MS-Exchange-Generated-Message-Source: Journal Agent|auto-generated"
      })
  void each_sign_counts_by_itself_whatever_its_case_and_without_what_belongs_to_it(
      String header, String expected) {
    assertThat(told(MailLines.headers(header), "a@b.c")).isEqualTo(expected);
  }

  @Test
  void without_headers_nothing_is_said() {
    assertThat(told(null, "mailer-daemon@example.com")).isNull();
    assertThat(told(List.of(), "mailer-daemon@example.com")).isNull();
  }

  @Test
  void a_header_without_value_and_a_sender_that_is_no_address_do_no_harm() {
    List<MailMessage.Header> headers =
        List.of(
            new MailMessage.Header("Auto-Submitted", null),
            new MailMessage.Header("Return-Path", null),
            new MailMessage.Header("", ""));
    assertThat(told(headers, "/O=CONTOSO/CN=ADA")).isEqualTo("no");
    assertThat(told(headers, null)).isEqualTo("no");
  }
}
