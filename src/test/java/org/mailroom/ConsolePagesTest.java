package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mailroom.ConsoleRun.openHostile;
import static org.mailroom.ConsoleRun.press;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.mailroom.listing.Backfills;
import org.mailroom.schedule.AccountSchedule;

/** Every page of the console as people see it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsolePagesTest {

  private ConsoleRun console;

  @BeforeAll
  void start(@TempDir Path folder) {
    DemoTenant tenant = DemoTenant.start();
    DemoMail maker = new DemoMail(3);
    for (int i = 0; i < 12; i++) {
      tenant.mailbox("support@contoso.com").deliver(maker.next());
    }
    tenant.mailbox("support@contoso.com").deliver(ConsoleRun.hostile());
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--mailroom.accounts.support.deliver-to=database,file",
                "--mailroom.accounts.missing.mailbox=nobody@contoso.com",
                "--mailroom.accounts.missing.credential=demo",
                "--mailroom.accounts.missing.deliver-to=database",
                "--mailroom.credentials.demo.secret-expires=" + LocalDate.now().plusDays(12),
                "--mailroom.limits.page-size=10"));
    List.of("asleep", "past", "orders", "returns", "sales", "service")
        .forEach(id -> settings.addAll(ConsoleRun.account(tenant, id, "database")));
    console = ConsoleRun.start(tenant, folder, settings);
    MailroomRun mailroom = console.mailroom();
    mailroom
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts, last_error,"
                + " subject, last_attempt_at) select 'asleep', 'gone-' || \"X\", 'database',"
                + " 'FAILED', 5, 'the destination refuses it. Mend it.', 'Order ' || \"X\","
                + " current_timestamp from system_range(1, 3)");
    mailroom
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts, last_error,"
                + " subject, last_attempt_at) values ('support', 'gone-1', 'file', 'FAILED', 5,"
                + " 'the destination refuses it. Mend it.', ?, current_timestamp)",
            ConsoleRun.EVIL);
    mailroom.bean(AccountSchedule.class).pause("asleep");
    mailroom
        .database()
        .update(
            "insert into node (id, name, version, kind, pid, started_at, seen_at, mailboxes) values"
                + " ('dead', 'mailroom-b.contoso.com-4711', '0.1.0', 'runtime', 1,"
                + " current_timestamp - interval '20' hour, current_timestamp - interval '1' hour,"
                + " 117), ('new', 'mailroom-c', '0.2.0', 'runtime', 1, current_timestamp,"
                + " current_timestamp + interval '1' hour, 1203), ('import', 'mailroom-c-815',"
                + " '0.2.0', 'command', 1, current_timestamp, current_timestamp + interval '1'"
                + " hour, 1)");
    standBackfillStill(tenant, mailroom);
    await().atMost(Duration.ofSeconds(90)).until(() -> console.mailbox("support").unread() == 0);
  }

  /** In its middle the service asks for patience, for longer than the test lasts. */
  private static void standBackfillStill(DemoTenant tenant, MailroomRun mailroom) {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> mailroom.bean(AccountSchedule.class).lastResult("past").isPresent());
    for (int i = 0; i < 40; i++) {
      tenant
          .mailbox("past@contoso.com")
          .deliver(
              "Inbox",
              DemoMail.plain(i),
              Instant.parse("2026-01-01T00:00:00Z").plusSeconds(86_400L * i));
    }
    var pages = new java.util.concurrent.atomic.AtomicInteger();
    tenant
        .faults()
        .status(
            call ->
                call.startsWith("GET")
                    && call.contains("past@contoso.com")
                    && call.endsWith("/messages")
                    && pages.incrementAndGet() > 3,
            429,
            "ApplicationThrottled",
            Map.of("Retry-After", "1000"),
            1);
    mailroom
        .bean(Backfills.class)
        .request("past", Instant.parse("2026-01-01T00:00:00Z"), null, true);
    mailroom.bean(AccountSchedule.class).importNow("past");
    await().atMost(Duration.ofSeconds(90)).until(() -> pages.get() > 3);
  }

  @AfterAll
  void stop() {
    console.close();
  }

  /** Name and count of each figure at the top are seen, of the one that is chosen, too. */
  private static void figuresStandInTheirFrame(Page page) {
    assertThat(page.locator(".tiles dt").first()).hasText("Accounts");
    assertThat(page.locator(".tiles .shown")).hasCount(1);
    var frame = page.locator(".tiles").boundingBox();
    for (var part : page.locator(".tiles dt, .tiles dd").all()) {
      var box = part.boundingBox();
      assertThat(box.y)
          .as(part.innerText())
          .isBetween(frame.y, frame.y + frame.height - box.height);
      assertThat(box.x).as(part.innerText()).isBetween(frame.x, frame.x + frame.width - box.width);
    }
  }

  @Test
  void every_page_can_be_read_by_all_in_both_colours_on_wide_and_narrow_screens() {
    PageLooks looks = new PageLooks();
    Page visitor = console.browser().open(console.address(), 1400, ColorScheme.LIGHT);
    looks.look(visitor, "/login?error", "login-error");
    visitor.context().close();
    Page page = console.signIn();
    openHostile(page);
    String message = page.url().replaceFirst("^https?://[^/]+", "");
    page.navigate("/account/support");
    press(page, "Check");
    assertThat(page.locator("section[aria-labelledby=checked] header")).containsText("all is well");
    page.navigate("/failed?account=asleep");
    press(page, "Retry all of asleep");
    assertThat(page.getByRole(AriaRole.STATUS).first()).isVisible();
    page.navigate("/");
    figuresStandInTheirFrame(page);
    page.locator(".tiles a[href*=PAUSED]").click();
    figuresStandInTheirFrame(page);
    looks.look(page, message, "message");
    for (String path :
        List.of(
            "/",
            "/account/support",
            "/account/past",
            "/failed?account=support",
            "/account/missing",
            "/account/asleep",
            "/messages",
            "/messages?q=nothing+like+it",
            "/accounts",
            "/accounts/~new",
            "/accounts/support",
            "/credentials",
            "/credentials/~new",
            "/credentials/demo",
            "/routes",
            "/routes/import-account",
            "/nodes",
            "/trail",
            "/users",
            "/no-such-page")) {
      looks.look(
          page, path, path.equals("/") ? "overview" : path.substring(1).replaceAll("[^a-z]+", "-"));
    }
    page.context().close();
    assertThat(looks.problems()).isEmpty();
    assertThat(console.browser().complaints()).isEmpty();
  }
}
