package org.mailroom.message;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.owasp.html.HtmlSanitizer;

/**
 * What a reader sees of a mail's HTML, as plain text: paragraphs, lists, tables, quotes and
 * preformatted text in lines, links as {@code label <url>}, of pictures what they say instead. It
 * goes over the HTML once, as it is read, and builds no tree of it: time grows with the length,
 * memory with the text.
 */
final class HtmlText implements HtmlSanitizer.Policy {

  private static final Set<String> UNSEEN =
      Set.of(
          "script",
          "style",
          "title",
          "noscript",
          "object",
          "iframe",
          "svg",
          "math",
          "noembed",
          "noframes");
  private static final Set<String> VOID =
      Set.of(
          "area",
          "base",
          "basefont",
          "bgsound",
          "br",
          "col",
          "command",
          "embed",
          "frame",
          "hr",
          "image",
          "img",
          "input",
          "isindex",
          "keygen",
          "link",
          "meta",
          "nextid",
          "param",
          "source",
          "track",
          "wbr");
  private static final Set<String> LINES =
      Set.of(
          "div",
          "section",
          "article",
          "header",
          "footer",
          "main",
          "nav",
          "aside",
          "address",
          "form",
          "fieldset",
          "legend",
          "dt",
          "dd",
          "figure",
          "figcaption",
          "center",
          "caption",
          "details",
          "summary",
          "table",
          "option",
          "body");
  private static final Set<String> PARAGRAPHS =
      Set.of("p", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "blockquote", "pre");
  private static final List<String> SCHEMES =
      List.of("http://", "https://", "mailto:", "tel:", "ftp://");
  private static final int LONGEST_URL = 2000;

  private final TextLines lines;

  /** Of each open list the number of its next item; 0 where items have none. */
  private final Deque<Integer> lists = new ArrayDeque<>();

  private int unseen;
  private @Nullable String link;
  private int linkBegin;

  private HtmlText(int most) {
    this.lines = new TextLines(most);
  }

  /**
   * @param most characters; what is beyond them is left out, and a line says so
   */
  static String of(String html, int most) {
    HtmlText text = new HtmlText(most);
    HtmlSanitizer.sanitize(html, text);
    return text.lines.end();
  }

  @Override
  public void openDocument() {
    // nothing is written before there is text
  }

  @Override
  public void closeDocument() {
    // end() says what there is
  }

  @Override
  public void text(String text) {
    if (unseen == 0) {
      lines.write(text);
    }
  }

  @Override
  public void openTag(String name, List<String> attributes) {
    boolean single = VOID.contains(name);
    if (unseen > 0 || UNSEEN.contains(name) || isHidden(attributes)) {
      unseen += single ? 0 : 1;
      return;
    }
    switch (name) {
      case "br" -> lines.next();
      case "hr" -> rule();
      case "img" -> picture(attribute(attributes, "alt"));
      case "a" -> beginLink(attribute(attributes, "href"));
      case "ul" -> beginList(0);
      case "ol" -> beginList(number(attribute(attributes, "start")));
      case "li" -> item();
      case "tr" -> lines.row();
      case "td", "th" -> lines.cell();
      default -> block(name, true);
    }
  }

  @Override
  public void closeTag(String name) {
    if (unseen > 0) {
      unseen -= VOID.contains(name) ? 0 : 1;
      return;
    }
    switch (name) {
      case "a" -> endLink();
      case "ul", "ol" -> endList();
      case "li", "tr" -> lines.blockEnds();
      case "td", "th" -> lines.cellEnds();
      default -> block(name, false);
    }
  }

  private void block(String name, boolean opens) {
    if (PARAGRAPHS.contains(name)) {
      lines.paragraph();
      if (name.equals("blockquote")) {
        lines.quoted(opens);
      } else if (name.equals("pre")) {
        lines.preformatted(opens);
      }
    } else if (LINES.contains(name)) {
      lines.line();
    }
  }

