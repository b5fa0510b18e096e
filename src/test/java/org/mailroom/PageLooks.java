package org.mailroom;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Looks at pages of the console as people see them: in both colours, on wide and narrow screens.
 * What can't be read by all is collected; screenshots are left in {@code target/screenshots}: as a
 * wide screen shows the pages by day, and with {@code -Dmailroom.screenshots=true} in all four
 * ways.
 */
final class PageLooks {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final boolean ALL_SCREENSHOTS = Boolean.getBoolean("mailroom.screenshots");
  private static final int WIDE = 1400;
  private static final int NARROW = 390;
  private static final int HEIGHT = 900;
  private static final List<String> STANDARDS =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

  /**
   * What can be well in one colour and wrong in the other; labels, order and names are the same in
   * both.
   */
  private static final List<String> OF_COLOURS = List.of("color-contrast", "link-in-text-block");

  /** What a narrow screen changes are places and sizes, not colours and labels. */
  private static final List<String> OF_SIZES =
      List.of("target-size", "scrollable-region-focusable", "meta-viewport");

  private static final String AXE = script();

  private final List<String> problems = new ArrayList<>();

  PageLooks() {
    try {
      Files.createDirectories(SCREENSHOTS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the page and looks at it. */
  void look(Page page, String path, String name) {
    page.navigate(path);
    for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colours));
      for (int width : new int[] {WIDE, NARROW}) {
        page.setViewportSize(width, HEIGHT);
        look(page, path, name, colours, width);
      }
      page.setViewportSize(WIDE, HEIGHT);
    }
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
  }

  private void look(Page page, String path, String name, ColorScheme colours, int width) {
    if (ALL_SCREENSHOTS || (width == WIDE && colours == ColorScheme.LIGHT)) {
      page.screenshot(
          new Page.ScreenshotOptions()
              .setPath(
                  SCREENSHOTS.resolve(
                      name + "-" + width + "-" + colours.name().toLowerCase(Locale.ROOT) + ".png"))
              .setFullPage(true));
    }
    if (ALL_SCREENSHOTS || width == WIDE || colours == ColorScheme.LIGHT) {
      boolean whole = ALL_SCREENSHOTS || (width == WIDE && colours == ColorScheme.LIGHT);
      problems.addAll(
          unreadable(
              page,
              whole ? List.of() : width == WIDE ? OF_COLOURS : OF_SIZES,
              path + " " + width + " " + colours));
    }
    if ((Boolean)
        page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth")) {
      problems.add(path + " " + width + " " + colours + ": scrolls sideways");
    }
  }

  /**
   * The frames are left out, and so is what repeats itself. Only what is wrong is described, and
   * the script stays in a page that is looked at in several ways.
   *
   * @param rules empty: all of the standards
   */
  @SuppressWarnings("unchecked")
  private static List<String> unreadable(Page page, List<String> rules, String where) {
    if (!(Boolean) page.evaluate("'axe' in window")) {
      page.evaluate(AXE);
    }
    List<String> found =
        (List<String>)
            page.evaluate(
                """
                chosen => axe.run(
                    {exclude: [['iframe'], ['tbody tr:nth-child(n + 9)']]},
                    {resultTypes: ['violations'], runOnly: chosen})
                  .then(found => found.violations.map(rule => rule.id + ' ' + rule.nodes[0].html))
                """,
                Map.of(
                    "type",
                    rules.isEmpty() ? "tag" : "rule",
                    "values",
                    rules.isEmpty() ? STANDARDS : rules));
    return found.stream().map(problem -> where + ": " + problem).toList();
  }

  private static String script() {
    try (InputStream script = AxeBuilder.class.getResourceAsStream("/axe.min.js")) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> problems() {
    return List.copyOf(problems);
  }
}
