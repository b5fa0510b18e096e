package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mailroom.ConsoleRun.press;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.AccountSchedule;

/**
 * What somebody does in the console about accounts, failed deliveries and routes, and how the pages
 * follow.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleWorkTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private ConsoleRun console;
  private MailroomRun mailroom;

  @BeforeAll
  void start(@TempDir Path folder) {
    DemoTenant tenant = DemoTenant.start();
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--mailroom.limits.page-size=10",
                "--mailroom.accounts.missing.mailbox=nobody@contoso.com",
                "--mailroom.accounts.missing.credential=demo",
                "--mailroom.accounts.missing.deliver-to=database"));
    List.of("one", "two", "busy", "slow", "asleep", "past")
        .forEach(id -> settings.addAll(ConsoleRun.account(tenant, id, "database")));
    console = ConsoleRun.start(tenant, folder, settings);
    mailroom = console.mailroom();
  }

  @AfterAll
  void stop() {
    console.close();
  }

  private void failed(String account, String message) {
    mailroom
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts, last_error,"
                + " subject, last_attempt_at) values (?, ?, 'database', 'FAILED', 1,"
                + " 'NoSpaceException: nothing left.', ?, current_timestamp)",
            account,
            message,
            "About " + message);
  }

  @Test
  void a_failed_delivery_is_discarded_or_tried_again() {
    failed("one", "gone-1");
    failed("one", "gone-2");
    Page page = console.signIn();
    page.onDialog(Dialog::accept);
    page.navigate("/failed?account=one");
    assertThat(page.locator("tbody")).containsText("NoSpaceException");
    press(page, "Discard selected");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("Choose at least one message");
    page.getByLabel("Choose About gone-2").check();
    press(page, "Discard selected");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("given up for good");
    assertThat(mailroom.rows("delivery where message_id = 'gone-2' and status = 'DISCARDED'"))
        .isEqualTo(1);
    press(page, "Retry all of one");
    // the service doesn't know that message: it was tried, and came to something else
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                mailroom.rows(
                        "delivery where message_id = 'gone-1' and last_error not like 'NoSpace%'")
                    == 1);
    page.context().close();
  }

  @Test
  void whoever_is_faster_than_the_pages_script_is_asked_all_the_same_and_finds_no_dead_box() {
    failed("hasty", "hasty-1");
    failed("hasty", "hasty-2");
    Page page = console.signIn();
    // the page's elements are there, and no script that waits for them has run
    page.addInitScript(
        """
        document.addEventListener("readystatechange", () => {
          if (document.readyState !== "interactive") return;
          window.chooseAll = document.querySelector("[data-check-all]").checkVisibility();
          window.confirm = (question) => { window.asked = question; return false; };
          document.querySelector("form[data-confirm]").requestSubmit();
        });
        """);
    page.navigate("/failed?account=hasty");
    assertThat(page.evaluate("window.asked")).isEqualTo("Give up 2 deliveries for good?");
    assertThat(page.evaluate("window.chooseAll")).isEqualTo(false);
    page.getByLabel("all shown").check();
    assertThat(page.locator("td.choose input:checked")).hasCount(2);
    assertThat(mailroom.rows("delivery where account = 'hasty' and status = 'FAILED'"))
        .isEqualTo(2);
    page.context().close();
  }

  @Test
  void
      what_fails_while_the_list_is_open_can_be_retried_and_no_more_is_discarded_than_was_agreed_to() {
    Page page = console.signIn();
    List<String> asked = new ArrayList<>();
    page.onDialog(
        dialog -> {
          asked.add(dialog.message());
          dialog.accept();
        });
    page.navigate("/failed?account=later");
    assertThat(page.getByText("No delivery has failed.")).isVisible();
    assertThat(button(page, "Retry all of later")).hasCount(0);
    failed("later", "late-1");
    // no reload: the page brings itself up to date
    assertThat(button(page, "Retry all of later")).isVisible();
    press(page, "Pause updates");
    failed("later", "late-2");
    press(page, "Discard all of later");
    assertThat(page.getByRole(AriaRole.ALERT))
        .containsText("Nothing was given up: 2 deliveries have failed by now, and not 1.");
    assertThat(mailroom.rows("delivery where account = 'later' and status = 'FAILED'"))
        .isEqualTo(2);
    press(page, "Discard all of later");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("given up for good");
    assertThat(asked)
        .containsExactly("Give up 1 delivery for good?", "Give up 2 deliveries for good?");
    assertThat(mailroom.rows("delivery where account = 'later' and status = 'DISCARDED'"))
        .isEqualTo(2);
    page.context().close();
  }

  @Test
  void a_message_that_is_open_shows_what_there_is_of_it_once_it_is_delivered_and_that_it_is_gone() {
    console.mailbox("busy").deliver(DemoMail.plain(7));
    mailroom.bean(AccountSchedule.class).importNow("busy");
    await().atMost(PATIENCE).until(() -> mailroom.rows("mail_message where account = 'busy'") == 1);
    String id =
        mailroom
            .database()
            .queryForObject(
                "select message_id from mail_message where account = 'busy'", String.class);
    // as before its delivery
    mailroom
        .database()
        .execute("create table kept as select * from mail_message where account = 'busy'");
    mailroom.database().update("delete from mail_message where account = 'busy'");
    Page page = console.signIn();
    page.navigate(
        "/messages/message?account=busy&id=" + URLEncoder.encode(id, StandardCharsets.UTF_8));
    assertThat(page.getByText("Mailroom has no copy of it.")).isVisible();
    assertThat(button(page, "Deliver once more")).hasCount(0);
    mailroom.database().update("insert into mail_message select * from kept");
    // no reload: the page brings itself up to date
    assertThat(button(page, "Deliver once more")).isVisible();
    assertThat(page.getByText("Save message.json")).isVisible();
    assertThat(page.getByText("Mailroom has no copy of it.")).hasCount(0);
    page.getByLabel("database").check();
    press(page, "Deliver once more");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("Delivered again to database");
    mailroom.database().update("delete from mail_message where account = 'busy'");
    mailroom.database().update("delete from ledger_message where account = 'busy'");
    assertThat(page.locator("h1")).containsText("There is no such page");
    mailroom.database().execute("drop table kept");
    page.context().close();
  }

  @Test
  void a_page_that_is_open_when_the_database_goes_down_says_so_and_takes_it_back() {
    Page page = console.signIn();
    page.navigate("/nodes");
    boolean[] down = {true};
    page.route(
        "**/nodes",
        request -> {
          APIResponse answer = request.fetch();
          String shown = answer.text();
          String told =
              shown.replace(
                  "<div id=\"database\"></div>",
                  "<div id=\"database\" data-live=\"database\"><div class=\"notice bad\""
                      + " role=\"alert\">Since 10:00: it is down</div></div>");
          request.fulfill(
              new Route.FulfillOptions().setResponse(answer).setBody(down[0] ? told : shown));
        });
    assertThat(page.locator("#database")).containsText("it is down");
    down[0] = false;
    assertThat(page.locator("#database")).isEmpty();
    page.unrouteAll();
    page.context().close();
  }

  @Test
  void retrying_all_shows_how_far_it_is_and_whom_it_waits_for() {
    Page page = console.signIn();
    page.navigate("/account/asleep");
    press(page, "Pause");
    assertThat(page.locator(".figures")).containsText("paused");
    failed("asleep", "gone-3");
    failed("asleep", "gone-4");
    page.navigate("/failed?account=asleep");
    press(page, "Retry all of asleep");
    for (String path : List.of("/failed", "/")) {
      page.navigate(path);
      Locator progress = page.getByLabel("Failed deliveries are tried again: 0 of 2");
      assertThat(progress).hasAttribute("max", "2");
      assertThat(progress.locator("xpath=..")).containsText("waits for asleep, which is paused");
    }
    page.navigate("/account/asleep");
    press(page, "Resume");
    page.navigate("/failed");
    // no reload: the page brings itself up to date
    assertThat(page.locator("#retrying")).hasCount(0);
    assertThat(
            mailroom.rows(
                "delivery where account = 'asleep' and (status = 'FAILED' or (status = 'PENDING'"
                    + " and attempts = 0))"))
        .isZero();
    page.context().close();
  }

  @Test
  void deliveries_of_an_account_that_was_deleted_are_not_said_to_be_tried_again() {
    failed("deleted", "gone-5");
    Page page = console.signIn();
    page.navigate("/failed?account=deleted");
    page.getByLabel("Choose About gone-5").check();
    press(page, "Retry selected");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("there is no account deleted any more");
    assertThat(mailroom.rows("delivery where account = 'deleted' and status = 'FAILED'"))
        .isEqualTo(1);
    page.context().close();
  }

  @Test
  void a_server_that_hangs_is_told_with_since_when_and_the_page_greys_out_until_it_answers() {
    Page page = console.signIn();
    page.clock().install();
    page.navigate("/");
    page.route(
        "**/*",
        request -> {
          // no answer
        });
    Locator gone = page.locator("#gone");
    passWhile(page, () -> !gone.isVisible(), 4_000);
    assertThat(gone)
        .containsText(
            Pattern.compile("Mailroom hasn’t answered since [0-9].*What you see is from then"));
    assertThat(page.locator("body.stale")).hasCount(1);
    assertThat(page.locator("section[aria-label=Accounts]")).hasCSS("opacity", "0.5");
    assertThat(gone).hasCSS("opacity", "1");
    page.unrouteAll();
    passWhile(page, gone::isVisible, 8_000);
    assertThat(gone).isHidden();
    assertThat(page.locator("body.stale")).hasCount(0);
    page.context().close();
  }

  /**
   * Time goes by in steps, for the page; between them there is time to answer it, for it gives up
   * what takes long.
   */
  private static void passWhile(Page page, Callable<Boolean> condition, long milliseconds) {
    await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(300))
        .atMost(PATIENCE)
        .until(
            () -> {
              if (condition.call()) {
                page.clock().fastForward(milliseconds);
              }
              return !condition.call();
            });
  }

  @Test
  void deliveries_that_wait_for_another_try_are_listed_with_when_and_why() {
    Instant next =
        Instant.now().plus(Duration.ofHours(30)).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    mailroom
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts, last_error,"
                + " subject, next_attempt_at) values ('two', 'waits-1', 'database', 'PENDING', 2,"
                + " 'the table is locked. Unlock it.', 'About a table', ?)",
            java.time.OffsetDateTime.ofInstant(next, java.time.ZoneOffset.UTC));
    Page page = console.signIn();
    page.navigate("/account/two");
    Locator row = page.locator("section[aria-labelledby=waits] tbody tr");
    assertThat(row).hasCount(1);
    assertThat(row).containsText("About a table");
    assertThat(row).containsText("The table is locked. Unlock it.");
    assertThat(row.locator("td[data-label=Attempts]")).hasText("2");
    assertThat(row.locator("td[data-label='Next try']"))
        .hasAttribute(
            "title",
            Pattern.compile(
                java.time.format.DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss")
                        .format(next.atZone(java.time.ZoneId.systemDefault()))
                    + " .*"));
    mailroom.database().update("delete from delivery where message_id = 'waits-1'");
    page.context().close();
  }

  @Test
  void a_figure_of_the_overview_leads_to_the_accounts_that_it_counts() {
    Page page = console.signIn();
    page.navigate("/account/one");
    press(page, "Pause");
    page.navigate("/");
    assertThat(page.locator(".plots figure")).hasCount(3);
    page.locator(".tiles a[href*=PAUSED]").click();
    assertThat(page.locator("section[aria-label=Accounts] tbody")).containsText("one@contoso.com");
    assertThat(page.locator("section[aria-label=Accounts] tbody"))
        .not()
        .containsText("nobody@contoso.com");
    page.navigate("/account/one");
    press(page, "Resume");
    page.context().close();
  }

  @Test
  void an_account_is_paused_imported_by_hand_and_resumed_and_the_page_follows_by_itself() {
    Page page = console.signIn();
    page.navigate("/account/two");
    press(page, "Pause");
    assertThat(page.locator(".figures")).containsText("paused");
    console.mailbox("two").deliver(DemoMail.plain(1));
    press(page, "Import now");
    // no reload: the page brings itself up to date
    assertThat(page.locator("section[aria-labelledby=polls] tbody tr")).hasCount(1);
    press(page, "Resume");
    assertThat(page.locator(".figures")).not().containsText("paused");
    page.context().close();
  }

  @Test
  void what_can_be_done_with_an_account_follows_what_others_do_with_it() {
    Page page = console.signIn();
    page.navigate("/account/busy");
    Page colleague = console.signIn();
    colleague.navigate("/account/busy");
    press(colleague, "Pause");
    assertThat(colleague.locator(".figures")).containsText("paused");
    // no reload: the page brings itself up to date
    assertThat(button(page, "Resume")).isVisible();
    assertThat(button(page, "Pause")).hasCount(0);
    page.context().close();
    colleague.context().close();
  }

  @Test
  void an_account_that_is_paused_can_be_resumed_while_an_import_by_hand_goes_on() {
    Page page = console.signIn();
    page.navigate("/account/slow");
    press(page, "Pause");
    assertThat(page.locator(".figures")).containsText("paused");
    console.mailbox("slow").deliver(DemoMail.plain(1));
    console
        .tenant()
        .faults()
        .add(
            call -> call.contains("slow@contoso.com") && call.endsWith("/messages"),
            DemoFaults.Fault.drip(200),
            1);
    press(page, "Import now");
    assertThat(page.locator(".figures")).containsText("runs now");
    assertThat(button(page, "Resume")).isVisible();
    press(page, "Resume");
    assertThat(button(page, "Pause")).isVisible();
    await().atMost(PATIENCE).until(() -> mailroom.rows("mail_message where account = 'slow'") == 1);
    page.context().close();
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  @Test
  void a_check_shows_step_by_step_what_works_and_what_to_mend() {
    Page page = console.signIn();
    page.navigate("/account/two");
    press(page, "Check");
    Locator check = page.locator("section[aria-labelledby=checked]");
    assertThat(check.locator("header")).containsText("all is well");
    assertThat(
            check.locator("tbody tr").filter(new Locator.FilterOptions().setHasText("destination")))
        .containsText("rolled back");
    page.navigate("/account/missing");
    press(page, "Check");
    assertThat(check.locator("header")).containsText("one thing to mend");
    Locator step =
        check
            .locator("tbody tr")
            .filter(
                new Locator.FilterOptions()
                    .setHas(page.getByText("failed", new Page.GetByTextOptions().setExact(true))));
    assertThat(step).hasCount(1);
    assertThat(step).containsText("the tenant has no such mailbox");
    assertThat(step).containsText("Check the account's mailbox");
    page.context().close();
  }

  @Test
  void a_backfill_is_begun_shows_how_far_it_is_and_goes_on_after_a_failure() {
    await()
        .atMost(PATIENCE)
        .until(() -> mailroom.bean(AccountSchedule.class).lastResult("past").isPresent());
    for (int i = 0; i < 40; i++) {
      console
          .mailbox("past")
          .deliver(
              "Inbox",
              DemoMail.plain(i),
              Instant.parse("2026-01-01T12:00:00Z").plusSeconds(86_400L * i));
    }
    console.mailbox("past").messages().forEach(console.mailbox("past")::read);
    // the count and three pages, then the service refuses (the page, and the questions whether it
    // is one message's fault), and later asks for patience for longer than this test lasts
    AtomicInteger pages = new AtomicInteger();
    console
        .tenant()
        .faults()
        .status(
            call -> isListing(call) && pages.incrementAndGet() > 4,
            403,
            "ErrorAccessDenied",
            Map.of(),
            4);
    Page page = console.signIn();
    page.navigate("/account/past");
    page.getByText("Import what was received in the past").click();
    page.getByLabel("From, included").fill("2026-02-01");
    page.getByLabel("Until, not included").fill("2026-01-01");
    press(page, "Begin");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("The first day isn’t before the end");
    page.getByText("Import what was received in the past").click();
    page.getByLabel("From, included").fill("2026-01-01");
    page.getByLabel("also what somebody has read").check();
    press(page, "Begin");
    Locator backfill = page.locator("section[aria-labelledby=backfilled]");
    assertThat(backfill).containsText("It was stopped before it was through, and nobody is at it");
    assertThat(backfill).containsText("Everything received before 2026-01-28");
    // no reload: another one can be begun
    page.getByText("Import what was received in the past").click();
    assertThat(button(page, "Begin")).isEnabled();
    page.navigate("/");
    assertThat(
            page.locator("tbody tr")
                .filter(new Locator.FilterOptions().setHasText("past@contoso.com")))
        .containsText("Backfill: stopped at 2026-01-28");

    pages.set(0);
    console
        .tenant()
        .faults()
        .status(
            call -> isListing(call) && pages.incrementAndGet() > 2,
            429,
            "ApplicationThrottled",
            Map.of("Retry-After", "1000"),
            1);
    page.navigate("/account/past");
    press(page, "Go on");
    Locator progress = page.getByLabel("Backfill: 9 of 13");
    assertThat(progress).hasAttribute("max", "13");
    page.getByText("Import what was received in the past").click();
    assertThat(button(page, "Begin")).isDisabled();
    page.navigate("/");
    assertThat(progress).isVisible();
    page.context().close();
  }

  private static boolean isListing(String call) {
    return call.startsWith("GET")
        && call.contains("past@contoso.com")
        && call.endsWith("/messages");
  }

  @Test
  void a_route_is_drawn_with_its_counts_and_stopped_and_started() {
    Page page = console.signIn();
    page.onDialog(Dialog::accept);
    page.navigate("/routes/deliver-to-file");
    assertThat(page.locator(".route svg .name").first()).hasText("from");
    assertThat(page.locator(".route svg")).containsText("write-message-json");
    press(page, "Stop");
    assertThat(page.locator(".figures")).containsText("stopped");
    assertThat(page.getByRole(AriaRole.NAVIGATION)).containsText("1");
    press(page, "Start");
    assertThat(page.locator(".figures")).containsText("started");
    page.context().close();
  }
}
