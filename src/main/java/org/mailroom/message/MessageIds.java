package org.mailroom.message;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The message ids of the headers {@code In-Reply-To} and {@code References} (RFC 5322), folded,
 * with comments between them, and broken as mail brings them: without brackets, with white space
 * inside, with no end. Each header is gone over once, however it is made.
 */
final class MessageIds {

  /** Of a long thread the first ids tell where it began, and the last ones what is answered. */
  static final int MOST = 200;

  private static final int FIRST_KEPT = 20;
  private static final int LONGEST_ID = 998;
  private static final int LONGEST_HEADER = 500_000;

  private final String text;
  private final int end;
  private final boolean bare;
  private final Set<String> found = new LinkedHashSet<>();
  private int at;
  private boolean open;

  /**
   * @param bare whether a word with an @ counts as an id without its brackets
   */
  private MessageIds(String text, boolean bare) {
    this.text = text;
    this.end = Math.min(text.length(), LONGEST_HEADER);
    this.bare = bare;
  }

  /** The id of the message that is answered; null when none can be read. */
  static @Nullable String inReplyTo(MailHeaders headers) {
    for (String value : headers.values("In-Reply-To")) {
      Set<String> ids = new MessageIds(value, false).read();
      if (ids.isEmpty() && value.strip().indexOf(' ') < 0) {
        // an address among words is that of a person
        ids = new MessageIds(value, true).read();
      }
      if (!ids.isEmpty()) {
        return ids.iterator().next();
      }
    }
    return null;
  }

  /** The ids of the messages before it, each once; null when none can be read. */
  static @Nullable List<String> references(MailHeaders headers) {
    Set<String> ids = new LinkedHashSet<>();
    headers.values("References").forEach(value -> ids.addAll(new MessageIds(value, true).read()));
    if (ids.isEmpty()) {
      return null;
    }
    List<String> all = List.copyOf(ids);
    if (all.size() <= MOST) {
      return all;
    }
    List<String> bounded = new ArrayList<>(all.subList(0, FIRST_KEPT));
    bounded.addAll(all.subList(all.size() - (MOST - FIRST_KEPT), all.size()));
    return List.copyOf(bounded);
  }

  private Set<String> read() {
    while (at < end) {
      char c = text.charAt(at);
      if (c == '<') {
        bracketed();
      } else if ((c == '(' || c == '"') && !open) {
        pass(c);
      } else if (isBetween(c) || isDelimiter(c)) {
        at++;
      } else {
        word();
      }
    }
    return found;
  }

  /** An id that isn't closed ends where the next one begins, or with its first word. */
  private void bracketed() {
    int begin = ++at;
    while (at < end && text.charAt(at) != '>' && text.charAt(at) != '<') {
      at++;
    }
    String inside = text.substring(begin, at);
    if (at < end && text.charAt(at) == '>') {
      at++;
      add(inside);
    } else {
      String word = inside.strip();
      int gap = 0;
      while (gap < word.length() && !isBetween(word.charAt(gap))) {
        gap++;
      }
      if (word.substring(0, gap).indexOf('@') > 0) {
        add(word.substring(0, gap));
      }
    }
  }

  /**
   * A comment, in which there may be others, or a quoted phrase. One without an end is none, and so
   * is any after it.
   */
  private void pass(char opening) {
    int depth = 0;
    for (int i = at; i < end; i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (opening == '"' ? c == '"' && i > at : c == ')' && --depth == 0) {
        at = i + 1;
        return;
      } else if (c == '(' && opening == '(') {
        depth++;
      }
    }
    open = true;
  }

  private void word() {
    int begin = at;
    while (at < end && !isBetween(text.charAt(at)) && !isDelimiter(text.charAt(at))) {
      at++;
    }
    String word = text.substring(begin, at);
    int sign = word.indexOf('@');
    if (bare && sign > 0 && sign < word.length() - 1) {
      add(word);
    }
  }

  private void add(String inside) {
    StringBuilder id = new StringBuilder(inside.length() + 2).append('<');
    for (int i = 0; i < inside.length(); i++) {
      char c = inside.charAt(i);
      if (!isBetween(c)) {
        id.append(c);
      }
    }
    if (id.length() > 1 && id.length() < LONGEST_ID) {
      found.add(id.append('>').toString());
    }
  }

  /** White space, that of folding included, and what no header may hold. */
  private static boolean isBetween(char c) {
    return c <= ' ' || c == 0x7F || Character.isWhitespace(c) || c == 0xA0;
  }

  private static boolean isDelimiter(char c) {
    return c == '<' || c == '>' || c == '(' || c == ')' || c == '"' || c == ',' || c == ';';
  }
}
