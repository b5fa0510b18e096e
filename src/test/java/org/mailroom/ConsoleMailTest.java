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
import java.nio.charset.StandardCharsets;
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
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;

/** Imported messages in the console: what a mail says is shown, and does nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleMailTest {

  private static final String REPLY =
      "From: Mail Delivery System <MAILER-DAEMON@mx.example.com>\r\n"
          + "To: told@contoso.com\r\n"
          + "Subject: Returned\r\n"
          + "In-Reply-To: <17@contoso.com>\r\n"
          + "References: <16@contoso.com> <17@contoso.com>\r\n"
          + "X-Failed-Recipients: nobody@example.com\r\n\r\n"
          + "nobody@example.com\r\n"
          + "  550 5.1.1 no such user\r\n";
  private static final String INVITATION =
      "From: Ada Lovelace <ada@example.com>\r\n"
          + "Subject: Review\r\n"
          + "MIME-Version: 1.0\r\n"
          + "Content-Type: text/calendar; method=REQUEST\r\n\r\n"
          + "BEGIN:VCALENDAR\r\n"
          + "BEGIN:VEVENT\r\n"
          + "DTSTART;VALUE=DATE:20260201\r\n"
          + "DTEND;VALUE=DATE:20260202\r\n"
          + "LOCATION:"
          + EVIL
          + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

  private static final String WITH_AN_ARCHIVE =
      "From: Ada Lovelace <ada@example.com>\r\n"
          + "Subject: Archive\r\n"
          + "MIME-Version: 1.0\r\n"
          + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
          + "--b\r\n"
          + "Content-Type: text/plain\r\n\r\n"
          + "See the file.\r\n"
          + "--b\r\n"
          + "Content-Type: application/zip\r\n"
          + "Content-Disposition: attachment; filename=\"old.zip\"\r\n"
          + "Content-Transfer-Encoding: base64\r\n\r\n"
          + "UEsDBA==\r\n"
          + "--b--\r\n";

  private Path folder;
  private ConsoleRun console;

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    DemoTenant tenant = DemoTenant.start();
    tenant.mailbox("support@contoso.com").deliver(ConsoleRun.hostile());
    tenant.mailbox("filed@contoso.com").deliver(DemoMail.plain(1));
    tenant.mailbox("filed@contoso.com").deliver(DemoMail.plain(2));
    tenant.mailbox("shelved@contoso.com").deliver(DemoMail.plain(3));
    tenant.mailbox("told@contoso.com").deliver(REPLY.getBytes(StandardCharsets.US_ASCII));
    tenant.mailbox("told@contoso.com").deliver(WITH_AN_ARCHIVE.getBytes(StandardCharsets.US_ASCII));
    tenant.mailbox("told@contoso.com").deliver(INVITATION.getBytes(StandardCharsets.US_ASCII));
    console =
        ConsoleRun.start(
            tenant,
            folder,
            List.of(
                "--mailroom.destinations.shelf=file:" + folder.resolve("shelf"),
                "--mailroom.accounts.support.deliver-to=database,file,shelf,queue",
                "--mailroom.accounts.support.content=both",
                "--mailroom.accounts.filed.mailbox=filed@contoso.com",
                "--mailroom.accounts.filed.credential=demo",
                "--mailroom.accounts.filed.deliver-to=file",
                "--mailroom.accounts.shelved.mailbox=shelved@contoso.com",
                "--mailroom.accounts.shelved.credential=demo",
                "--mailroom.accounts.shelved.deliver-to=shelf",
                "--mailroom.accounts.told.mailbox=told@contoso.com",
                "--mailroom.accounts.told.credential=demo",
                "--mailroom.accounts.told.deliver-to=database",
                "--mailroom.accounts.told.attachments.exclude=*.zip"));
    console
        .mailroom()
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts, last_error,"
                + " subject, last_attempt_at) values ('support', ?, 'file', 'FAILED', 1, ?, ?,"
                + " current_timestamp)",
            "gone-" + EVIL,
            EVIL,
            EVIL);
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () ->
                List.of("support", "filed", "shelved", "told").stream()
                    .allMatch(account -> console.mailbox(account).unread() == 0));
  }

  @Test
  void what_went_to_files_alone_is_listed_and_shown_from_its_file_and_leads_on_to_its_neighbour() {
    Page page = console.signIn();
    page.navigate("/messages?account=filed&destination=file");
    assertThat(page.locator("tbody tr")).hasCount(2);
    assertThat(page.locator("tbody tr").first()).containsText("Ada Lovelace");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Plain message 2")).click();
    assertThat(page.locator("section[aria-labelledby=fields-of-mail]"))
        .containsText("filed@contoso.com");
    assertThat(page.locator("section[aria-labelledby=text-of-mail]")).isVisible();
    assertThat(page.getByText("Deliver once more")).hasCount(0);
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Earlier").setExact(true))
        .click();
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
        .hasText("Plain message 1");
    assertThat(
            page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName("Earlier").setExact(true)))
        .hasCount(0);
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Later").setExact(true))
        .click();
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
        .hasText("Plain message 2");
    page.context().close();
  }

  @Test
  void what_sent_a_message_what_it_answers_and_its_meeting_stand_on_its_page() {
    Page page = console.signIn();
    page.navigate("/messages?account=told");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Returned")).click();
    assertThat(page.locator(".head .state")).hasText("delivery report");
    assertThat(page.locator("section[aria-labelledby=bounce-of-mail]"))
        .containsText("nobody@example.com 5.1.1");
    assertThat(page.locator("section[aria-labelledby=fields-of-mail]"))
        .containsText("<17@contoso.com>");
    assertThat(page.locator("section[aria-labelledby=meeting-of-mail]")).hasCount(0);
    page.navigate("/messages?account=told");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Review")).click();
    Locator meeting = page.locator("section[aria-labelledby=meeting-of-mail]");
    assertThat(meeting).containsText("2026-02-01");
    assertThat(meeting).containsText("2026-02-02");
    assertThat(meeting).containsText(EVIL);
    assertThat(meeting).containsText("Ada Lovelace <ada@example.com>");
    assertThat(page.locator(".head .state")).hasCount(0);
    assertThat(page.evaluate("window.ran")).isNull();
    page.context().close();
  }

  @Test
  void an_attachment_that_is_not_stored_says_why() {
    Page page = console.signIn();
    page.navigate("/messages?account=told");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Archive")).click();
    Locator attachment = page.locator("section[aria-labelledby=attachments-of-mail] tbody tr");
    assertThat(attachment).containsText("old.zip");
    assertThat(attachment).containsText("not stored");
    assertThat(attachment.locator(".why-not")).containsText("attachments.exclude");
    assertThat(attachment.getByRole(AriaRole.LINK)).hasCount(0);
    page.context().close();
  }

  @Test
  void what_mailroom_keeps_no_copy_of_is_listed_with_its_destination() {
    Page page = console.signIn();
    page.navigate("/messages?q=ada&destination=shelf");
    assertThat(page.locator("tbody tr")).hasCount(1);
    page.locator("tbody td[data-label=Subject] a").click();
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
        .hasText("Plain message 3");
    assertThat(page.locator("main")).containsText("Mailroom has no copy of it");
    assertThat(page.locator("section[aria-labelledby=deliveries-of-mail]")).containsText("shelf");
    assertThat(page.getByText("Save message.json")).hasCount(0);
    page.context().close();
  }

  @Test
  void document_and_original_are_saved_and_never_shown() throws Exception {
    Page page = console.signIn();
    openHostile(page);
    Download document = page.waitForDownload(() -> page.getByText("Save message.json").click());
    assertThat(document.suggestedFilename()).isEqualTo("message.json");
    assertThat(Files.readString(document.path()))
        .startsWith("{\"account\":\"support\"")
        .contains("evil@example.com");
    Download original = page.waitForDownload(() -> page.getByText("Save message.eml").click());
    assertThat(original.suggestedFilename()).isEqualTo("message.eml");
    assertThat(Files.readString(original.path())).contains("X-Evil");
    var answer = page.request().get(page.getByText("Save message.eml").getAttribute("href"));
    assertThat(answer.headers())
        .containsEntry("content-type", "application/octet-stream")
        .containsEntry("x-content-type-options", "nosniff");
    assertThat(answer.headers().get("content-disposition")).startsWith("attachment;");
    page.context().close();
  }

  @Test
  void a_mail_that_is_read_is_not_loaded_anew_while_nothing_of_it_changes() {
    Page page = console.signIn();
    openHostile(page);
    page.evaluate(
        "document.querySelectorAll('[data-live] > *').forEach((part) => { part.seen = true; })");
    for (int time = 0; time < 2; time++) {
      page.waitForResponse(answer -> answer.url().equals(page.url()), () -> {});
    }
    assertThat(
            page.evaluate(
                "[...document.querySelectorAll('[data-live] > *')].filter((part) =>"
                    + " !part.seen).map((part) => part.outerHTML.slice(0, 200))"))
        .isEqualTo(List.of());
    assertThat(page.evaluate("document.querySelectorAll('[data-live=mail] iframe').length"))
        .isEqualTo(1);
    page.context().close();
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
    page.onDialog(
        dialog -> {
          dialogs.add(dialog.message());
          dialog.dismiss();
        });
    page.onRequest(request -> requested.add(request.url()));
    for (String path :
        List.of(
            "/",
            "/messages",
            "/failed",
            "/account/support",
            "/messages?q=" + ConsoleSession.encoded(EVIL),
            "/?q=" + ConsoleSession.encoded(EVIL))) {
      page.navigate(path);
      assertThat(page.evaluate("window.ran")).as(path).isNull();
    }
    page.navigate("/failed");
    assertThat(page.locator("tbody td.title")).containsText(EVIL);
    openHostile(page);
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
        .hasText(EVIL);
    page.locator("summary").click();
    assertThat(page.locator("section[aria-labelledby=headers-of-mail]")).containsText("X-Evil");
    assertThat(page.locator("section[aria-labelledby=fields-of-mail]"))
        .containsText(EVIL + " <evil-cc@example.com>");
    assertThat(page.locator("section[aria-labelledby=fields-of-mail]"))
        .containsText(EVIL + " <evil-reply@example.com>");
    assertThat(page.locator("section[aria-labelledby=attachments-of-mail]"))
        .containsText("<script>alert(5)");
    assertThat(page.locator("main script, main img, main [onerror]")).hasCount(0);
    FrameLocator mail = page.frameLocator("iframe.mail");
    assertThat(mail.getByText("Good day")).isVisible();
    assertThat(mail.locator("script, iframe, form, input, svg, meta[http-equiv], style, a[href]"))
        .hasCount(0);
    Locator images = mail.locator("img");
    assertThat(images).hasCount(1);
    assertThat(images).hasAttribute("src", Pattern.compile("^data:image/png;base64,.*"));
    assertThat(images.evaluate("image => image.naturalWidth")).isEqualTo(1);
    assertThat(page.evaluate("window.ran")).isNull();
    assertThat(dialogs).isEmpty();
    assertThat(requested)
        .allMatch(
            url -> url.startsWith(console.address() + "/") || url.startsWith("data:image/png"));
    assertThat(console.browser().complaints()).isEmpty();
    page.context().close();
  }

  @Test
  void an_attachment_is_saved_and_never_shown() throws Exception {
    Page page = console.signIn();
    openHostile(page);
    Locator save =
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Save")).last();
    Download download = page.waitForDownload(save::click);
    assertThat(download.suggestedFilename()).doesNotContain("<").endsWith(".html");
    assertThat(Files.readString(download.path())).contains(EVIL);
    var answer = page.request().get(save.getAttribute("href"));
    assertThat(answer.headers())
        .containsEntry("content-type", "application/octet-stream")
        .containsEntry("x-content-type-options", "nosniff");
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
    assertThat(folder.resolve("shelf"))
        .isDirectoryContaining(file -> file.toString().endsWith(".json"));
    java.io.File[] before = folder.resolve("shelf").toFile().listFiles();
    page.getByLabel("shelf").check();
    page.getByLabel("database").check();
    page.getByLabel("queue").check();
    press(page, "Deliver once more");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("Delivered again to");
    assertThat(mailroom.rows("mail_message")).isEqualTo(rows);
    assertThat(folder.resolve("shelf").toFile().listFiles()).hasSameSizeAs(before);
    assertThat(
            mailroom
                .database()
                .queryForObject(
                    "select attempts from delivery where account = 'support' and message_id = ? and"
                        + " destination = 'shelf'",
                    Integer.class,
                    id))
        .isEqualTo(2);
    assertThat(mailroom.duplicateIds()).doesNotHaveDuplicates();
    page.context().close();
  }
}
