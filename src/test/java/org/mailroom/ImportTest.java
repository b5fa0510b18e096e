package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.account.ImportResult;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoRequest;
import org.mailroom.demo.DemoSpot;
import org.mailroom.demo.DemoTenant;

class ImportTest {

  @TempDir private Path folder;

  @RegisterExtension static final SharedMailroom SHARED = new SharedMailroom();

  private final DemoTenant tenant = SHARED.tenant();
  private DemoMailbox mailbox;

  @BeforeEach
  void ownMailbox() {
    mailbox = SHARED.mailbox();
  }

  /** For a test with a Mailroom of its own, which imports {@code support}. */
  private MailroomRun startAnother(String... settings) {
    return MailroomRun.start(tenant, folder, settings);
  }

  private void deliverPlain(int count) {
    for (int i = 1; i <= count; i++) {
      mailbox.deliver(DemoMail.plain(i));
    }
  }

  private List<DemoRequest> requests(String method) {
    return tenant.requests().stream().filter(request -> request.method().equals(method)).toList();
  }

  @Test
  void every_one_of_1000_messages_that_matched_at_the_beginning_is_imported_over_pages_of_10() {
    deliverPlain(1000);
    try (MailroomRun mailroom = SHARED.start("--mailroom.limits.page-size=10")) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.failure()).isNull();
      assertThat(result.imported()).isEqualTo(1000);
      assertThat(mailroom.rows("mail_message")).isEqualTo(1000);
      assertThat(
              mailroom.database().queryForList("select message_id from mail_message", String.class))
          .containsExactlyInAnyOrderElementsOf(
              mailbox.messages().stream().map(DemoMessage::immutableId).toList());
      assertThat(mailbox.unread()).isZero();
    }
  }

  @Test
  void
      plain_messages_take_few_requests_each_asks_for_immutable_ids_and_at_most_four_are_in_flight() {
    mailbox = tenant.mailbox("support@contoso.com");
    deliverPlain(1000);
    int tokens = tenant.tokenRequests();
    try (MailroomRun mailroom = startAnother()) {
      mailroom.importSupport();
      List<DemoRequest> all = tenant.requests();
      long roundTrips = all.stream().filter(request -> !request.part()).count();
      assertThat(roundTrips).isLessThanOrEqualTo(75);
      assertThat(all.size() - requests("POST").size()).isLessThanOrEqualTo(1020);
      assertThat(all)
          .filteredOn(request -> !request.path().equals("/$batch"))
          .allSatisfy(request -> assertThat(request.prefer()).contains("IdType=\"ImmutableId\""));
      assertThat(tenant.peakInFlight("support@contoso.com")).isLessThanOrEqualTo(4);
      assertThat(tenant.tokenRequests()).isEqualTo(tokens + 1);
    }
  }

  @Test
  void more_messages_of_one_second_than_fit_on_a_page_are_all_seen() {
    Instant second = Instant.parse("2026-01-05T08:00:00Z");
    for (int i = 0; i < 57; i++) {
      mailbox.deliver("Inbox", DemoMail.plain(i), second.plusMillis(i));
    }
    mailbox.deliver("Inbox", DemoMail.plain(99), second.plusSeconds(5));
    try (MailroomRun mailroom = SHARED.start("--mailroom.limits.page-size=10")) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(58);
      assertThat(mailbox.unread()).isZero();
    }
  }

  @Test
  void an_idle_poll_takes_one_request_and_a_second_import_finds_nothing() {
    deliverPlain(3);
    try (MailroomRun mailroom = SHARED.start()) {
      mailroom.importSupport();
      int before = tenant.requests().size();
      assertThat(mailroom.importSupport().imported()).isZero();
      assertThat(tenant.requests()).hasSize(before + 1);
    }
  }

  @Test
  void a_mark_whose_answer_was_lost_is_repeated_and_nothing_is_delivered_again() {
    deliverPlain(30);
    tenant.faults().kind(call -> call.equals("POST /v1.0/$batch"), DemoFaults.Kind.RESET_AFTER, 1);
    try (MailroomRun mailroom = SHARED.start()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.isComplete()).isTrue();
      assertThat(mailroom.rows("mail_message")).isEqualTo(30);
      assertThat(mailbox.unread()).isZero();
    }
  }

  @Test
  void what_was_delivered_but_not_marked_is_only_marked_by_the_next_import() {
    deliverPlain(5);
    tenant
        .faults()
        .status(call -> call.startsWith("PART PATCH"), 403, "ErrorAccessDenied", Map.of(), 5);
    try (MailroomRun mailroom = SHARED.start()) {
      ImportResult first = mailroom.importSupport();
      assertThat(first.unmarked()).isEqualTo(5);
      assertThat(first.firstUnmarked())
          .hasMessageContaining("ErrorAccessDenied")
          .hasMessageContaining("Mail.ReadWrite");
      assertThat(mailbox.unread()).isEqualTo(5);
      ImportResult second = mailroom.importSupport();
      assertThat(second.imported()).isZero();
      assertThat(second.isComplete()).isTrue();
      assertThat(mailbox.unread()).isZero();
      assertThat(mailroom.rows("mail_message")).isEqualTo(5);
    }
  }

  @Test
  void only_the_parts_of_a_batch_that_failed_are_sent_again() {
    deliverPlain(20);
    tenant
        .faults()
        .status(
            call -> call.startsWith("PART PATCH"),
            429,
            "ApplicationThrottled",
            Map.of("Retry-After", "0.1"),
            3);
    try (MailroomRun mailroom = SHARED.start()) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(mailbox.unread()).isZero();
      assertThat(tenant.requests()).filteredOn(DemoRequest::part).hasSize(23);
    }
  }

  @Test
  void a_service_in_trouble_is_asked_again() {
    deliverPlain(10);
    tenant
        .faults()
        .status(
            call -> call.startsWith("GET"),
            429,
            "TooManyRequests",
            Map.of("Retry-After", "0.249"),
            1);
    tenant
        .faults()
        .status(
            call -> call.startsWith("GET"),
            503,
            "serviceNotAvailable",
            Map.of("Retry-After", "0"),
            1);
    tenant.faults().status(call -> call.startsWith("GET"), 502, null, Map.of(), 1);
    tenant.faults().kind(call -> call.startsWith("GET"), DemoFaults.Kind.CUT, 1);
    tenant.faults().kind(call -> call.startsWith("GET"), DemoFaults.Kind.RESET_BEFORE, 1);
    try (MailroomRun mailroom = SHARED.start()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.failure()).isNull();
      assertThat(result.imported()).isEqualTo(10);
    }
  }

  @Test
  void an_empty_page_with_a_next_link_is_not_the_end() {
    deliverPlain(10);
    tenant.faults().kind(call -> call.startsWith("GET"), DemoFaults.Kind.EMPTY_PAGE, 1);
    try (MailroomRun mailroom = SHARED.start()) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(10);
    }
  }

  @Test
  void a_next_link_to_another_host_is_an_error_and_no_token_goes_there() {
    deliverPlain(10);
    tenant.faults().kind(call -> call.startsWith("GET"), DemoFaults.Kind.FOREIGN_NEXT_LINK, 1);
    try (MailroomRun mailroom = SHARED.start()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.failure())
          .hasMessageContaining("outside the configured Graph address")
          .hasMessageContaining("127.0.0.1");
      assertThat(tenant.violations()).as("what listens there was asked nothing").isEmpty();
    }
  }

  @Test
  void a_token_that_is_refused_in_mid_run_is_replaced_once() {
    deliverPlain(50);
    try (MailroomRun mailroom = SHARED.start("--mailroom.limits.page-size=10")) {
      mailroom.importSupport();
      int tokens = tenant.tokenRequests();
      tenant.revokeTokens();
      deliverPlain(50);
      assertThat(mailroom.importSupport().imported()).isEqualTo(50);
      assertThat(tenant.tokenRequests()).isEqualTo(tokens + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Inbox/Tickets/Dutch", "inbox/tickets/dutch", "ID"})
  void a_folder_is_found_by_path_and_by_id_however_many_folders_there_are(String named) {
    for (int i = 0; i < 130; i++) {
      mailbox.folder("Inbox/Tickets/Folder " + i);
    }
    String id = mailbox.folder("Inbox/Tickets/Dutch");
    mailbox.deliver(
        "Inbox/Tickets/Dutch", DemoMail.plain(1), Instant.parse("2026-01-05T08:00:00Z"));
    mailbox.deliver(DemoMail.plain(2));
    try (MailroomRun mailroom =
        SHARED.start("--mailroom.accounts.support.folder=" + (named.equals("ID") ? id : named))) {
      assertThat(mailroom.importSupport().imported()).isEqualTo(1);
      int before = tenant.requests().size();
      mailroom.importSupport();
      assertThat(tenant.requests()).as("the folder is remembered").hasSize(before + 1);
    }
    assertThat(mailbox.unread()).isEqualTo(1);
  }

  @Test
  void what_is_wrong_with_an_account_is_said_with_what_to_do() {
    mailbox = tenant.mailbox("support@contoso.com");
    deliverPlain(1);
    tenant.register("reader", "s", Set.of());
    try (MailroomRun mailroom =
        startAnother(
            "--mailroom.accounts.unknown.mailbox=nobody@contoso.com",
            "--mailroom.accounts.unknown.credential=demo",
            "--mailroom.accounts.unknown.deliver-to=file",
            "--mailroom.accounts.nofolder.mailbox=support@contoso.com",
            "--mailroom.accounts.nofolder.credential=demo",
            "--mailroom.accounts.nofolder.folder=Inbox/Nowhere",
            "--mailroom.accounts.nofolder.deliver-to=file",
            "--mailroom.accounts.badfilter.mailbox=support@contoso.com",
            "--mailroom.accounts.badfilter.credential=demo",
            "--mailroom.accounts.badfilter.filter=contains(subject,'x')",
            "--mailroom.accounts.badfilter.deliver-to=file",
            "--mailroom.accounts.denied.mailbox=support@contoso.com",
            "--mailroom.accounts.denied.credential=reader",
            "--mailroom.accounts.denied.deliver-to=file",
            "--mailroom.credentials.reader.grant-type=client-credentials",
            "--mailroom.credentials.reader.tenant-id=" + DemoTenant.TENANT_ID,
            "--mailroom.credentials.reader.client-id=reader",
            "--mailroom.credentials.reader.client-secret=s",
            "--mailroom.accounts.secret.mailbox=support@contoso.com",
            "--mailroom.accounts.secret.credential=wrong",
            "--mailroom.accounts.secret.deliver-to=file",
            "--mailroom.credentials.wrong.grant-type=client-credentials",
            "--mailroom.credentials.wrong.tenant-id=" + DemoTenant.TENANT_ID,
            "--mailroom.credentials.wrong.client-id=" + DemoTenant.CLIENT_ID,
            "--mailroom.credentials.wrong.client-secret=not-the-secret")) {
      assertThat(mailroom.importAll("unknown").get(0).failure())
          .hasMessageContaining("no such mailbox")
          .hasMessageContaining("ErrorInvalidUser")
          .hasMessageContaining("request-id");
      assertThat(mailroom.importAll("nofolder").get(0).failure())
          .hasMessageContaining("'Nowhere'")
          .hasMessageContaining("well-known name");
      assertThat(mailroom.importAll("badfilter").get(0).failure())
          .hasMessageContaining("InefficientFilter")
          .hasMessageContaining("Simplify");
      assertThat(mailroom.importAll("denied").get(0).failure())
          .hasMessageContaining("ErrorAccessDenied")
          .hasMessageContaining("admin consent");
      assertThat(mailroom.importAll("secret").get(0).failure())
          .hasMessageContaining("AADSTS7000215")
          .hasMessageContaining("Secret ID")
          .hasMessageNotContaining("not-the-secret");
      assertThat(mailbox.unread()).isEqualTo(1);
    }
  }

  @Test
  void a_message_that_is_deleted_in_between_is_no_error() {
    DemoMail maker = new DemoMail(7);
    for (int i = 0; i < 10; i++) {
      mailbox.deliver(maker.next());
    }
    DemoMessage deleted =
        mailbox.messages().stream()
            .filter(message -> message.resource().path("hasAttachments").asBoolean())
            .findFirst()
            .orElseThrow();
    // a listing shows it, and nothing else does
    Fault notThere = Fault.status(404, "ErrorItemNotFound");
    List.of(DemoSpot.MESSAGE, DemoSpot.ATTACHMENTS, DemoSpot.CONTENT, DemoSpot.CHANGE)
        .forEach(spot -> deleted.fails(spot, notThere));
    try (MailroomRun mailroom = SHARED.start()) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.gone()).isEqualTo(1);
      assertThat(result.imported()).isEqualTo(9);
      assertThat(result.isComplete()).isTrue();
      assertThat(mailroom.rows("delivery where status <> 'DELIVERED'")).isZero();
    }
  }

  @Test
  void a_message_that_a_destination_refuses_leaves_the_other_99_imported_and_stays_unread()
      throws Exception {
    mailbox = tenant.mailbox("support@contoso.com");
    deliverPlain(100);
    Path routes = folder.resolve("routes");
    copyRoutes(routes);
    Files.writeString(
        routes.resolve("deliver-to-picky.camel.yaml"),
        """
        - route:
            id: deliver-to-picky
            from:
              uri: direct:deliver-to-picky
              steps:
                - filter:
                    expression:
                      simple: ${body} contains 'Plain message 42'
                    steps:
                      - throwException:
                          exceptionType: java.lang.IllegalStateException
                          message: I don't like this one
        """);
    try (MailroomRun mailroom =
        startAnother(
            "--mailroom.routes=file:" + routes,
            "--mailroom.destinations.picky=direct:deliver-to-picky",
            "--mailroom.accounts.support.deliver-to=database,picky")) {
      ImportResult result = mailroom.importSupport();
      assertThat(result.imported()).isEqualTo(99);
      assertThat(result.failed()).isEqualTo(1);
      assertThat(mailbox.unread()).isEqualTo(1);
      assertThat(mailroom.rows("mail_message")).isEqualTo(100);
      Map<String, Object> entry =
          mailroom.database().queryForMap("select * from delivery where status = 'PENDING'");
      assertThat(entry).containsEntry("destination", "picky").containsEntry("attempts", 1);
      assertThat((String) entry.get("last_error")).contains("I don't like this one");
      ImportResult again = mailroom.importSupport();
      assertThat(again.waiting()).as("it isn't due yet").isEqualTo(1);
      assertThat(mailroom.rows("mail_message")).isEqualTo(100);
    }
  }

  @Test
  void a_destination_is_any_camel_endpoint_that_gets_the_json() throws Exception {
    mailbox = tenant.mailbox("support@contoso.com");
    deliverPlain(2);
    try (MailroomRun mailroom =
        startAnother(
            "--mailroom.destinations.drop=file:" + folder.resolve("drop"),
            "--mailroom.accounts.support.deliver-to=drop")) {
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      try (Stream<Path> files = Files.list(folder.resolve("drop"))) {
        assertThat(files.toList())
            .hasSize(2)
            .allSatisfy(
                file ->
                    assertThat(Files.readString(file))
                        .startsWith("{\"account\":\"support\"")
                        .contains("\"internetMessageId\":\"<plain-"));
      }
    }
  }

  static void copyRoutes(Path to) throws Exception {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
