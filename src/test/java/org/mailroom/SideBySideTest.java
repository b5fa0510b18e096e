package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;

/**
 * Several processes on one data-dir, none of which is a running Mailroom whose broker the others
 * could use.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SideBySideTest {

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir private Path folder;

  /** Takes longer on a busy machine than a test may. */
  @BeforeAll
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  static void makeTheClassArchive() {
    ClassArchive.get();
  }

  private MailroomProcess start(DemoTenant tenant, String name, String... words)
      throws IOException {
    List<String> arguments = MailroomRun.settings(tenant, folder);
    arguments.addAll(
        List.of("--server.port=0", "--mailroom.accounts.support.deliver-to=database,queue"));
    arguments.addAll(List.of(words));
    return MailroomProcess.start(
        Files.createDirectories(folder.resolve(name)), List.of(), arguments);
  }

  @Test
  void
      what_needs_no_broker_works_beside_an_import_another_import_ends_at_once_and_the_runtimes_queue_waits_and_says_so()
          throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      DemoMailbox orders = tenant.mailbox("orders@contoso.com");
      mailbox.deliver(DemoMail.plain(1));
      orders.deliver(DemoMail.plain(2));
      // the import takes as long as its mailbox is throttled: until the others have ended
      AtomicBoolean throttled = new AtomicBoolean(true);
      tenant
          .faults()
          .status(
              call -> throttled.get() && call.contains("support") && call.endsWith("/messages"),
              429,
              "ApplicationThrottled",
              Map.of("Retry-After", "1"),
              DemoFaults.ALWAYS);
      try (MailroomProcess importing = start(tenant, "importing", "import", "--once")) {
        await().atMost(PATIENCE).until(() -> tenant.faults().hits() > 0);
        String[] ofOrders = {
          "--mailroom.accounts.orders.mailbox=orders@contoso.com",
          "--mailroom.accounts.orders.credential=demo",
          "--mailroom.accounts.orders.deliver-to=queue,database",
          "--mailroom.poll-every=1s",
          "--mailroom.retry.backoff=1s"
        };
        try (MailroomProcess runtime = start(tenant, "runtime", ofOrders);
            MailroomProcess listing = start(tenant, "listing", "failed", "list");
            MailroomProcess another = start(tenant, "another", "import", "--once")) {
          assertThat(listing.await(PATIENCE.toSeconds())).isZero();
          assertThat(listing.output()).contains("No delivery has failed.");
          assertThat(another.await(PATIENCE.toSeconds())).isEqualTo(1);
          assertThat(another.output())
              .contains("is in use by another Mailroom (process " + importing.pid() + ")")
              .contains("Wait until that one has ended")
              .contains("mailroom.broker-port")
              .doesNotContain("\tat ");
          await()
              .atMost(PATIENCE)
              .until(
                  () ->
                      runtime
                          .output()
                          .contains(
                              "is in use by another Mailroom (process " + importing.pid() + ")"));
          assertThat(runtime.output()).contains("Console: http://127.0.0.1:");
          assertThat(orders.unread()).as("what waits for the queue").isEqualTo(1);
          assertThat(importing.isAlive()).as("none of them had to wait for it").isTrue();

          throttled.set(false);
          assertThat(importing.await(PATIENCE.toSeconds())).as(importing.output()).isZero();
          await().atMost(PATIENCE).until(() -> orders.unread() == 0);
          assertThat(runtime.stop()).isZero();
        }
      }
      assertThat(mailbox.unread()).isZero();
    }
  }
}
