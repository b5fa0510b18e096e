package org.mailroom.console;

import java.time.LocalDate;
import java.util.Map;

/**
 * Figures of the last days as small bars, within a height of 24. They are two paths and not an
 * element each: a page has many of them.
 *
 * @param some bars of days with messages, as an SVG path
 * @param none lines in place of bars on the other days, as an SVG path
 * @param words the same, for those who don't see it
 */
record Sparkline(String some, String none, String words) {

  private static final int HEIGHT = 24;
  private static final int STEP = 8;
  private static final int WIDTH = 6;

  /**
   * @param scale what the full height stands for: the same for all that are shown together
   */
  static Sparkline of(Map<LocalDate, Long> counts, LocalDate today, int days, long scale) {
    long most = most(counts);
    long sum = 0;
    StringBuilder some = new StringBuilder();
    StringBuilder none = new StringBuilder();
    for (int day = 0; day < days; day++) {
      long count = counts.getOrDefault(today.minusDays(days - 1L - day), 0L);
      sum += count;
      int height =
          count == 0
              ? 1
              : Math.max(2, (int) (Math.min(count, scale) * HEIGHT / Math.max(1, scale)));
      (count == 0 ? none : some)
          .append('M')
          .append(day * STEP)
          .append(' ')
          .append(HEIGHT)
          .append('v')
          .append(-height)
          .append('h')
          .append(WIDTH)
          .append('v')
          .append(height)
          .append('z');
    }
    return new Sparkline(
        some.toString(),
        none.toString(),
        sum + " messages in " + days + " days, at most " + most + " a day");
  }

  /** Of any day. */
  static long most(Map<LocalDate, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }
}
