package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;

class PostgresTest {

  @TempDir private Path folder;

  @Test
  void
      the_same_tables_fill_in_postgresql_with_one_bad_message_among_good_ones_and_what_is_given_up_is_moved_there_too()
          throws Exception {
    try (Postgres postgres = Postgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      DemoMail maker = new DemoMail(5);
      for (int i = 0; i < 50; i++) {
        mailbox.deliver(maker.next());
      }
      // a NUL, which PostgreSQL takes in no text
      mailbox.deliver(
          "From: a@b.c\r\nSubject: a\u0000b\r\n\r\nbody\u0000\r\n"
              .getBytes(StandardCharsets.ISO_8859_1));
      try (MailroomRun mailroom =
          MailroomRun.start(
              tenant,
              folder,
              "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
              "--spring.datasource.username=postgres",
              "--mailroom.accounts.support.after-failure.move-to=Failed")) {
        assertThat(mailroom.importSupport().isComplete()).isTrue();
        assertThat(mailroom.rows("mail_message")).isEqualTo(51);
        assertThat(mailroom.rows("mail_attachment"))
            .isEqualTo(
                mailbox.messages().stream()
                    .mapToLong(message -> message.attachments().size())
                    .sum());
        assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(102);
        assertThat(
                mailroom.rows(
                    "mail_message where received_at is not null and document like '{\"account\"%'"))
            .isEqualTo(51);
        assertThat(mailbox.unread()).isZero();
        assertThat(mailroom.rows("mail_message where folder = 'inbox'")).isEqualTo(51);

        String id = mailbox.messages().get(0).immutableId();
        mailroom
            .database()
            .update(
                "insert into delivery (account, message_id, destination, status, attempts) values"
                    + " ('support', ?, 'queue', 'FAILED', 1)",
                id);
        assertThat(mailroom.importSupport().failure()).isNull();
        assertThat(mailbox.messages().get(0).folder()).isEqualTo(mailbox.folder("Failed"));
        assertThat(mailroom.rows("after_failure where done")).isEqualTo(1);
        assertThat(
                mailroom
                    .bean(FailedDeliveries.class)
                    .retry(new FailedDeliveries.Selection("support", id, null)))
            .isEqualTo(1);
        assertThat(mailroom.rows("after_failure"))
            .as("given up again, it is changed again")
            .isZero();
      }
    }
  }

  @Test
  void the_console_reads_and_searches_postgresql() throws Exception {
    try (Postgres postgres = Postgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(4711));
      try (MailroomRun mailroom =
          MailroomRun.startRuntime(
              tenant,
              folder,
              "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
              "--spring.datasource.username=postgres")) {
        await()
            .atMost(Duration.ofSeconds(90))
            .until(() -> tenant.mailbox("support@contoso.com").unread() == 0);
        String id =
            mailroom.database().queryForObject("select message_id from mail_message", String.class);
        ConsoleSession session = ConsoleSession.signIn(mailroom);
        for (String page :
            List.of(
                "/messages",
                "/messages?q=" + ConsoleSession.encoded(id),
                "/messages?q=plain+message",
                "/messages?account=support&q=ada%40example.com")) {
          assertThat(session.get(page).body()).as(page).contains("Plain message 4711");
        }
        for (String page :
            List.of(
                "/",
                "/account/support",
                "/failed",
                "/credentials",
                "/messages/message?account=support&id=" + ConsoleSession.encoded(id))) {
          assertThat(session.get(page).statusCode()).as(page).isEqualTo(200);
        }
        assertThat(
                session
                    .post(
                        "/account/support",
                        "/account/support/backfill",
                        Map.of("since", "2026-01-01", "read", "true"))
                    .body())
            .contains("The backfill begins");
        await()
            .atMost(Duration.ofSeconds(90))
            .until(() -> session.get("/account/support").body().contains(">through<"));
      }
    }
  }
}
