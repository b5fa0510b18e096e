package org.mailroom;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Headless Chromium, Debian's; one for all tests of a JVM, for its start takes seconds. What the
 * pages of a test complain about (scripts that break, refused by the content security policy) is
 * collected.
 */
final class Browser implements AutoCloseable {

  private static final List<String> FLAGS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  /** The same engine without what draws windows: a fifth less of the processor in these tests. */
  private static final String HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";

  private static com.microsoft.playwright.Browser shared;

  private final com.microsoft.playwright.Browser chromium;
  private final List<BrowserContext> sessions = Collections.synchronizedList(new ArrayList<>());
  private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

  private Browser(com.microsoft.playwright.Browser chromium) {
    this.chromium = chromium;
  }

  static Browser start() {
    return new Browser(shared());
  }

  private static synchronized com.microsoft.playwright.Browser shared() {
    if (shared == null || !shared.isConnected()) {
      PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
      shared =
          playwright
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions().setExecutablePath(executable()).setArgs(FLAGS));
    }
    return shared;
  }

  /** The system property {@code mailroom.chromium}, or where distributions put it. */
  private static Path executable() {
    return Stream.of(
            System.getProperty("mailroom.chromium", HEADLESS_SHELL),
            HEADLESS_SHELL,
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
            "/snap/bin/chromium")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "The tests of the console need Chromium: apt-get install"
                        + " chromium-headless-shell, or -Dmailroom.chromium=PATH"));
  }

  /** A page of a new session: nobody is signed in. */
  Page open(String address, int width, ColorScheme colours) {
    BrowserContext context =
        chromium.newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setBaseURL(address)
                .setViewportSize(width, 900)
                .setColorScheme(colours)
                .setIgnoreHTTPSErrors(true));
    sessions.add(context);
    context.setDefaultTimeout(60_000);
    Page page = context.newPage();
    page.onConsoleMessage(
        message -> {
          // what the browser itself says of an answer such as 404 is no complaint of the page
          if (message.type().equals("error")
              && !message.text().startsWith("Failed to load resource")) {
            complaints.add(page.url() + ": " + message.text());
          }
        });
    page.onPageError(error -> complaints.add(page.url() + ": " + error));
    return page;
  }

  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Ends the sessions that this test has begun. */
  @Override
  public void close() {
    sessions.forEach(BrowserContext::close);
  }
}
