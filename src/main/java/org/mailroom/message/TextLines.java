package org.mailroom.message;

/**
 * Text in the making: white space becomes one space, breaks are written when something follows
 * them, and each line begins with its marks of quotation, its indent and the sign of its list item.
 * Beyond the most characters nothing is taken any more.
 */
final class TextLines {

  private static final int DEEPEST = 12;
  private static final int MOST_BREAKS = 100;
  private static final String CUT = "\n[...]";

  private final StringBuilder text = new StringBuilder();
  private final int most;
  private int breaks;
  private char gap;
  private int quotes;
  private int indents;
  private int preformatted;
  private String item = "";
  private boolean lineBegun;
  private boolean rowBegun;
  private int lineQuotes;
  private boolean blockBegins;
  private boolean firstOfPreformatted;
  private boolean full;

  TextLines(int most) {
    this.most = most;
  }

  int length() {
    return text.length();
  }

  /** Whether what was written since then is this, but for what begins its line. */
  boolean saysOnly(String words, int since) {
    int begin = text.length() - words.length();
    if (begin < since || begin - since > 4 * DEEPEST || text.indexOf(words, begin) != begin) {
      return false;
    }
    for (int i = since; i < begin; i++) {
      if (!Character.isWhitespace(text.charAt(i))
          && text.charAt(i) != '>'
          && text.charAt(i) != '*') {
        return false;
      }
    }
    return true;
  }

  /** What follows begins a line. */
  void line() {
    breakBefore(1);
  }

  /** What follows comes after an empty line. */
  void paragraph() {
    breakBefore(2);
  }

  /** One line further; several of them leave one line empty. */
  void next() {
    blockBegins = false;
    breaks = Math.min(2, breaks + 1);
    gap = 0;
  }

  private void breakBefore(int least) {
    if (!blockBegins) {
      breaks = Math.max(breaks, least);
      gap = 0;
    }
  }

  void row() {
    line();
    rowBegun = false;
  }

  /** What follows is on the line of the cell before it, after a tab. */
  void cell() {
    if (rowBegun) {
      breaks = 0;
      gap = '\t';
    }
    blockBegins = true;
  }

  /** Rows are lines, whatever paragraphs their last cell ends with. */
  void cellEnds() {
    blockBegins = false;
    breaks = Math.min(1, breaks);
  }

  /** An item or a row is over, whether it had any text or not. */
  void blockEnds() {
    blockBegins = false;
    line();
  }

  void quoted(boolean deeper) {
    quotes = Math.max(0, quotes + (deeper ? 1 : -1));
  }

  void indented(boolean deeper) {
    indents = Math.max(0, indents + (deeper ? 1 : -1));
  }

  void preformatted(boolean begins) {
    preformatted = Math.max(0, preformatted + (begins ? 1 : -1));
    firstOfPreformatted = begins;
  }

  /** The next line is an item of a list. */
  void item(String sign) {
    line();
    item = sign;
    blockBegins = true;
  }

  void write(String words) {
    if (preformatted > 0) {
      for (int i = 0; i < words.length() && !full; i++) {
        verbatim(words.charAt(i));
      }
      return;
    }
    int length = words.length();
    int at = 0;
    while (at < length && !full) {
      char c = words.charAt(at);
      if (isSpace(c)) {
        gap = gap == 0 ? ' ' : gap;
        at++;
      } else if (isUnseen(c)) {
        at++;
      } else {
        int end = wordEnd(words, at, Math.min(length, at + most - text.length()));
        begin();
        text.append(words, at, end);
        at = end;
        full = text.length() >= most;
      }
    }
  }

  private static int wordEnd(String words, int begin, int most) {
    int end = begin + 1;
    while (end < most) {
      char c = words.charAt(end);
      if (c <= ' ' || (c >= 0x7F && (isSpace(c) || isUnseen(c)))) {
        return end;
      }
      end++;
    }
    return end;
  }

  /** Adds to the line that was written last, whatever breaks are to follow. */
  void append(String words) {
    int before = breaks;
    breaks = 0;
    write(words);
    breaks = before;
  }

  private void verbatim(char c) {
    if (c == '\n') {
      breaks += !firstOfPreformatted && lineBegun && breaks < MOST_BREAKS ? 1 : 0;
      firstOfPreformatted = false;
    } else if (c != '\r' && !isUnseen(c)) {
      gap = 0;
      firstOfPreformatted = false;
      begin();
      text.append(c == 0xA0 ? ' ' : c);
      full = text.length() >= most;
    }
  }

  private void begin() {
    if (breaks > 0 || !lineBegun) {
      if (lineBegun) {
        endLine();
        // an empty line belongs to a quotation when the lines around it do
        String empty = ">".repeat(Math.min(DEEPEST, Math.min(lineQuotes, quotes))) + "\n";
        text.append(empty.repeat(breaks - 1));
      }
      lineQuotes = quotes;
      text.append("> ".repeat(Math.min(DEEPEST, quotes)));
      int spaces =
          2 * Math.min(DEEPEST, Math.max(0, indents - 1)) + (item.isEmpty() && indents > 0 ? 2 : 0);
      text.append(" ".repeat(spaces)).append(item);
      item = "";
      lineBegun = true;
    } else if (gap != 0) {
      text.append(gap);
    }
    breaks = 0;
    gap = 0;
    rowBegun = true;
    blockBegins = false;
  }

  private void endLine() {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
      end--;
    }
    text.setLength(end);
    text.append('\n');
  }

  String end() {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    if (end > 0 && full && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    text.setLength(end);
    return full ? text.append(CUT).toString() : text.toString();
  }

  private static boolean isSpace(char c) {
    return c == ' '
        || c == '\n'
        || c == '\t'
        || c == '\r'
        || c == 0xA0
        || (c > 0xFF && Character.isSpaceChar(c));
  }

  /**
   * Control characters, and what mail uses to fill what nobody is to see: soft hyphens, joiners of
   * graphemes, zero-width spaces.
   */
  private static boolean isUnseen(char c) {
    return (c < ' ' && c != '\t')
        || c == 0x7F
        || c == 0xAD
        || c == 0x34F
        || c == 0x200B
        || c == 0x2060
        || c == 0xFEFF;
  }
}
