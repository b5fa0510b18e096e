package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutomaticMailTest {

  private static MailMessage mail(String sender, String kind, String name, String value) {
    return new MailMessage(
        "support",
        "support@contoso.com",
        "A=",
        null,
        null,
        "s",
        sender == null ? null : new MailMessage.EmailAddress(null, sender),
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
        name == null
            ? null
            : List.of(new MailMessage.Header("Subject", "s"), new MailMessage.Header(name, value)),
        null,
        null,
        null,
        kind,
        null,
        null,
        List.of(),
        null,
        2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Auto-Submitted|auto-replied",
        "auto-submitted|auto-generated; type=x",
        "AUTO-SUBMITTED|Auto-Notified (by x)",
        "Precedence|bulk",
        "Precedence|LIST",
        "Precedence|auto_reply",
        "List-Id|<a.b>",
        "List-Unsubscribe|<mailto:x@y>",
        "X-Auto-Response-Suppress|All",
        "X-Auto-Response-Suppress|DR, AutoReply",
        "X-Autoreply|yes",
        "X-Autorespond|",
        "Return-Path|<>",
        "Content-Type|multipart/report; report-type=delivery-status",
        "X-Failed-Recipients|a@b"
      })
  void headers_of_machines_are_known(String name, String value) {
    assertThat(AutomaticMail.why(mail("ada@example.com", "message", name, value)))
        .hasValueSatisfying(
            why ->
                assertThat(why).contains("its header " + name.toLowerCase(java.util.Locale.ROOT)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Auto-Submitted|no",
        "Auto-Submitted|No; comment=x",
        "Precedence|first-class",
        "X-Auto-Response-Suppress|DR, RN, NRN",
        "X-Auto-Response-Suppress|None",
        "Return-Path|<ada@example.com>",
        "Content-Type|multipart/mixed",
        "X-Listening|yes"
      })
  void those_of_persons_are_no_reason(String name, String value) {
    assertThat(AutomaticMail.why(mail("ada@example.com", "message", name, value))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "MAILER-DAEMON@example.com",
    "postmaster@example.com",
    "no-reply@example.com",
    "noreply@example.com",
    "do-not-reply@example.com",
    "bounces+12@example.com",
    "noreply-apps@example.com"
  })
  void addresses_that_nobody_reads_are_known(String sender) {
    assertThat(AutomaticMail.why(mail(sender, "message", null, null)))
        .hasValue("its sender's address is one that nobody reads");
  }

  @Test
  void meetings_and_mail_without_a_sender_are_not_answered() {
    assertThat(AutomaticMail.why(mail("ada@example.com", "meetingRequest", null, null)))
        .hasValue("it is a meetingRequest of a calendar");
    assertThat(AutomaticMail.why(mail(null, "message", null, null))).hasValue("it has no sender");
    assertThat(AutomaticMail.why(mail(" ", null, null, null))).hasValue("it has no sender");
    assertThat(AutomaticMail.why(mail("reply@example.com", null, null, null))).isEmpty();
  }
}
