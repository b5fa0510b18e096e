package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoTenant;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.Page;
import org.mailroom.message.IncomingMessage;

/** What becomes of a message in the mailbox, and mailboxes in which nothing may be changed. */
class AfterImportTest {

  private static final String AFTER = "--mailroom.accounts.support.after-import.";

  @TempDir private Path folder;

  @RegisterExtension static final SharedMailroom SHARED = new SharedMailroom();

  private final DemoTenant tenant = SHARED.tenant();
  private DemoMailbox mailbox;

  @BeforeEach
  void ownMailbox() {
    mailbox = SHARED.mailbox();
  }

  /** For a test that restarts it: a Mailroom of its own, which imports {@code support}. */
  private MailroomRun restart(String... settings) {
    return MailroomRun.start(tenant, folder, settings);
  }

  private void deliverPlain(int count) {
    for (int i = 1; i <= count; i++) {
      mailbox.deliver(DemoMail.plain(i));
    }
  }

  private List<String> folders() {
    return mailbox.messages().stream().map(DemoMessage::folder).distinct().toList();
  }

  private long moves() {
    return tenant.requests().stream().filter(request -> request.path().endsWith("/move")).count();
  }

  @Test
  void messages_are_marked_flagged_categorised_and_moved_to_a_folder_that_is_created() {
    deliverPlain(45);
    mailbox.messages().get(0).resource().putArray("categories").add("Red");
    try (MailroomRun mailroom =
        SHARED.start(
            AFTER + "move-to=Archive/Imported/Mail",
            AFTER + "add-categories=Imported",
            AFTER + "flag=complete")) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(folders()).containsExactly(mailbox.folder("Archive/Imported/Mail"));
      assertThat(mailbox.unread()).isZero();
      assertThat(mailbox.messages())
          .allSatisfy(
              message -> {
                assertThat(message.resource().path("categories").toString()).contains("Imported");
                assertThat(message.resource().path("flag").path("flagStatus").asText())
                    .isEqualTo("complete");
              });
      assertThat(mailbox.messages().get(0).resource().path("categories").toString())
          .isEqualTo("[\"Red\",\"Imported\"]");
      assertThat(mailroom.rows("after_import")).isZero();
      deliverPlain(5);
      assertThat(mailroom.importSupport().imported()).isEqualTo(5);
      assertThat(mailroom.rows("mail_message")).isEqualTo(50);
    }
  }

  @Test
  void a_folder_whose_creation_seemed_to_fail_is_found() {
    deliverPlain(3);
    tenant
        .faults()
        .kind(
            call -> call.startsWith("POST") && call.endsWith("/mailFolders"),
            DemoFaults.Kind.RESET_AFTER,
            1);
    try (MailroomRun mailroom = SHARED.start(AFTER + "move-to=Done")) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(folders()).containsExactly(mailbox.folder("Done"));
    }
  }

  @Test
  void a_move_whose_answer_was_lost_is_looked_up_and_not_done_again() {
    deliverPlain(20);
    // the first batch marks, the second moves
    tenant
        .faults()
        .kind(
            call -> call.equals("POST /v1.0/$batch") && mailbox.unread() == 0,
            DemoFaults.Kind.RESET_AFTER,
            1);
    try (MailroomRun mailroom = SHARED.start(AFTER + "move-to=Done")) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.isComplete()).isTrue();
      assertThat(folders()).containsExactly(mailbox.folder("Done"));
      assertThat(moves()).isEqualTo(20);
    }
  }

  @Test
  void a_message_that_was_marked_but_not_moved_before_a_crash_is_moved_by_the_next_import() {
    mailbox = tenant.mailbox("support@contoso.com");
    deliverPlain(20);
    tenant
        .faults()
        .status(call -> call.startsWith("PART POST"), 403, "ErrorAccessDenied", Map.of(), 8);
    try (MailroomRun mailroom =
        restart(AFTER + "move-to=Done", AFTER + "add-categories=Imported")) {
      ImportResult first = mailroom.importSupport();
      assertThat(first.unmarked()).isEqualTo(8);
      assertThat(mailbox.unread()).as("marked, so that no listing brings them again").isZero();
    }
    mailbox
        .messages()
        .get(0)
        .resource()
        .putArray("categories")
        .add("Imported")
        .add("Somebody's own");
    try (MailroomRun mailroom =
        restart(AFTER + "move-to=Done", AFTER + "add-categories=Imported")) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(folders()).containsExactly(mailbox.folder("Done"));
      assertThat(mailbox.messages().get(0).resource().path("categories").toString())
          .contains("Somebody's own");
      assertThat(mailroom.rows("after_import")).isZero();
      assertThat(mailroom.rows("mail_message")).isEqualTo(20);
    }
  }

  @Test
  void deleted_messages_lie_in_deleted_items_and_a_lost_answer_deletes_nothing_twice() {
    deliverPlain(20);
    tenant
        .faults()
        .kind(
            call -> call.equals("POST /v1.0/$batch") && mailbox.unread() == 0,
            DemoFaults.Kind.RESET_AFTER,
            1);
    try (MailroomRun mailroom = SHARED.start(AFTER + "delete=true")) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(folders()).containsExactly(mailbox.folder("Deleted Items"));
      assertThat(tenant.requests())
          .filteredOn(request -> request.method().equals("DELETE"))
          .isEmpty();
      assertThat(moves()).isEqualTo(20);
    }
  }

  @Test
  void a_folder_to_move_to_that_somebody_deletes_is_no_reason_to_lose_a_message() {
    deliverPlain(3);
    try (MailroomRun mailroom = SHARED.start(AFTER + "move-to=Done")) {
      mailroom.importSupport();
      deliverPlain(2);
      tenant
          .faults()
          .status(call -> call.startsWith("PART POST"), 404, "ErrorItemNotFound", Map.of(), 2 * 4);
      mailroom.importSupport();
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(folders()).containsExactly(mailbox.folder("Done"));
    }
  }

  @Test
  void a_mailbox_that_may_only_be_read_is_followed_by_the_delta_query() {
    mailbox = tenant.mailbox("support@contoso.com");
    tenant.register("reader", "s", Set.of("Mail.Read"));
    deliverPlain(35);
    mailbox.read(mailbox.messages().get(3));
    String[] settings = {
      AFTER + "mark-as-read=false",
      "--mailroom.accounts.support.credential=reader",
      "--mailroom.credentials.reader.grant-type=client-credentials",
      "--mailroom.credentials.reader.tenant-id=" + DemoTenant.TENANT_ID,
      "--mailroom.credentials.reader.client-id=reader",
      "--mailroom.credentials.reader.client-secret=s",
      "--mailroom.limits.page-size=10"
    };
    try (MailroomRun mailroom = restart(settings)) {
      ImportResult first = mailroom.importSupport();
      assertThat(first.isComplete()).isTrue();
      assertThat(first.imported()).as("what was read before stays out").isEqualTo(34);
      mailbox.read(mailbox.messages().get(5));
      DemoMessage arrived =
          mailbox.deliver("Inbox", DemoMail.plain(100), java.time.Instant.now().plusSeconds(60));
      mailbox.read(arrived);
      assertThat(mailroom.importSupport().imported())
          .as("read by somebody before Mailroom came by")
          .isEqualTo(1);
      assertThat(mailroom.importSupport().imported()).isZero();
      int before = tenant.requests().size();
      mailroom.importSupport();
      assertThat(tenant.requests()).as("an idle poll is one request").hasSize(before + 1);
    }
    try (MailroomRun mailroom = restart(settings)) {
      int before = tenant.requests().size();
      assertThat(mailroom.importSupport().imported()).isZero();
      assertThat(tenant.requests()).as("the link survives a restart").hasSize(before + 1);
      tenant.forgetDeltaTokens();
      mailbox.deliver(DemoMail.plain(101));
      assertThat(mailroom.importSupport().imported())
          .as("resynchronised, nothing twice")
          .isEqualTo(1);
      assertThat(mailroom.rows("mail_message")).isEqualTo(36);
    }
    assertThat(mailbox.unread()).isEqualTo(34);
    assertThat(tenant.requests()).extracting(DemoRequest::method).containsOnly("GET");
  }

  @Test
  void a_stop_between_two_pages_of_changes_loses_none_of_them() throws Exception {
    mailbox = tenant.mailbox("support@contoso.com");
    deliverPlain(50);
    String[] settings = {
      AFTER + "mark-as-read=false",
      "--mailroom.limits.page-size=10",
      "--mailroom.accounts.support.deliver-to=database,held",
      "--mailroom.destinations.held=direct:deliver-to-held"
    };
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    MailroomRun stopped = restart(settings);
    stopped
        .camel()
        .addRoutes(
            held(
                exchange -> {
                  arrived.countDown();
                  released.await();
                }));
    CompletableFuture<Void> imported = CompletableFuture.runAsync(stopped::importSupport);
    arrived.await();
    stopped.whenStopping(released::countDown);
    stopped.close();
    imported.exceptionally(broken -> null).get();
    try (MailroomRun mailroom = restart(settings)) {
      mailroom.camel().addRoutes(held(exchange -> {}));
      assertThat(mailroom.rows("mail_message")).as("it stopped before the end").isLessThan(50);
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(mailroom.rows("mail_message")).isEqualTo(50);
    }
  }

  @Test
  void while_messages_are_delivered_neither_page_nor_messages_hold_what_the_listing_brought()
      throws Exception {
    mailbox = tenant.mailbox("support@contoso.com");
    deliverPlain(3);
    List<Object> held = new CopyOnWriteArrayList<>();
    List<String> delivered = new CopyOnWriteArrayList<>();
    try (MailroomRun mailroom =
        restart(
            "--mailroom.destinations.held=direct:deliver-to-held",
            "--mailroom.accounts.support.deliver-to=held")) {
      mailroom
          .camel()
          .addRoutes(
              held(
                  exchange -> {
                    for (ListedMessage message :
                        exchange.getVariable("page", Page.class).messages()) {
                      delivered.add(message.id());
                      held.add(message.resource());
                    }
                    for (Object message : exchange.getVariable("messages", List.class)) {
                      held.add(((IncomingMessage) message).resource());
                    }
                  }));
      assertThat(mailroom.importSupport().imported()).isEqualTo(3);
    }
    assertThat(delivered)
        .containsAll(mailbox.messages().stream().map(DemoMessage::immutableId).toList());
    assertThat(held).isNotEmpty().containsOnlyNulls();
  }

  private static RouteBuilder held(Processor processor) {
    return new RouteBuilder() {
      @Override
      public void configure() {
        from("direct:deliver-to-held").process(processor);
      }
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = DemoFaults.Kind.class,
      names = {"RESET_AFTER", "CUT", "RESET_BEFORE"})
  void a_page_of_changes_that_breaks_off_is_asked_for_again(DemoFaults.Kind fault) {
    deliverPlain(25);
    tenant.faults().kind(call -> call.contains("/delta"), fault, 2);
    try (MailroomRun mailroom =
        SHARED.start(AFTER + "mark-as-read=false", "--mailroom.limits.page-size=10")) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(25);
      assertThat(mailroom.importSupport().imported()).isZero();
    }
  }
}
