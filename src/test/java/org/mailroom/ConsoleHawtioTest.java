package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;

/**
 * Hawtio behind the console's login, as an operator uses it: the routes drawn with their counts,
 * and Mailroom's MBeans read and called.
 */
class ConsoleHawtioTest {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  @TempDir private Path folder;

  @Test
  void a_route_is_drawn_with_its_counts_and_an_operation_of_an_account_is_called()
      throws Exception {
    Files.createDirectories(SCREENSHOTS);
    DemoTenant tenant = DemoTenant.start();
    tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
    try (ConsoleRun console =
        ConsoleRun.start(
            tenant,
            folder,
            List.of(
                "--mailroom.accounts.support.deliver-to=database",
                "--mailroom.accounts.support.poll-every=1h"))) {
      await().atMost(Duration.ofSeconds(90)).until(() -> console.mailbox("support").unread() == 0);
      Page page = console.signIn();
      page.navigate("/routes");
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Hawtio")).click();

      // no second login; the tree of the routes is there at once, by their groups; and there is a
      // way back
      assertThat(page.frameLocator("iframe.hawtio").getByText("Expand all").first()).isVisible();
      assertThat(page.locator("nav").getByText("Routes")).isVisible();
      screenshot(page, "hawtio-within-the-console");
      page.navigate("/actuator/hawtio");
      exactly(page, "Expand all").click();
      exactly(page, "import-account").click();
      exactly(page, "Route Diagram").click();
      assertThat(page.getByText(Pattern.compile("see-what-the-destinations-take")).last())
          .isVisible();
      assertThat(page.getByText(Pattern.compile("begin-listing")).last()).isVisible();
      screenshot(page, "hawtio-route");

      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("JMX")).first().click();
      exactly(page, "org.mailroom").waitFor();
      exactly(page, "Expand all").click();
      page.getByRole(
              AriaRole.BUTTON,
              new Page.GetByRoleOptions().setName(Pattern.compile("^\"?support\"?$")))
          .last()
          .click();
      assertThat(page.getByText(Pattern.compile("Imported ?Today")).first()).isVisible();
      assertThat(page.getByText("support@contoso.com").first()).isVisible();
      screenshot(page, "hawtio-account");

      console.mailbox("support").deliver(DemoMail.plain(2));
      exactly(page, "Operations").click();
      Locator importNow =
          page.locator("#jmx-operation-list > li")
              .filter(
                  new Locator.FilterOptions()
                      .setHas(page.locator("[aria-label='operation execute importNow()']")));
      importNow.locator("button[aria-label=Details]").click();
      importNow.getByText("Execute").last().click();
      assertThat(page.getByText(Pattern.compile("The import begins")).first()).isVisible();
      screenshot(page, "hawtio-operation");
      await().atMost(Duration.ofSeconds(90)).until(() -> console.mailbox("support").unread() == 0);
      // Hawtio asks for the diagram once before it knows of which route
      assertThat(console.browser().complaints())
          .as("what its pages were refused")
          .allMatch(
              complaint ->
                  complaint.contains(
                      "Failed to dump routes stats from mbean undefined: java.lang.Exception :"
                          + " Operation dumpRoutesStatsAsXml forbidden for MBean *:*"));
    }
  }

  private static Locator exactly(Page page, String text) {
    return page.getByText(text, new Page.GetByTextOptions().setExact(true)).first();
  }

  private static void screenshot(Page page, String name) {
    page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
  }
}
