package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;

/** The console in a browser, with several hundred accounts and 100,000 imported messages. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final int ACCOUNTS = 300;
  private static final int MESSAGES = 100_000;
  private static final String EVIL = "<script>window.ran=1;alert(1)</script><img src=x onerror=\"window.ran=1;alert(2)\">";
  private static final String PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  private DemoTenant tenant;
  private DemoMailbox mailbox;
  private MailroomRun mailroom;
  private Browser browser;
  private Path folder;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    tenant = DemoTenant.start();
    mailbox = tenant.mailbox("support@contoso.com");
    DemoMail maker = new DemoMail(3);
    for (int i = 0; i < 12; i++) {
      mailbox.deliver(maker.next());
    }
    mailbox.deliver(hostile());
    List<String> settings = new ArrayList<>(List.of("--mailroom.destinations.shelf=file:" + folder.resolve("shelf"),
        "--mailroom.accounts.support.deliver-to=database,file,shelf,queue", "--mailroom.retry.max-attempts=1",
        "--mailroom.accounts.missing.mailbox=nobody@contoso.com", "--mailroom.accounts.missing.credential=demo", "--mailroom.accounts.missing.deliver-to=database"));
    for (int i = 1; i <= ACCOUNTS; i++) {
      String key = "--mailroom.accounts.branch-" + i + ".";
      tenant.mailbox("branch-" + i + "@contoso.com");
      settings.addAll(List.of(key + "mailbox=branch-" + i + "@contoso.com", key + "credential=demo", key + "deliver-to=database", key + "poll-every=1h"));
    }
    mailroom = MailroomRun.startRuntime(tenant, folder, settings.toArray(String[]::new));
    mailroom.database().update("insert into mail_message (account, message_id, subject, sender, received_at, imported_at, has_attachments, document)"
        + " select 'branch-' || (1 + mod(\"X\", " + ACCOUNTS + ")), 'made-' || \"X\", 'Order ' || \"X\", 'shop' || mod(\"X\", 97) || '@example.com', timestamp with time zone"
        + " '2026-01-01 00:00:00+00' + \"X\" * interval '1' second, timestamp with time zone '2026-01-01 00:00:00+00' + \"X\" * interval '1' second, false,"
        + " '{\"account\":\"a\",\"mailbox\":\"m\",\"id\":\"i\"}' from system_range(1, " + MESSAGES + ")");
    mailroom.database().update("insert into delivery (account, message_id, destination, status, attempts, last_error, subject, last_attempt_at) values"
        + " ('support', 'gone-1', 'file', 'FAILED', 1, 'NoSpaceException: nothing left.', ?, current_timestamp),"
        + " ('support', 'gone-2', 'file', 'FAILED', 1, 'NoSpaceException: nothing left.', 'Second', current_timestamp),"
        + " ('branch-1', 'gone-3', 'database', 'FAILED', 1, 'NoSpaceException: nothing left.', 'Third', current_timestamp)", EVIL);
    browser = Browser.start();
    Files.createDirectories(SCREENSHOTS);
    await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
  }

  @AfterAll
  void stop() {
    browser.close();
    mailroom.close();
    tenant.close();
  }

  private static byte[] hostile() {
    String encoded = "=?utf-8?B?" + Base64.getEncoder().encodeToString(EVIL.getBytes(StandardCharsets.UTF_8)) + "?=";
    String html = "<p id=ok style=\"color:#123\">Good day</p>" + EVIL + "<svg onload=alert(3)></svg><iframe src=\"https://evil.example/\"></iframe>"
        + "<form action=\"https://evil.example/\"><input name=a></form><a href=\"javascript:alert(4)\">click</a><meta http-equiv=refresh content=\"0;url=https://evil.example/\">"
        + "<img src=\"https://evil.example/track.png\"><img alt=logo src=\"cid:logo@x\"><style>@import 'https://evil.example/x.css';</style>"
        + "<div style=\"background:url(https://evil.example/bg.png)\">b</div>";
    return ("From: " + encoded + " <evil@example.com>\r\nTo: " + encoded + " <support@contoso.com>\r\nSubject: " + encoded + "\r\nMessage-ID: <evil@example.com>\r\nX-Evil: " + EVIL
        + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\n"
        + "Content-Type: text/html; charset=utf-8\r\n\r\n" + html + "\r\n--r\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo@x>\r\n"
        + "Content-Disposition: inline; filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + PIXEL + "\r\n--r--\r\n"
        + "--b\r\nContent-Type: text/html; name=\"page.html\"\r\nContent-Disposition: attachment; filename=\"<script>alert(5)<\\script>.html\"\r\n\r\n" + EVIL + "\r\n--b--\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private Page signIn(int width, ColorScheme colours) {
    Page page = browser.open("http://127.0.0.1:" + mailroom.port(), width, colours);
    page.navigate("/");
    page.getByLabel("User").fill(MailroomRun.USER);
    page.getByLabel("Password").fill(MailroomRun.PASSWORD);
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in").setExact(true)).click();
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Overview"))).isVisible();
    return page;
  }

  private Page signIn() {
    return signIn(1400, ColorScheme.LIGHT);
  }

  private void press(Page page, String button) {
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button).setExact(true)).first().click();
  }

  private void openHostile(Page page) {
    page.navigate("/messages?account=support&q=evil%40example.com");
    page.locator("tbody tr").first().locator("td[data-label=Subject] a").click();
  }

  @ParameterizedTest
  @CsvSource({"LIGHT, 1400", "DARK, 1400", "LIGHT, 390", "DARK, 390"})
  void every_page_can_be_read_by_all_in_both_colours_on_wide_and_narrow_screens(ColorScheme colours, int width) {
    List<String> problems = new ArrayList<>();
    Page page = signIn(width, colours);
    openHostile(page);
    List<String> paths = new ArrayList<>(List.of("/", "/account/missing", page.url().replaceFirst("^https?://[^/]+", ""), "/failed"));
    if (colours == ColorScheme.LIGHT || width == 1400) {
      paths.addAll(List.of("/account/support", "/messages", "/accounts", "/accounts/~new", "/credentials", "/credentials/~new", "/credentials/demo", "/routes",
          "/routes/import-account", "/no-such-page"));
    }
    for (String path : paths) {
      page.navigate(path);
      String name = path.contains("?") ? "message" : path.equals("/") ? "overview" : path.substring(1).replaceAll("[/~]+", "-");
      page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + "-" + width + "-" + colours.name().toLowerCase(Locale.ROOT) + ".png"))
          .setFullPage(!List.of("/", "/accounts", "/messages").contains(path)));
      // what a narrow screen changes are places and sizes, not colours and labels
      if (width == 1400) {
        problems.addAll(unreadable(page, path + " " + colours));
      }
      if ((Boolean) page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")) {
        problems.add(path + " " + width + ": scrolls sideways");
      }
    }
    page.context().close();
    assertThat(problems).isEmpty();
    assertThat(browser.complaints()).isEmpty();
  }

  private static List<String> unreadable(Page page, String where) {
    return new AxeBuilder(page).withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")).exclude("iframe")
        .exclude("tbody tr:nth-child(n + 9)").analyze().getViolations().stream()
        .map(rule -> where + ": " + rule.getId() + " " + rule.getNodes().get(0).getHtml()).toList();
  }

  @Test
  void what_a_mail_says_runs_nowhere_and_loads_nothing() {
    Page page = signIn();
    List<String> dialogs = new ArrayList<>();
    List<String> requested = new ArrayList<>();
    page.onDialog(dialog -> {
      dialogs.add(dialog.message());
      dialog.dismiss();
    });
    page.onRequest(request -> requested.add(request.url()));
    for (String path : List.of("/", "/messages", "/failed", "/account/support")) {
      page.navigate(path);
      assertThat(page.evaluate("window.ran")).as(path).isNull();
    }
    openHostile(page);
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1))).hasText(EVIL);
    FrameLocator mail = page.frameLocator("iframe.mail");
    assertThat(mail.getByText("Good day")).isVisible();
    assertThat(mail.locator("script, iframe, form, input, svg, meta[http-equiv], style, a[href]")).hasCount(0);
    Locator images = mail.locator("img");
    assertThat(images).hasCount(1);
    assertThat(images).hasAttribute("src", java.util.regex.Pattern.compile("^data:image/png;base64,.*"));
    assertThat(images.evaluate("image => image.naturalWidth")).isEqualTo(1);
    assertThat(page.evaluate("window.ran")).isNull();
    assertThat(dialogs).isEmpty();
    assertThat(requested).allMatch(url -> url.startsWith("http://127.0.0.1:" + mailroom.port() + "/") || url.startsWith("data:image/png"));
    assertThat(browser.complaints()).isEmpty();
    page.context().close();
  }

  @Test
  void an_attachment_is_saved_and_never_shown() throws Exception {
    Page page = signIn();
    openHostile(page);
    Locator save = page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Save")).last();
    Download download = page.waitForDownload(save::click);
    assertThat(download.suggestedFilename()).doesNotContain("<").endsWith(".html");
    assertThat(Files.readString(download.path())).contains(EVIL);
    var answer = page.request().get(save.getAttribute("href"));
    assertThat(answer.headers()).containsEntry("content-type", "application/octet-stream").containsEntry("x-content-type-options", "nosniff");
    assertThat(answer.headers().get("content-disposition")).startsWith("attachment;");
    page.context().close();
  }

  @Test
  void messages_are_found_by_subject_sender_and_id_and_paged_through() {
    Page page = signIn();
    page.navigate("/messages?account=branch-7");
    assertThat(page.locator("tbody tr")).hasCount(50);
    String first = page.locator("tbody tr td[data-label=Subject]").first().innerText();
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Older messages")).click();
    assertThat(page.locator("tbody tr")).hasCount(50);
    assertThat(page.locator("tbody").innerText()).doesNotContain(first + "\n");
    page.getByLabel("Subject, sender or id").fill("made-4711");
    press(page, "Search");
    assertThat(page.locator("tbody tr")).hasCount(0);
    page.navigate("/messages?q=made-4711");
    assertThat(page.locator("tbody tr")).hasCount(1);
    assertThat(page.locator("tbody")).containsText("Order 4711");
    page.navigate("/messages?q=ORDER+9999");
    assertThat(page.locator("tbody")).containsText("Order 99999");
    page.navigate("/messages?q=shop42%40example.com");
    assertThat(page.locator("tbody tr").first()).containsText("shop42@example.com");
    page.navigate("/messages?q=nothing%25like_that");
    assertThat(page.locator("main")).containsText("Searched back to");
    page.context().close();
  }

  @Test
  void a_message_is_delivered_again_on_purpose_and_lands_where_it_was() {
    Page page = signIn();
    openHostile(page);
    String id = page.locator("dt:text('Graph id') + dd").innerText();
    long rows = mailroom.rows("mail_message");
    assertThat(folder.resolve("shelf")).isDirectoryContaining(file -> file.toString().endsWith(".json"));
    java.io.File[] before = folder.resolve("shelf").toFile().listFiles();
    page.getByLabel("shelf").check();
    page.getByLabel("database").check();
    page.getByLabel("queue").check();
    press(page, "Deliver once more");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("Delivered again to");
    assertThat(mailroom.rows("mail_message")).isEqualTo(rows);
    assertThat(folder.resolve("shelf").toFile().listFiles()).hasSameSizeAs(before);
    assertThat(mailroom.database().queryForObject("select attempts from delivery where account = 'support' and message_id = ? and destination = 'shelf'", Integer.class, id)).isEqualTo(2);
    assertThat(mailroom.duplicateIds()).doesNotHaveDuplicates();
    page.context().close();
  }

  @Test
  void a_failed_delivery_is_discarded_or_tried_again() {
    Page page = signIn();
    page.onDialog(dialog -> dialog.accept());
    page.navigate("/failed?account=support");
    assertThat(page.locator("tbody")).containsText("NoSpaceException");
    Locator second = page.locator("tbody tr").filter(new Locator.FilterOptions().setHasText("Second"));
    second.getByText("Discard").click();
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("given up for good");
    assertThat(mailroom.rows("delivery where message_id = 'gone-2' and status = 'DISCARDED'")).isEqualTo(1);
    page.navigate("/failed?account=branch-1");
    press(page, "Retry all of branch-1");
    // the service doesn't know that message: it was tried, and failed for another reason
    await().atMost(PATIENCE).until(() -> mailroom.rows("delivery where message_id = 'gone-3' and last_error not like 'NoSpace%'") == 1);
    page.context().close();
  }

  @Test
  void an_account_is_paused_imported_by_hand_and_resumed_and_the_page_follows_by_itself() {
    Page page = signIn();
    page.navigate("/account/branch-2");
    press(page, "Pause");
    assertThat(page.locator(".figures")).containsText("paused");
    tenant.mailbox("branch-2@contoso.com").deliver(DemoMail.plain(1));
    press(page, "Import now");
    // no reload: the page brings itself up to date
    assertThat(page.locator("section[aria-labelledby=polls] tbody tr")).hasCount(1);
    press(page, "Resume");
    assertThat(page.locator(".figures")).not().containsText("paused");
    page.context().close();
  }

  @Test
  void a_route_is_drawn_with_its_counts_and_stopped_and_started() {
    Page page = signIn();
    page.onDialog(dialog -> dialog.accept());
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

  @Test
  void a_credential_and_an_account_are_added_changed_and_deleted_and_no_secret_comes_back() {
    Page page = signIn();
    page.onDialog(dialog -> dialog.accept());
    page.navigate("/credentials/~new");
    page.getByLabel("Id", new Page.GetByLabelOptions().setExact(true)).fill("second");
    page.getByLabel("Tenant id").fill(DemoTenant.TENANT_ID);
    page.getByLabel("Client secret").fill("never~to~be~seen");
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("It wasn’t saved");
    assertThat(page.locator("#wrong-client-id")).isVisible();
    page.getByLabel("Client id").fill(DemoTenant.CLIENT_ID);
    page.getByLabel("Client secret").fill("never~to~be~seen");
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was saved");
    assertThat(page.content()).doesNotContain("never~to~be~seen");
    press(page, "Test");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("secret");
    page.getByLabel("Client secret").fill(DemoTenant.CLIENT_SECRET);
    press(page, "Save");
    press(page, "Test");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("It works");

    tenant.mailbox("added@contoso.com").deliver(DemoMail.plain(5));
    page.navigate("/accounts/~new?credential=second");
    page.getByLabel("Id", new Page.GetByLabelOptions().setExact(true)).fill("added");
    page.getByLabel("Mailbox").fill("added@contoso.com");
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was saved");
    await().atMost(PATIENCE).until(() -> mailroom.rows("mail_message where account = 'added'") == 1);
    page.navigate("/credentials/second");
    press(page, "Delete");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("added");
    page.navigate("/accounts/added");
    press(page, "Delete");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was deleted");
    page.navigate("/credentials/second");
    press(page, "Delete");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was deleted");
    assertThat(page.navigate("/credentials/second").status()).isEqualTo(404);
    page.context().close();
  }

  @Test
  void what_application_yaml_holds_can_only_be_read() {
    Page page = signIn();
    for (String path : List.of("/credentials/demo", "/accounts/support")) {
      page.navigate(path);
      assertThat(page.locator("main")).containsText("Kept in application.yaml");
      assertThat(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Save"))).hasCount(0);
      assertThat(page.content()).doesNotContain(DemoTenant.CLIENT_SECRET);
    }
    page.context().close();
  }
}
