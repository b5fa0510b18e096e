package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;

/** The key button: a person signs in at the identity platform and comes back to the console. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleSignInTest {

  private static final String CONSENTS = "console_trail where action = 'CONSENTED'";
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private DemoTenant tenant;
  private MailroomRun mailroom;
  private Browser browser;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    tenant = DemoTenant.start();
    tenant.identity().user("anna@contoso.com");
    tenant.identity().user("bert@contoso.com");
    tenant.mailbox("anna@contoso.com").deliver(DemoMail.plain(1));
    String key = "--mailroom.credentials.helpdesk.";
    mailroom =
        MailroomRun.startRuntime(
            tenant,
            folder,
            key + "grant-type=authorization-code",
            key + "tenant-id=" + DemoTenant.TENANT_ID,
            key + "client-id=helpdesk",
            key + "client-secret=the secret of helpdesk",
            "--mailroom.accounts.anna.mailbox=anna@contoso.com",
            "--mailroom.accounts.anna.credential=helpdesk",
            "--mailroom.accounts.anna.deliver-to=database",
            "--mailroom.accounts.support.poll-every=1h",
            "--server.tomcat.remoteip.internal-proxies=127\\.0\\.0\\.1");
    tenant
        .identity()
        .application("helpdesk")
        .secret("the secret of helpdesk", Instant.MAX)
        .redirectUri("http://localhost:" + mailroom.port() + "/OAuth2Callback")
        .redirectUri("https://mailroom.example/OAuth2Callback");
    browser = Browser.start();
    Files.createDirectories(SCREENSHOTS);
  }

  @AfterAll
  void stop() {
    browser.close();
    mailroom.close();
    tenant.close();
  }

  private Page signIn() {
    Page page = browser.open("http://127.0.0.1:" + mailroom.port(), 1400, ColorScheme.LIGHT);
    page.navigate("/credentials/helpdesk");
    page.getByLabel("User").fill(MailroomRun.USER);
    page.getByLabel("Password").fill(MailroomRun.PASSWORD);
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in").setExact(true))
        .click();
    // back to where one wanted to go
    page.navigate("/credentials/helpdesk");
    return page;
  }

  private void leave(Page page) {
    page.getByRole(
            AriaRole.BUTTON,
            new Page.GetByRoleOptions().setName("Get an access token").setExact(true))
        .click();
    assertThat(page.getByText("Pick an account")).isVisible();
  }

  private void choose(Page page, String user, String decision) {
    page.locator("button[value='" + user + "']").click();
    if (page.url().contains("/authorize")) {
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(decision)).click();
    }
  }

  private void shot(Page page, String name) {
    page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
  }

  @Test
  void a_person_signs_in_is_shown_and_that_mailbox_is_imported_and_a_stranger_is_warned_about() {
    Page page = signIn();
    leave(page);
    shot(page, "sign-in-1-pick");
    choose(page, "anna@contoso.com", "Accept");
    assertThat(page.getByText("anna@contoso.com is signed in.")).isVisible();
    assertThat(page.locator(".notice.warn")).hasCount(0);
    shot(page, "sign-in-2-back");
    String back = page.url();
    assertThat(back).endsWith("/credentials/helpdesk");
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> mailroom.rows("mail_message where account = 'anna'") == 1);

    leave(page);
    choose(page, "bert@contoso.com", "Accept");
    assertThat(page.getByText("bert@contoso.com is signed in.")).isVisible();
    assertThat(page.getByRole(AriaRole.ALERT))
        .containsText(
            "bert@contoso.com can’t open anna@contoso.com, the mailbox of account anna: the"
                + " application may not do this in this mailbox (HTTP 403");
    shot(page, "sign-in-3-stranger");
    assertThat(browser.complaints()).isEmpty();
    page.context().close();
  }

  @Test
  void a_refusal_is_told_in_words_with_the_way_out() {
    Page page = signIn();
    tenant.identity().user("carla@contoso.com");
    leave(page);
    choose(page, "carla@contoso.com", "Cancel");
    assertThat(
            page.getByRole(AriaRole.ALERT)
                .filter(new com.microsoft.playwright.Locator.FilterOptions().setVisible(true)))
        .containsText("Credential helpdesk: consent was declined (access_denied AADSTS65004)");
    assertThat(page.getByRole(AriaRole.NAVIGATION)).containsText("Credentials");
    shot(page, "sign-in-4-refused");
    page.getByText("Back to credential helpdesk").click();
    assertThat(page.locator("#redirect-uri"))
        .hasText("http://localhost:" + mailroom.port() + "/OAuth2Callback");
    page.context().close();
  }

  @Test
  void a_forged_a_replayed_and_a_stolen_answer_sign_nobody_in() {
    Page page = signIn();
    page.navigate("/OAuth2Callback?code=forged&state=forged");
    assertThat(page.getByRole(AriaRole.ALERT))
        .containsText("belongs to no sign-in of this browser");

    page.navigate("/credentials/helpdesk");
    page.onRequest(
        request -> {
          if (request.url().contains("/OAuth2Callback?")) {
            answers.add(request.url());
          }
        });
    leave(page);
    choose(page, "anna@contoso.com", "Accept");
    assertThat(page.getByText("anna@contoso.com is signed in.")).isVisible();
    String answer = answers.get(answers.size() - 1);
    page.navigate(answer);
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("Start the sign-in again");

    // the victim's browser is led to the answer of a sign-in that another browser began
    Page attacker = signIn();
    leave(attacker);
    String state = URI.create(attacker.url()).getQuery().replaceAll(".*state=([^&]+).*", "$1");
    Page victim = signIn();
    victim.navigate("/OAuth2Callback?code=any&state=" + state);
    assertThat(victim.getByRole(AriaRole.ALERT))
        .containsText("belongs to no sign-in of this browser");
    Page nobody = browser.open("http://127.0.0.1:" + mailroom.port(), 1400, ColorScheme.LIGHT);
    nobody.navigate("/OAuth2Callback?code=any&state=" + state);
    assertThat(nobody.getByRole(AriaRole.ALERT))
        .containsText("belongs to no sign-in of this browser");
    for (Page each : java.util.List.of(page, attacker, victim, nobody)) {
      each.context().close();
    }
  }

  @Test
  void
      a_browser_that_comes_back_to_a_node_which_does_not_know_its_session_is_signed_in_all_the_same_and_the_trail_has_who_began() {
    Page page = signIn();
    long before = mailroom.rows(CONSENTS);
    leave(page);
    Cookie cookie =
        page.context().cookies("http://localhost:" + mailroom.port()).stream()
            .filter(each -> each.name.equals("mailroom-microsoft"))
            .findFirst()
            .orElse(
                page.context().cookies("http://127.0.0.1:" + mailroom.port()).stream()
                    .filter(each -> each.name.equals("mailroom-microsoft"))
                    .findFirst()
                    .orElseThrow());
    assertThat(cookie.httpOnly).isTrue();
    assertThat(cookie.sameSite).isEqualTo(SameSiteAttribute.LAX);
    page.context().clearCookies(new BrowserContext.ClearCookiesOptions().setName("mailroom"));
    choose(page, "anna@contoso.com", "Accept");
    assertThat(page.getByLabel("Password")).isVisible();
    await().atMost(Duration.ofSeconds(90)).until(() -> mailroom.rows(CONSENTS) == before + 1);
    assertThat(
            mailroom
                .database()
                .queryForList(
                    "select who from console_trail where action = 'CONSENTED' order by id desc",
                    String.class))
        .first()
        .isEqualTo(MailroomRun.USER);
    assertThat(page.context().cookies("http://127.0.0.1:" + mailroom.port()))
        .noneMatch(each -> each.name.equals("mailroom-microsoft"));
    page.context().close();
  }

  private final java.util.List<String> answers = new java.util.concurrent.CopyOnWriteArrayList<>();

  @Test
  void behind_a_reverse_proxy_the_redirect_uri_is_the_one_that_browsers_see() {
    Page page = signIn();
    String token = page.locator("form[action$='/sign-in'] input[name=_csrf]").inputValue();
    var answer =
        page.request()
            .post(
                "/credentials/helpdesk/sign-in",
                com.microsoft.playwright.options.RequestOptions.create()
                    .setHeader("X-Forwarded-Proto", "https")
                    .setHeader("X-Forwarded-Host", "mailroom.example")
                    .setForm(
                        com.microsoft.playwright.options.FormData.create().set("_csrf", token)));
    assertThat(answer.text())
        .contains("redirect_uri=https%3A%2F%2Fmailroom.example%2FOAuth2Callback");
    assertThat(answer.headersArray())
        .filteredOn(header -> header.name.equalsIgnoreCase("Set-Cookie"))
        .extracting(header -> header.value)
        .anyMatch(
            value ->
                value.startsWith("__Host-mailroom-microsoft=")
                    && value.contains("Path=/")
                    && value.contains("Secure")
                    && value.contains("HttpOnly")
                    && value.contains("SameSite=Lax")
                    && !value.contains("Domain"));
    page.context().close();
  }
}
