package org.mailroom.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Printable;
import org.owasp.html.HtmlSanitizer;
import org.owasp.html.HtmlStreamEventReceiver;

/**
 * Passes the HTML of a mail on, to be sanitised, with text in the place of what won't be there
 * afterwards: behind a link where it leads, and for an image that would be loaded from elsewhere
 * that there was one. What it adds is text of the mail and is escaped like all other text.
 */
final class TellingReceiver implements HtmlSanitizer.Policy {

  private static final int LONGEST = 300;

  private final HtmlStreamEventReceiver out;
  private final Deque<String> links = new ArrayDeque<>();
  private final StringBuilder linkText = new StringBuilder();

  TellingReceiver(HtmlStreamEventReceiver out) {
    this.out = out;
  }

  @Override
  public void openDocument() {
    out.openDocument();
  }

  @Override
  public void closeDocument() {
    out.closeDocument();
  }

  @Override
  public void openTag(String element, List<String> attributes) {
    if (element.equals("img") && isElsewhere(attribute(attributes, "src"))) {
      String alt = attribute(attributes, "alt");
      say(
          alt == null || alt.isBlank()
              ? " [image not loaded] "
              : " [image not loaded: " + shortened(alt.strip()) + "] ",
          "#55606d");
      return;
    }
    if (element.equals("a")) {
      String target = attribute(attributes, "href");
      links.push(target == null ? "" : target.strip());
      linkText.setLength(0);
    }
    out.openTag(element, attributes);
  }

  @Override
  public void closeTag(String element) {
    out.closeTag(element);
    if (element.equals("a") && !links.isEmpty()) {
      String target = links.pop();
      if (!target.isEmpty()
          && !target.startsWith("#")
          && !linkText.toString().strip().equals(target)) {
        say(" [" + shortened(target.replaceFirst("^mailto:", "")) + "]", "#55606d");
      }
    }
  }

  @Override
  public void text(String text) {
    linkText.append(text, 0, Math.min(text.length(), LONGEST));
    out.text(text);
  }

  private void say(String words, String colour) {
    out.openTag("span", List.of("style", "color:" + colour));
    out.text(Printable.visible(words));
    out.closeTag("span");
  }

  private static boolean isElsewhere(@Nullable String source) {
    return source != null && !source.strip().toLowerCase(Locale.ROOT).startsWith("cid:");
  }

  private static @Nullable String attribute(List<String> attributes, String name) {
    for (int i = 0; i + 1 < attributes.size(); i += 2) {
      if (attributes.get(i).equalsIgnoreCase(name)) {
        return attributes.get(i + 1);
      }
    }
    return null;
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
