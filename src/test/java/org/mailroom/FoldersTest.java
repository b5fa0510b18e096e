package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.FolderStanding;
import org.mailroom.account.ImportResult;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoTenant;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;

/** Accounts that read several folders. */
class FoldersTest {

  private static final String SUPPORT = "--mailroom.accounts.support.";
  private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
  private int number;

  @AfterEach
  void stop() {
    tenant.close();
  }

  private void deliver(String path, int messages) {
    for (int i = 0; i < messages; i++) {
      number++;
      mailbox.deliver(path, DemoMail.plain(number), JANUARY.plusSeconds(60L * number));
    }
  }

  private static Map<String, Long> byFolder(MailroomRun mailroom) {
    Map<String, Long> counts = new TreeMap<>();
    mailroom
        .database()
        .query(
            "select folder, count(*) from mail_message group by folder",
            row -> {
              counts.put(row.getString(1), row.getLong(2));
            });
    return counts;
  }

  private List<DemoRequest> listingsSince(int before) {
    return tenant.requests().subList(before, tenant.requests().size()).stream()
        .filter(
            request -> request.path().endsWith("/messages") || request.path().endsWith("/delta"))
        .toList();
  }

  @Test
  void
      each_of_them_and_what_lies_below_is_read_once_also_what_is_made_later_and_not_what_is_moved_to()
          throws Exception {
    deliver("Inbox", 3);
    deliver("Inbox/Tickets", 2);
    deliver("Inbox/Tickets/Dutch", 2);
    deliver("Archive", 1);
    deliver("Inbox/Done", 1);
    String slash = mailbox.createFolder("Inbox", "Tickets 24/7");
    deliver(slash, 1);
    String[] settings = {
      SUPPORT + "folders=inbox,Inbox/tickets,INBOX," + mailbox.folder("Inbox"),
      SUPPORT + "recursive=true",
      SUPPORT + "after-import.move-to=Inbox/Done"
    };
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, settings)) {
      ImportResult first = mailroom.importSupport();
      assertThat(first.imported()).isEqualTo(8);
      assertThat(first.folders())
          .extracting(FolderStanding::folder)
          .containsExactlyInAnyOrder(
              "inbox", "inbox/Tickets", "inbox/Tickets/Dutch", "inbox/Tickets 24\\/7");
      assertThat(first.folders())
          .extracting(FolderStanding::state)
          .containsOnly(FolderStanding.State.READ);
      assertThat(byFolder(mailroom))
          .isEqualTo(
              Map.of(
                  "inbox",
                  3L,
                  "inbox/Tickets",
                  2L,
                  "inbox/Tickets/Dutch",
                  2L,
                  "inbox/Tickets 24\\/7",
                  1L));
      String document =
          mailroom
              .database()
              .queryForObject(
                  "select document from mail_message where folder = 'inbox/Tickets/Dutch' limit 1",
                  String.class);
      assertThat(new ObjectMapper().readTree(document).path("folder").asText())
          .isEqualTo("inbox/Tickets/Dutch");
      assertThat(mailbox.messages())
          .extracting(DemoMessage::folder)
          .filteredOn(id -> id.equals(mailbox.folder("Inbox/Done")))
          .hasSize(9);

      deliver("Inbox/Tickets/French", 2);
      deliver("Inbox", 1);
      int before = tenant.requests().size();
      assertThat(mailroom.importSupport().imported()).isEqualTo(3);
      assertThat(byFolder(mailroom))
          .containsEntry("inbox/Tickets/French", 2L)
          .containsEntry("inbox", 4L)
          .doesNotContainKey("inbox/Done");
      assertThat(listingsSince(before))
          .as("inbox, Tickets, Dutch, French, Tickets 24/7, once each")
          .hasSize(5);
    }
  }

  @Test
  void one_that_is_not_there_any_more_is_told_and_the_others_go_on() {
    deliver("Inbox", 2);
    deliver("Inbox/Tickets", 2);
    String[] settings = {SUPPORT + "folders=Inbox/Tickets,Inbox/Gone,inbox"};
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, settings)) {
      ImportResult missing = mailroom.importSupport();
      assertThat(missing.imported()).isEqualTo(4);
      assertThat(missing.failure()).hasMessageContaining("'Gone'");

      deliver("Inbox/Gone", 1);
      ImportResult there = mailroom.importSupport();
      assertThat(there.imported()).isEqualTo(1);
      assertThat(there.isComplete()).isTrue();

      deliver("Inbox", 1);
      deliver("Inbox/Tickets", 1);
      // the page, and the questions whether it is one message's fault
      tenant
          .faults()
          .status(
              call -> call.endsWith("/" + mailbox.folder("Inbox/Tickets") + "/messages"),
              404,
              "ErrorItemNotFound",
              Map.of(),
              4);
      ImportResult deleted = mailroom.importSupport();
      assertThat(deleted.imported()).as("of the inbox").isEqualTo(1);
      assertThat(deleted.failure())
          .hasMessageContaining("folder Inbox/Tickets".replace("Inbox", "inbox"));
      assertThat(mailroom.importSupport().imported()).as("it is looked for again").isEqualTo(1);
    }
  }

  @Test
  void
      where_nothing_is_marked_each_has_a_position_of_its_own_and_a_message_that_is_retried_says_where_it_lies() {
    deliver("Inbox", 12);
    deliver("Inbox/Tickets", 12);
    String[] settings = {
      SUPPORT + "folders=inbox,Inbox/Tickets",
      SUPPORT + "after-import.mark-as-read=false",
      "--mailroom.limits.page-size=5"
    };
    AtomicBoolean broken = new AtomicBoolean(true);
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, settings)) {
      // the second folder breaks off behind its first page
      AtomicInteger asked = new AtomicInteger();
      tenant
          .faults()
          .status(
              call ->
                  call.contains(mailbox.folder("Inbox/Tickets") + "/messages")
                      && broken.get()
                      && asked.incrementAndGet() > 1,
              403,
              "ErrorAccessDenied",
              Map.of(),
              100);
      assertThat(mailroom.importSupport().imported()).isEqualTo(17);
      assertThat(mailroom.rows("delta_position")).isEqualTo(2);
    }
    broken.set(false);
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, settings)) {
      int before = tenant.requests().size();
      assertThat(mailroom.importSupport().imported()).isEqualTo(7);
      assertThat(listingsSince(before))
          .as("the inbox has nothing new, the other folder goes on behind its first page")
          .hasSizeLessThanOrEqualTo(4);
      assertThat(byFolder(mailroom)).isEqualTo(Map.of("inbox", 12L, "inbox/Tickets", 12L));
      before = tenant.requests().size();
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(tenant.requests()).as("an idle poll is one request a folder").hasSize(before + 2);

      String id =
          mailroom
              .database()
              .queryForObject(
                  "select message_id from mail_message where folder = 'inbox/Tickets' limit 1",
                  String.class);
      mailroom.database().update("delete from mail_message where message_id = ?", id);
      mailroom
          .database()
          .update(
              "update delivery set status = 'FAILED' where message_id = ? and destination ="
                  + " 'database'",
              id);
      mailroom
          .bean(FailedDeliveries.class)
          .retry(new FailedDeliveries.Selection("support", id, null));
      mailroom.importSupport();
      assertThat(byFolder(mailroom))
          .as("no listing brought it")
          .isEqualTo(Map.of("inbox", 12L, "inbox/Tickets", 12L));
    }
  }

  @Test
  void a_backfill_goes_over_all_of_them_and_on_where_each_of_them_stood() {
    deliver("Inbox", 20);
    deliver("Inbox/Tickets", 20);
    mailbox.messages().forEach(mailbox::read);
    String[] settings = {SUPPORT + "folders=inbox,Inbox/Tickets", "--mailroom.limits.page-size=10"};
    int[] pages = new int[1];
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, settings)) {
      // the count and one page
      tenant
          .faults()
          .status(
              call ->
                  call.endsWith(mailbox.folder("Inbox/Tickets") + "/messages") && ++pages[0] > 2,
              403,
              "ErrorAccessDenied",
              Map.of(),
              4);
      mailroom.bean(Backfills.class).request("support", JANUARY, null, true);
      assertThat(mailroom.importSupport().imported()).isEqualTo(29);
    }
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder, settings)) {
      Backfill again = mailroom.bean(Backfills.class).request("support", JANUARY, null, true);
      assertThat(again.position())
          .as("where the second folder stands")
          .isEqualTo(JANUARY.plusSeconds(60 * 30));
      int before = tenant.requests().size();
      assertThat(mailroom.importSupport().imported()).isEqualTo(11);
      assertThat(listingsSince(before))
          .as("nothing is left in the first")
          .noneMatch(request -> request.path().contains("/inbox/"));
      assertThat(mailroom.bean(Backfills.class).find("support").orElseThrow().ended()).isNotNull();
      assertThat(mailroom.rows("mail_message")).isEqualTo(40);
    }
  }
}
