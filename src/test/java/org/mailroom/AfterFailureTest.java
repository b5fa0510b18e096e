package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoMessage;
import org.mailroom.demo.DemoTenant;

/** {@code after-failure}: what becomes in the mailbox of a message that was given up. */
class AfterFailureTest {

  private static final String AFTER = "--mailroom.accounts.support.after-failure.";

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");

  /** The subject that the destination refuses. */
  private final AtomicReference<String> refused = new AtomicReference<>();

  @AfterEach
  void stop() {
    tenant.close();
  }

  private MailroomRun run(String... settings) throws Exception {
    String[] all =
        java.util.stream.Stream.concat(
                java.util.Arrays.stream(settings),
                java.util.stream.Stream.of(
                    "--mailroom.retry.max-attempts=1",
                    "--mailroom.retry.backoff=1ms",
                    "--mailroom.accounts.support.deliver-to=database,choosy",
                    "--mailroom.destinations.choosy=direct:deliver-to-choosy",
                    AFTER + "add-categories=Look at it,Mailroom failed",
                    AFTER + "move-to=Failed/Mail"))
            .toArray(String[]::new);
    MailroomRun mailroom = MailroomRun.start(tenant, folder, all);
    mailroom
        .camel()
        .addRoutes(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("direct:deliver-to-choosy")
                    .process(
                        exchange -> {
                          if (exchange
                              .getMessage()
                              .getHeader("subject", String.class)
                              .equals(refused.get())) {
                            throw new IllegalArgumentException("not this one");
                          }
                        });
              }
            });
    return mailroom;
  }

  private DemoMessage deliver(int number) {
    return mailbox.deliver(DemoMail.plain(number));
  }

  private static String subject(DemoMessage message) {
    return message.resource().path("subject").asText();
  }

  private static String categories(DemoMessage message) {
    return message.resource().path("categories").toString();
  }

  private long moves() {
    return tenant.requests().stream().filter(request -> request.path().endsWith("/move")).count();
  }

  private long patches() {
    return tenant.requests().stream().filter(request -> request.method().equals("PATCH")).count();
  }

  private void assertInFolderOfFailures(DemoMessage message) {
    assertThat(message.folder()).isEqualTo(mailbox.folder("Failed/Mail"));
    assertThat(categories(message)).isEqualTo("[\"Red\",\"Look at it\",\"Mailroom failed\"]");
    assertThat(message.isRead()).isFalse();
  }

  @Test
  void it_is_categorised_and_moved_once_and_a_later_retry_delivers_and_marks_it_where_it_lies()
      throws Exception {
    deliver(1);
    DemoMessage bad = deliver(2);
    deliver(3);
    bad.resource().putArray("categories").add("Red");
    String id = bad.immutableId();
    refused.set(subject(bad));
    try (MailroomRun mailroom = run()) {
      ImportResult first = mailroom.importSupport();
      assertThat(first.givenUp()).isEqualTo(1);
      assertThat(first.imported()).isEqualTo(2);
      assertInFolderOfFailures(bad);
      assertThat(mailbox.messages())
          .filteredOn(message -> message != bad)
          .allMatch(DemoMessage::isRead)
          .noneMatch(message -> message.folder().equals(bad.folder()));
      assertThat(moves()).isEqualTo(1);

      mailbox.read(bad);
      deliver(4);
      assertThat(mailroom.importSupport().givenUpBefore())
          .as("it is still to be decided about")
          .isEqualTo(1);
      assertThat(moves()).as("once").isEqualTo(1);

      FailedDeliveries failures = mailroom.bean(FailedDeliveries.class);
      assertThat(failures.retry(new FailedDeliveries.Selection("support", id, null))).isEqualTo(1);
      assertThat(mailroom.importSupport().givenUp()).as("still refused").isEqualTo(1);
      assertThat(moves()).as("it is there already").isEqualTo(1);

      refused.set(null);
      failures.retry(new FailedDeliveries.Selection("support", id, null));
      assertThat(mailroom.importSupport().isComplete()).isTrue();
      assertThat(mailroom.rows("delivery where status = 'DELIVERED' and message_id = '" + id + "'"))
          .isEqualTo(2);
      assertThat(bad.isRead()).isTrue();
      assertThat(categories(bad)).isEqualTo("[\"Red\"]");
      assertThat(bad.folder()).isEqualTo(mailbox.folder("Failed/Mail"));
      assertThat(tenant.requests())
          .filteredOn(request -> request.method().equals("DELETE"))
          .isEmpty();
    }
  }

  @Test
  void what_a_crash_left_undone_is_done_by_the_next_import_and_what_was_done_is_not_done_again()
      throws Exception {
    DemoMessage halfDone = deliver(1);
    halfDone.resource().putArray("categories").add("Red");
    refused.set(subject(halfDone));
    tenant
        .faults()
        .status(call -> call.startsWith("PART POST"), 403, "ErrorAccessDenied", Map.of(), 1);
    try (MailroomRun mailroom = run()) {
      assertThat(mailroom.importSupport().givenUp()).isEqualTo(1);
      assertThat(categories(halfDone)).contains("Look at it");
      assertThat(halfDone.folder()).isEqualTo(mailbox.folder("Inbox"));
    }
    DemoMessage untouched = deliver(2);
    untouched.resource().putArray("categories").add("Red");
    refused.set(subject(untouched));
    long before = patches();
    try (MailroomRun mailroom = run()) {
      // as it stands in the database when the process dies right behind the ledger's commit
      mailroom
          .database()
          .update(
              "insert into delivery (account, message_id, destination, status, attempts,"
                  + " last_attempt_at) values ('support', ?, 'choosy', 'FAILED', 1,"
                  + " current_timestamp)",
              untouched.immutableId());
      assertThat(mailroom.importSupport().failure()).isNull();
      assertInFolderOfFailures(halfDone);
      assertInFolderOfFailures(untouched);
      assertThat(patches() - before)
          .as("the categories of the other are there already")
          .isEqualTo(1);
      assertThat(mailroom.rows("after_failure where done")).isEqualTo(2);
    }
  }
}