  private void rule() {
    lines.paragraph();
    lines.write("---");
    lines.paragraph();
  }

  private void picture(@Nullable String alternative) {
    if (alternative != null && !alternative.isBlank()) {
      lines.write("[" + alternative.strip() + "]");
    }
  }

  // lists

  private void beginList(int first) {
    if (lists.isEmpty()) {
      lines.paragraph();
    } else {
      lines.line();
    }
    lists.push(first);
    lines.indented(true);
  }

  private void endList() {
    if (!lists.isEmpty()) {
      lists.pop();
      lines.indented(false);
    }
    if (lists.isEmpty()) {
      lines.paragraph();
    } else {
      lines.line();
    }
  }

  private void item() {
    Integer number = lists.poll();
    lines.item(number == null || number == 0 ? "* " : number + ". ");
    if (number != null) {
      lists.push(number == 0 ? 0 : number + 1);
    }
  }

  private static int number(@Nullable String start) {
    try {
      int number = start == null ? 1 : Integer.parseInt(start.strip());
      return number > 0 && number < 1_000_000 ? number : 1;
    } catch (NumberFormatException noNumber) {
      return 1;
    }
  }

  // links

  private void beginLink(@Nullable String target) {
    endLink();
    link = target == null ? null : url(target.strip());
    linkBegin = lines.length();
  }

  private static @Nullable String url(String target) {
    if (target.length() > LONGEST_URL) {
      return null;
    }
    for (String scheme : SCHEMES) {
      if (target.regionMatches(true, 0, scheme, 0, scheme.length())) {
        return scheme.equals("mailto:") || scheme.equals("tel:")
            ? withoutOptions(target.substring(scheme.length()))
            : inOneWord(target);
      }
    }
    return null;
  }

  private static String inOneWord(String url) {
    for (int i = 0; i < url.length(); i++) {
      if (Character.isWhitespace(url.charAt(i))) {
        return url.replaceAll("\\s", "%20");
      }
    }
    return url;
  }

  private static @Nullable String withoutOptions(String address) {
    int options = address.indexOf('?');
    String plain = (options < 0 ? address : address.substring(0, options)).strip();
    return plain.isEmpty() ? null : inOneWord(plain);
  }

  /** Where the label is the address already, it isn't said twice. */
  private void endLink() {
    if (link == null) {
      return;
    }
    String url = link;
    link = null;
    if (lines.length() == linkBegin) {
      lines.write("<" + url + ">");
    } else if (!lines.saysOnly(url, linkBegin) && !lines.saysOnly(bare(url), linkBegin)) {
      lines.append(" <" + url + ">");
    }
  }

  private static String bare(String url) {
    String address = url.substring(url.indexOf("://") < 0 ? 0 : url.indexOf("://") + 3);
    return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
  }

  // attributes come in turns: name, value; the list may be a linked one, and long

  private static @Nullable String attribute(List<String> attributes, String name) {
    for (Iterator<String> each = attributes.iterator(); each.hasNext(); ) {
      String found = each.next();
      String value = each.hasNext() ? each.next() : null;
      if (found.equals(name)) {
        return value;
      }
    }
    return null;
  }

  /** What a mail shows in the list of messages alone, say. */
  private static boolean isHidden(List<String> attributes) {
    if (attributes.isEmpty()) {
      return false;
    }
    String style = attribute(attributes, "style");
    return (style != null && hasNoDisplay(style)) || attribute(attributes, "hidden") != null;
  }

  private static boolean hasNoDisplay(String style) {
    for (int at = style.indexOf(':'); at >= 0; at = style.indexOf(':', at + 1)) {
      if (at >= 7 && style.regionMatches(true, at - 7, "display", 0, 7)) {
        int value = at + 1;
        while (value < style.length() && style.charAt(value) == ' ') {
          value++;
        }
        return style.regionMatches(true, value, "none", 0, 4);
      }
    }
    return false;
  }
}
