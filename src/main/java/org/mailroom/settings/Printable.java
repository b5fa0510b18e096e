package org.mailroom.settings;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text of others as a log, a terminal or a page may show it. */
public final class Printable {

  private static final Pattern BREAKS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]+");

  /** Formats are invisible, and may turn the direction of what follows. */
  private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\u2028\\u2029]");

  private Printable() {}

  /** The text in one line: line breaks and other control characters become one space. */
  public static String line(@Nullable String text) {
    return BREAKS.matcher(text).replaceAll(" ");
  }

  /**
   * Each character that isn't seen, or that changes how others are, becomes U+FFFD: whoever reads
   * it sees that something was there.
   */
  public static String visible(String text) {
    return UNSEEN.matcher(text).replaceAll("\uFFFD");
  }
}
