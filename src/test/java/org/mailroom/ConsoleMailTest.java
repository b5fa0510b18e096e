package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mailroom.ConsoleRun.EVIL;
import static org.mailroom.ConsoleRun.openHostile;
import static org.mailroom.ConsoleRun.press;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoTenant;

/** Imported messages in the console: what a mail says is shown, and does nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleMailTest {

  private Path folder;
  private ConsoleRun console;

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    DemoTenant tenant = DemoTenant.start();
    tenant.mailbox("support@contoso.com").deliver(ConsoleRun.hostile());
    console = ConsoleRun.start(tenant, folder, List.of("--mailroom.destinations.shelf=file:" + folder.resolve("shelf"),
        "--mailroom.accounts.support.deliver-to=database,file,shelf,queue"));
    console.mailroom().database().update("insert into delivery (account, message_id, destination, status, attempts, last_error, subject, last_attempt_at)"
        + " values ('support', ?, 'file', 'FAILED', 1, ?, ?, current_timestamp)", "gone-" + EVIL, EVIL, EVIL);
    await().atMost(Duration.ofSeconds(90)).until(() -> console.mailbox("support").unread() == 0);
  }

  @AfterAll
  void stop() {
    console.close();
  }

  @Test
  void what_a_mail_says_in_any_field_runs_nowhere_and_loads_nothing() {
    Page page = console.signIn();
    List<String> dialogs = new ArrayList<>();
    List<String> requested = new ArrayList<>();
    page.onDialog(dialog -> {
      dialogs.add(dialog.message());
      dialog.dismiss();
    });
    page.onRequest(request -> requested.add(request.url()));
    for (String path : List.of("/", "/messages", "/failed", "/account/support", "/messages?q=" + ConsoleSession.encoded(EVIL), "/?q=" + ConsoleSession.encoded(EVIL))) {
      page.navigate(path);
      assertThat(page.evaluate("window.ran")).as(path).isNull();
    }
    page.navigate("/failed");
    assertThat(page.locator("tbody td.title")).hasText(EVIL);
    openHostile(page);
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1))).hasText(EVIL);
    page.locator("summary").click();
    assertThat(page.locator("section[aria-labelledby=headers-of-mail]")).containsText("X-Evil");
    assertThat(page.locator("section[aria-labelledby=fields-of-mail]")).containsText(EVIL + " <evil-cc@example.com>");
    assertThat(page.locator("section[aria-labelledby=fields-of-mail]")).containsText(EVIL + " <evil-reply@example.com>");
    assertThat(page.locator("section[aria-labelledby=attachments-of-mail]")).containsText("<script>alert(5)");
    assertThat(page.locator("main script, main img, main [onerror]")).hasCount(0);
    FrameLocator mail = page.frameLocator("iframe.mail");
    assertThat(mail.getByText("Good day")).isVisible();
    assertThat(mail.locator("script, iframe, form, input, svg, meta[http-equiv], style, a[href]")).hasCount(0);
    Locator images = mail.locator("img");
    assertThat(images).hasCount(1);
    assertThat(images).hasAttribute("src", Pattern.compile("^data:image/png;base64,.*"));
    assertThat(images.evaluate("image => image.naturalWidth")).isEqualTo(1);
    assertThat(page.evaluate("window.ran")).isNull();
    assertThat(dialogs).isEmpty();
    assertThat(requested).allMatch(url -> url.startsWith(console.address() + "/") || url.startsWith("data:image/png"));
    assertThat(console.browser().complaints()).isEmpty();
    page.context().close();
  }

  @Test
  void an_attachment_is_saved_and_never_shown() throws Exception {
    Page page = console.signIn();
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
  void a_message_is_delivered_again_on_purpose_and_lands_where_it_was() {
    MailroomRun mailroom = console.mailroom();
    Page page = console.signIn();
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
}
