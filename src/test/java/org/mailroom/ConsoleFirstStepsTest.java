package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mailroom.ConsoleRun.press;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;

/** An empty installation, from the first look to the first import, by browser alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleFirstStepsTest {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private ConsoleRun console;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Files.createDirectories(SCREENSHOTS);
    DemoTenant tenant = DemoTenant.start();
    tenant.identity().user("anna@contoso.com");
    tenant.identity().user("bert@contoso.com");
    tenant.mailbox("bert@contoso.com");
    console = ConsoleRun.startEmpty(tenant, folder, List.of());
    tenant
        .identity()
        .application("helpdesk")
        .secret("the secret of helpdesk", Instant.MAX)
        .redirectUri("http://localhost:" + console.mailroom().port() + "/OAuth2Callback");
    console
        .mailbox("anna")
        .deliver("Inbox/Tickets/Dutch", DemoMail.plain(1), Instant.parse("2026-01-01T00:00:00Z"));
    console.mailbox("anna").createFolder("Inbox", "a/b");
  }

  @AfterAll
  void stop() {
    console.close();
  }

  private static void fill(Page page, String label, String text) {
    page.getByLabel(label, new Page.GetByLabelOptions().setExact(true)).fill(text);
  }

  private static void shot(Page page, String name) {
    assertThat(
            new AxeBuilder(page)
                .withTags(
                    List.of(
                        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"))
                .analyze()
                .getViolations())
        .as(name)
        .extracting(rule -> rule.getId() + " " + rule.getNodes().get(0).getHtml())
        .isEmpty();
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")).setFullPage(true));
  }

  private void consent(Page page, String user) {
    press(page, "Get an access token");
    page.locator("button[value='" + user + "']").click();
    if (page.url().contains("/authorize")) {
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Accept")).click();
    }
  }

  @Test
  @Order(1)
  void three_steps_lead_to_the_first_import_and_are_gone_when_it_is_through() {
    Page page = console.signIn();
    page.onDialog(Dialog::accept);
    assertThat(page.locator(".first li.now")).containsText("A credential");
    assertThat(page.locator(".first li.done")).hasCount(0);
    shot(page, "first-steps-1");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Add a credential")).click();

    page.getByLabel("Grant type").selectOption("authorization-code");
    fill(page, "Id", "helpdesk");
    fill(page, "Client id", "helpdesk");
    fill(
        page,
        "Authorization URL",
        console.tenant().loginUrl()
            + "/"
            + DemoTenant.TENANT_ID
            + "/oauth2/v2.0/authorize?prompt=select_account");
    fill(
        page,
        "Access token URL",
        console.tenant().loginUrl() + "/" + DemoTenant.TENANT_ID + "/oauth2/v2.0/token");
    press(page, "Save");
    assertThat(page.locator(".form .wrong")).containsText("is missing, and so is a certificate");
    fill(page, "Client secret", "the secret of helpdesk");
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was saved");
    assertThat(page.getByLabel("Tenant id")).hasValue(DemoTenant.TENANT_ID);
    assertThat(page.locator("#redirect-uri"))
        .hasText("http://localhost:" + console.mailroom().port() + "/OAuth2Callback");
    press(page, "Test");
    assertThat(
            page.locator(".notice")
                .filter(
                    new com.microsoft.playwright.Locator.FilterOptions()
                        .setHasText("obody has signed in yet")))
        .hasCount(1);
    page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
    press(page, "Copy");
    assertThat(page.evaluate("navigator.clipboard.readText()"))
        .isEqualTo("http://localhost:" + console.mailroom().port() + "/OAuth2Callback");
    consent(page, "anna@contoso.com");
    assertThat(page.getByText("anna@contoso.com is signed in.")).isVisible();
    // what the test before the sign-in said is over
    assertThat(page.locator("dl.figures .state")).hasText("works");
    assertThat(page.locator("main")).not().containsText("obody has signed in yet");

    page.navigate("/");
    assertThat(page.locator(".first li.done")).hasCount(1);
    assertThat(page.locator(".first li.now")).containsText("An account");
    shot(page, "first-steps-2");
    page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Add an account")).click();
    fill(page, "Id", "anna");
    chooseTheFolder(page);
    press(page, "Save");
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("was saved");
    page.navigate("/");
    assertThat(page.locator(".first")).hasCount(0);
    page.navigate("/messages");
    assertThat(page.locator("tbody tr")).hasCount(1);
    assertThat(console.browser().complaints()).isEmpty();
    page.context().close();
  }

  /** Errors are told beside the field, and what is typed stays. */
  private static void chooseTheFolder(Page page) {
    var open = page.getByLabel("Choose a folder of the mailbox: Folder");
    open.click();
    assertThat(page.locator("#folders-of-folder")).containsText("Enter the mailbox first.");
    open.click();
    fill(page, "Mailbox", "nobody@contoso.com");
    open.click();
    assertThat(page.locator("#folders-of-folder .wrong")).containsText("nobody@contoso.com");
    open.click();
    fill(page, "Mailbox", "anna@contoso.com");
    open.click();
    var folders = page.locator("#folders-of-folder");
    assertThat(folders).containsText("Sent Items");
    page.getByLabel("Folders within Inbox").click();
    assertThat(folders).containsText("a/b");
    page.getByLabel("Folders within Tickets").click();
    shot(page, "folders-1400");
    folders.locator("[data-pick='Inbox/Tickets/Dutch']").click();
    assertThat(page.getByLabel("Folder", new Page.GetByLabelOptions().setExact(true)))
        .hasValue("Inbox/Tickets/Dutch");
    assertThat(folders).isHidden();
  }

  @Test
  @Order(2)
  void a_person_who_cant_open_an_accounts_mailbox_is_told_at_once_and_can_be_signed_out() {
    Page page = console.signIn();
    page.onDialog(Dialog::accept);
    page.navigate("/credentials/helpdesk");
    assertThat(page.locator("dl.figures")).containsText("Token is good until");
    consent(page, "bert@contoso.com");
    assertThat(page.getByText("bert@contoso.com is signed in.")).isVisible();
    assertThat(page.getByRole(AriaRole.ALERT))
        .containsText(
            "bert@contoso.com can’t open anna@contoso.com, the mailbox of account anna: the"
                + " application may not do this in this mailbox (HTTP 403");
    shot(page, "sign-in-5-closed-mailbox");
    press(page, "Sign the person out");
    assertThat(page.getByRole(AriaRole.STATUS).first())
        .containsText("Nobody is signed in with it now");
    assertThat(page.locator("dl.figures")).containsText("nobody");
    page.context().close();
  }

  @Test
  @Order(3)
  void the_form_shows_what_the_grant_needs_and_says_before_it_is_sent_that_a_file_is_too_large() {
    Page page = console.browser().open(console.address(), 390, ColorScheme.DARK);
    page.navigate("/credentials/~new");
    page.getByLabel("User").fill(MailroomRun.USER);
    page.getByLabel("Password").fill(MailroomRun.PASSWORD);
    press(page, "Sign in");
    page.navigate("/credentials/~new");
    shot(page, "credential-390-dark");
    assertThat(page.getByLabel("Authorization URL")).isHidden();
    assertThat(page.locator("#redirect-uri")).isHidden();
    page.getByLabel("Grant type").selectOption("authorization-code");
    assertThat(page.getByLabel("Authorization URL")).isVisible();
    assertThat(page.locator("#redirect-uri")).isVisible();
    page.getByLabel("Or a certificate")
        .setInputFiles(new FilePayload("large.pfx", "application/x-pkcs12", new byte[1_200_000]));
    assertThat(
            String.valueOf(
                page.evaluate("document.getElementById('certificate').validationMessage")))
        .contains("1.2 MB")
        .contains("may have 1 MB");
    page.getByLabel("Or a certificate")
        .setInputFiles(new FilePayload("small.pfx", "application/x-pkcs12", new byte[12_000]));
    assertThat(
            String.valueOf(
                page.evaluate("document.getElementById('certificate').validationMessage")))
        .isEmpty();
    page.context().close();
  }
}
