package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;
import org.mailroom.listing.Backfills;
import org.mailroom.schedule.AccountSchedule;

/** {@code max-age}: what is older is left alone. */
class MaxAgeTest {

  private static final String FOLLOWED = "--mailroom.accounts.followed.";

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();

  @AfterEach
  void stop() {
    tenant.close();
  }

  private static DemoMessage deliver(DemoMailbox mailbox, int number, Duration age) {
    return mailbox.deliver("Inbox", DemoMail.plain(number), Instant.now().minus(age));
  }

  @Test
  void
      older_messages_by_the_service_s_clock_are_neither_imported_nor_marked_nor_counted_but_for_a_backfill() {
    // on this machine's clock none of these is older than 30 days
    tenant.clock(Duration.ofDays(20));
    DemoMailbox marked = tenant.mailbox("support@contoso.com");
    DemoMailbox followed = tenant.mailbox("followed@contoso.com");
    for (DemoMailbox mailbox : List.of(marked, followed)) {
      deliver(mailbox, 1, Duration.ofDays(15));
      deliver(mailbox, 2, Duration.ofDays(10).plusMinutes(2));
      deliver(mailbox, 3, Duration.ofDays(10).minusMinutes(2));
      deliver(mailbox, 4, Duration.ofDays(1));
    }
    try (MailroomRun mailroom =
        MailroomRun.start(
            tenant,
            folder,
            "--mailroom.accounts.support.max-age=30d",
            FOLLOWED + "mailbox=followed@contoso.com",
            FOLLOWED + "credential=demo",
            FOLLOWED + "deliver-to=database",
            FOLLOWED + "after-import.mark-as-read=false",
            FOLLOWED + "max-age=30d")) {
      for (ImportResult result : mailroom.importAll("support", "followed")) {
        assertThat(result.imported()).as(result.account()).isEqualTo(2);
        assertThat(result.isComplete()).as(result.account()).isTrue();
        assertThat(mailroom.bean(AccountSchedule.class).backlog(result.account()))
            .as(result.account())
            .contains(0L);
      }
      DemoMessage old = followed.messages().get(0);
      followed.read(old);
      followed.unreadAll();
      int asked = tenant.requests().size();
      ImportResult touched = mailroom.importAll("followed").get(0);
      assertThat(tenant.requests().subList(asked, tenant.requests().size()))
          .as("the change tells no time: it is fetched to be judged, and nothing more of it")
          .filteredOn(request -> request.path().contains(old.immutableId()))
          .hasSize(1);
      assertThat(touched.imported()).isZero();
      assertThat(touched.isComplete()).isTrue();
      assertThat(mailroom.rows("mail_message where account = 'followed'")).isEqualTo(2);
      assertThat(mailroom.rows("delivery where account = 'followed'")).isEqualTo(2);
      assertThat(marked.messages())
          .extracting(DemoMessage::isRead)
          .containsExactly(false, false, true, true);
      int before = tenant.requests().size();
      assertThat(mailroom.importSupport().imported()).isZero();
      assertThat(tenant.requests().subList(before, tenant.requests().size()))
          .as("once the service's time is known, old ones aren't even listed")
          .hasSize(1)
          .allMatch(
              request ->
                  request
                      .query()
                      .contains(
                          Instant.now().minus(Duration.ofDays(10)).toString().substring(0, 8)));
      mailroom
          .bean(Backfills.class)
          .request("support", Instant.now().minus(Duration.ofDays(60)), null, false);
      assertThat(mailroom.importSupport().imported())
          .as("a backfill was asked for with its own period")
          .isEqualTo(2);
      assertThat(marked.unread()).isZero();
    }
  }
}
