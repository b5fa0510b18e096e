package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;

/** Mailroom with a demo tenant and a browser that looks at its console. */
final class ConsoleRun implements AutoCloseable {

  /** What a mail says that wants to run in the console. */
  static final String EVIL =
      "<script>window.ran=1;alert(1)</script><img src=x onerror=\"window.ran=1;alert(2)\">";

  private static final String PIXEL =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  private final DemoTenant tenant;
  private final MailroomRun mailroom;
  private final Browser browser;

  private ConsoleRun(DemoTenant tenant, MailroomRun mailroom, Browser browser) {
    this.tenant = tenant;
    this.mailroom = mailroom;
    this.browser = browser;
  }

  static ConsoleRun start(DemoTenant tenant, Path folder, List<String> settings) {
    return new ConsoleRun(
        tenant,
        MailroomRun.startRuntime(tenant, folder, settings.toArray(String[]::new)),
        Browser.start());
  }

  /** Without a credential and an account. */
  static ConsoleRun startEmpty(DemoTenant tenant, Path folder, List<String> settings) {
    return new ConsoleRun(
        tenant,
        MailroomRun.startEmpty(tenant, folder, settings.toArray(String[]::new)),
        Browser.start());
  }

  /** The settings of one more account, of the mailbox {@code ID@contoso.com}. */
  static List<String> account(DemoTenant tenant, String id, String deliverTo) {
    tenant.mailbox(id + "@contoso.com");
    String key = "--mailroom.accounts." + id + ".";
    return List.of(
        key + "mailbox=" + id + "@contoso.com",
        key + "credential=demo",
        key + "deliver-to=" + deliverTo,
        key + "poll-every=1h");
  }

  DemoTenant tenant() {
    return tenant;
  }

  DemoMailbox mailbox(String account) {
    return tenant.mailbox(account + "@contoso.com");
  }

  MailroomRun mailroom() {
    return mailroom;
  }

  Browser browser() {
    return browser;
  }

  String address() {
    return "http://127.0.0.1:" + mailroom.port();
  }

  Page signIn(int width, ColorScheme colours) {
    Page page = browser.open(address(), width, colours);
    page.navigate("/");
    page.getByLabel("User").fill(MailroomRun.USER);
    page.getByLabel("Password").fill(MailroomRun.PASSWORD);
    press(page, "Sign in");
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Overview")))
        .isVisible();
    return page;
  }

  Page signIn() {
    return signIn(1400, ColorScheme.LIGHT);
  }

  /** Where that leads to another page, it is there as a whole afterwards. */
  static void press(Page page, String button) {
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button).setExact(true))
        .first()
        .click();
    page.waitForLoadState();
  }

  /** Opens the message that {@link #hostile} made. */
  static void openHostile(Page page) {
    page.navigate("/messages?account=support&q=evil%40example.com");
    page.locator("tbody tr").first().locator("td[data-label=Subject] a").click();
    // whoever looks into the page by a script needs all of it
    page.waitForURL("**/messages/message?*");
  }

  /** A mail with scripts in every field that has room for one. */
  static byte[] hostile() {
    String encoded =
        "=?utf-8?B?"
            + Base64.getEncoder().encodeToString(EVIL.getBytes(StandardCharsets.UTF_8))
            + "?=";
    String html =
        "<p id=ok style=\"color:#123\">Good day</p>"
            + EVIL
            + "<svg onload=alert(3)></svg><iframe src=\"https://evil.example/\"></iframe><form"
            + " action=\"https://evil.example/\"><input name=a></form><a"
            + " href=\"javascript:alert(4)\">click</a><meta http-equiv=refresh"
            + " content=\"0;url=https://evil.example/\"><img"
            + " src=\"https://evil.example/track.png\"><img alt=logo"
            + " src=\"cid:logo@x\"><style>@import 'https://evil.example/x.css';</style><div"
            + " style=\"background:url(https://evil.example/bg.png)\">b</div>";
    return ("From: "
            + encoded
            + " <evil@example.com>\r\nSender: "
            + encoded
            + " <evil-sender@example.com>\r\nTo: "
            + encoded
            + " <support@contoso.com>\r\nCc: "
            + encoded
            + " <evil-cc@example.com>\r\nReply-To: "
            + encoded
            + " <evil-reply@example.com>\r\nSubject: "
            + encoded
            + "\r\nMessage-ID: <<script>window.ran=1</script>@example.com>\r\nX-Evil: "
            + EVIL
            + "\r\nKeywords: "
            + EVIL
            + "\r\n"
            + "Importance: high\r\n"
            + "MIME-Version: 1.0\r\n"
            + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + "--b\r\n"
            + "Content-Type: multipart/related; boundary=r\r\n\r\n"
            + "--r\r\n"
            + "Content-Type: text/html; charset=utf-8\r\n\r\n"
            + html
            + "\r\n"
            + "--r\r\n"
            + "Content-Type: image/png; name=logo.png\r\n"
            + "Content-ID: <logo@x>\r\n"
            + "Content-Disposition: inline; filename=logo.png\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\n"
            + PIXEL
            + "\r\n"
            + "--r--\r\n"
            + "--b\r\n"
            + "Content-Type: text/html; name=\"page.html\"\r\n"
            + "Content-ID: <<script>window.ran=1</script>>\r\n"
            + "Content-Disposition: attachment;"
            + " filename=\"<script>alert(5)<\\script>.html\"\r\n\r\n"
            + EVIL
            + "\r\n--b--\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    browser.close();
    mailroom.close();
    tenant.close();
  }
}
