package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;

/** Several processes on one data-dir, none of which is a running Mailroom whose broker the others could use. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SideBySideTest {

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir
  private Path folder;

  /** Takes longer on a busy machine than a test may. */
  @BeforeAll
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  static void makeTheClassArchive() {
    ClassArchive.get();
  }

  private MailroomProcess start(DemoTenant tenant, String name, String... words) throws IOException {
    List<String> arguments = MailroomRun.settings(tenant, folder);
    arguments.addAll(List.of("--server.port=0", "--mailroom.accounts.support.deliver-to=database,queue"));
    arguments.addAll(List.of(words));
    return MailroomProcess.start(Files.createDirectories(folder.resolve(name)), List.of(), arguments);
  }

  @Test
  void what_needs_no_broker_works_beside_an_import_another_import_ends_at_once_and_the_runtime_waits_and_says_so() throws Exception {
    try (DemoTenant tenant = DemoTenant.start()) {
      DemoMailbox mailbox = tenant.mailbox("support@contoso.com");
      mailbox.deliver(DemoMail.plain(1));
      // the import takes as long as the mailbox is throttled: until the others have ended
      AtomicBoolean throttled = new AtomicBoolean(true);
      tenant.faults().status(call -> throttled.get() && call.endsWith("/messages"), 429, "ApplicationThrottled", Map.of("Retry-After", "1"), DemoFaults.ALWAYS);
      try (MailroomProcess importing = start(tenant, "importing", "import", "--once")) {
        await().atMost(PATIENCE).until(() -> tenant.faults().hits() > 0);
        try (MailroomProcess runtime = start(tenant, "runtime"); MailroomProcess listing = start(tenant, "listing", "failed", "list");
            MailroomProcess another = start(tenant, "another", "import", "--once")) {
          assertThat(listing.await(PATIENCE.toSeconds())).isZero();
          assertThat(listing.output()).contains("No delivery has failed.");
          assertThat(another.await(PATIENCE.toSeconds())).isEqualTo(1);
          assertThat(another.output()).contains("is in use by another Mailroom (process " + importing.pid() + ")").contains("Wait until it has ended")
              .doesNotContain("\tat ");
          await().atMost(PATIENCE).until(() -> runtime.output().contains("Mailroom starts as soon as that one has ended"));
          assertThat(importing.isAlive()).as("none of them had to wait for it").isTrue();

          throttled.set(false);
          assertThat(importing.await(PATIENCE.toSeconds())).as(importing.output()).isZero();
          await().atMost(PATIENCE).until(() -> runtime.output().contains("Console: http://127.0.0.1:"));
          assertThat(runtime.output()).containsOnlyOnce("is in use by another Mailroom (process " + importing.pid() + ")");
          assertThat(runtime.stop()).isZero();
        }
      }
      assertThat(mailbox.unread()).isZero();
    }
  }

  @Test
  void a_runtime_that_waits_for_another_process_is_stopped_at_once() throws Exception {
    try (DemoTenant tenant = DemoTenant.start(); MailroomRun importing = MailroomRun.start(tenant, folder);
        MailroomProcess runtime = start(tenant, "runtime")) {
      await().atMost(PATIENCE).until(() -> runtime.output().contains("Mailroom starts as soon as that one has ended"));
      assertThat(runtime.stop()).isZero();
      assertThat(importing.rows("delivery")).isZero();
    }
  }
}
