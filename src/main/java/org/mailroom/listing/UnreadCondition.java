package org.mailroom.listing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Takes the demand that a message is unread out of an OData filter, so that it matches read
 * messages as it does unread ones. What stands on the other side of an {@code or} goes with it, for
 * then everything matches.
 */
final class UnreadCondition {

  private static final String EVERYTHING = "";
  private static final Pattern OF_READ_FLAG = Pattern.compile("(?i)\\bisRead\\b");
  private static final Pattern UNREAD = Pattern.compile("(?i)isRead\\s+(eq\\s+false|ne\\s+true)");
  private static final Pattern READ = Pattern.compile("(?i)isRead\\s+(eq\\s+true|ne\\s+false)");

  private final String filter;

  private UnreadCondition(String filter) {
    this.filter = filter;
  }

  /**
   * Returns the filter without it; empty where it matches everything then.
   *
   * @throws UnclearFilterException when it can't be told what the filter says of the read flag
   */
  static String leftOut(String filter) {
    return new UnreadCondition(filter).without(filter.strip());
  }

  private String without(String condition) {
    if (!OF_READ_FLAG.matcher(masked(condition)).find()) {
      return condition;
    }
    List<String> alternatives = sides(condition, "or");
    if (alternatives.size() > 1) {
      List<String> left = alternatives.stream().map(this::without).toList();
      return left.contains(EVERYTHING) ? EVERYTHING : String.join(" or ", left);
    }
    List<String> demands = sides(condition, "and");
    if (demands.size() > 1) {
      return String.join(
          " and ",
          demands.stream().map(this::without).filter(demand -> !demand.isEmpty()).toList());
    }
    if (isInParentheses(condition)) {
      String inside = without(condition.substring(1, condition.length() - 1).strip());
      return inside.isEmpty() ? EVERYTHING : "(" + inside + ")";
    }
    if (UNREAD.matcher(condition).matches()) {
      return EVERYTHING;
    }
    if (READ.matcher(condition).matches()) {
      return condition;
    }
    throw new UnclearFilterException(filter);
  }

  /** What this word joins, outside of texts and parentheses. */
  private List<String> sides(String condition, String word) {
    String masked = masked(condition).toLowerCase(Locale.ROOT);
    List<String> sides = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int at = 0; at < masked.length(); at++) {
      depth += depthOf(masked.charAt(at));
      if (depth < 0) {
        throw new UnclearFilterException(filter);
      }
      if (depth == 0 && isWord(masked, word, at)) {
        sides.add(condition.substring(from, at).strip());
        from = at + word.length();
      }
    }
    sides.add(condition.substring(from).strip());
    if (depth != 0 || sides.contains("")) {
      throw new UnclearFilterException(filter);
    }
    return sides;
  }

  private static boolean isWord(String masked, String word, int at) {
    int end = at + word.length();
    return masked.startsWith(word, at)
        && (at == 0 || !isPartOfAName(masked.charAt(at - 1)))
        && (end == masked.length() || !isPartOfAName(masked.charAt(end)));
  }

  private static boolean isPartOfAName(char c) {
    return Character.isLetterOrDigit(c) || "_/.:@$".indexOf(c) >= 0;
  }

  private static boolean isInParentheses(String condition) {
    String masked = masked(condition);
    int depth = 0;
    for (int at = 0; at < masked.length() - 1; at++) {
      depth += depthOf(masked.charAt(at));
      if (depth == 0) {
        return false;
      }
    }
    return masked.startsWith("(") && masked.endsWith(")");
  }

  private static int depthOf(char c) {
    return c == '(' ? 1 : c == ')' ? -1 : 0;
  }

  /** The same with nothing in its texts; a quote within one is written twice. */
  private static String masked(String condition) {
    StringBuilder masked = new StringBuilder(condition);
    boolean text = false;
    for (int at = 0; at < masked.length(); at++) {
      if (masked.charAt(at) == '\'') {
        text = !text;
      } else if (text) {
        masked.setCharAt(at, ' ');
      }
    }
    return masked.toString();
  }
}
