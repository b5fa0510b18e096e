package org.mailroom;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
   * @param rules empty: all of the standards
   */
  private static List<String> unreadable(Page page, List<String> rules, String where) {
    // without the frames, which are left out, it needs no page of its own to put their parts
    // together
    AxeBuilder axe =
        new AxeBuilder(page)
            .setLegacyMode(true)
            .exclude("iframe")
            .exclude("tbody tr:nth-child(n + 9)");
    axe = rules.isEmpty() ? axe.withTags(STANDARDS) : axe.withRules(rules);
    return axe.analyze().getViolations().stream()
        .map(rule -> where + ": " + rule.getId() + " " + rule.getNodes().get(0).getHtml())
        .toList();
  }

  List<String> problems() {
    return List.copyOf(problems);
  }
}
