package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** {@code import --since}: what a mailbox received in the past. */
@ExtendWith(OutputCaptureExtension.class)
class BackfillTest {

  private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir private Path folder;

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoMailbox mailbox = tenant.mailbox("support@contoso.com");

  @AfterEach
  void stop() {
    tenant.close();
  }

  /** One message a day. */
  private void deliverDaily(int days) {
    for (int i = 0; i < days; i++) {
      mailbox.deliver("Inbox", DemoMail.plain(i), JANUARY.plus(i, ChronoUnit.DAYS));
    }
  }

  private int run(String... words) {
    List<String> all = MailroomRun.settings(tenant, folder);
    all.add("--mailroom.limits.page-size=10");
    return MailroomCommand.run(words, MailroomRun.launcher(all));
  }

  @Test
  void a_period_is_imported_with_what_was_read_already_and_nothing_around_it_and_nothing_twice() {
    deliverDaily(40);
    mailbox.messages().subList(0, 30).forEach(mailbox::read);
    assertThat(
            run(
                "import",
                "--since",
                "2026-01-11T00:00:00Z",
                "--until",
                "2026-01-31T00:00:00Z",
                "--include-read"))
        .isZero();
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder)) {
      assertThat(
              mailroom
                  .database()
                  .queryForList(
                      "select received_at from mail_message order by 1",
                      java.time.OffsetDateTime.class))
          .hasSize(20)
          .first()
          .extracting(java.time.OffsetDateTime::toInstant)
          .isEqualTo(JANUARY.plus(10, ChronoUnit.DAYS));
      assertThat(mailbox.unread()).as("those after it").isEqualTo(10);
      Backfill done = mailroom.bean(Backfills.class).find("support").orElseThrow();
      assertThat(done.ended()).isNotNull();
    }
    assertThat(
            run(
                "import",
                "--since",
                "2026-01-01T00:00:00Z",
                "--until",
                "2026-01-31T00:00:00Z",
                "--include-read"))
        .isZero();
    assertThat(run("import", "--since", "2026-01-01T00:00:00Z")).isZero();
    try (MailroomRun mailroom = MailroomRun.start(tenant, folder)) {
      assertThat(mailroom.rows("mail_message")).isEqualTo(40);
      assertThat(mailroom.rows("delivery where status = 'DELIVERED'")).isEqualTo(80);
    }
  }

  @Test
  void a_backfill_that_was_interrupted_goes_on_where_it_stood_and_tells_how_much_is_left() {
    deliverDaily(50);
    mailbox.messages().forEach(mailbox::read);
    AtomicInteger pages = new AtomicInteger();
    // the count and three pages (the last message of each comes again with the next one: 9 + 9 +
    // 9), then the service refuses a page and all questions about it
    tenant
        .faults()
        .status(
            call ->
                call.startsWith("GET") && call.endsWith("/messages") && pages.incrementAndGet() > 4,
            403,
            "ErrorAccessDenied",
            Map.of(),
            4);
    assertThat(run("import", "--since", "2026-01-01T00:00:00Z", "--include-read")).isEqualTo(4);
    int before = tenant.requests().size();
    try (MailroomRun mailroom =
        MailroomRun.start(tenant, folder, "--mailroom.limits.page-size=10")) {
      assertThat(mailroom.rows("mail_message")).isEqualTo(27);
      Backfill again = mailroom.bean(Backfills.class).request("support", JANUARY, null, true);
      assertThat(again.position()).isEqualTo(JANUARY.plus(27, ChronoUnit.DAYS));
      assertThat(mailroom.importSupport().imported()).isEqualTo(23);
      assertThat(mailroom.rows("mail_message")).isEqualTo(50);
    }
    assertThat(tenant.requests().subList(before, tenant.requests().size()))
        .as("it doesn't begin anew")
        .filteredOn(request -> request.path().endsWith("/messages"))
        .isNotEmpty()
        .allMatch(
            request ->
                java.net.URLDecoder.decode(request.query(), java.nio.charset.StandardCharsets.UTF_8)
                    .matches(".*receivedDateTime ge 2026-0[1-9]-(28|29|30|31|0|1).*"));
  }

  @Test
  void read_messages_are_not_asked_for_by_a_filter_that_cannot_be_understood(
      CapturedOutput output) {
    List<String> all = MailroomRun.settings(tenant, folder);
    all.add("--mailroom.accounts.support.filter=not (isRead eq false)");
    String[] words = {"import", "--since", "2026-01-01T00:00:00Z", "--include-read"};
    assertThat(MailroomCommand.run(words, MailroomRun.launcher(all))).isEqualTo(2);
    assertThat(output.getErr())
        .contains("account support: The filter 'not (isRead eq false)' says something of isRead")
        .doesNotContain("\tat ");
    assertThat(tenant.requests()).noneMatch(request -> request.path().contains("messages"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import",
        "import --until 2026-01-01",
        "import --once --include-read",
        "import --since yesterday",
        "import --since 2026-02-30",
        "import --since 2026-02-01 --until 2026-01-01",
        "import --since 2999-01-01",
        "import --since 2026-01-01T25:00"
      })
  void a_misuse_is_told_and_ends_with_2(String words, CapturedOutput output) {
    assertThat(run(words.split(" "))).isEqualTo(2);
    assertThat(output.getErr())
        .containsAnyOf("--since", "--once")
        .contains("Usage:")
        .doesNotContain("\tat ");
  }
}
