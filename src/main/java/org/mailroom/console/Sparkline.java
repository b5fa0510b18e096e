package org.mailroom.console;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Figures of the last days as small bars.
 *
 * @param words the same, for those who don't see it
 */
record Sparkline(List<Bar> bars, String words) {

  /** One day, within a height of 24. */
  record Bar(int x, int y, int height, String kind) {}

  private static final int HEIGHT = 24;
  private static final int STEP = 8;

  static Sparkline of(Map<LocalDate, Long> counts, LocalDate today, int days) {
    long most = Math.max(1, counts.values().stream().mapToLong(Long::longValue).max().orElse(1));
    long sum = 0;
    List<Bar> bars = new ArrayList<>();
    for (int day = 0; day < days; day++) {
      long count = counts.getOrDefault(today.minusDays(days - 1L - day), 0L);
      sum += count;
      int height = count == 0 ? 1 : Math.max(2, (int) (count * HEIGHT / most));
      bars.add(new Bar(day * STEP, HEIGHT - height, height, count == 0 ? "none" : "some"));
    }
    return new Sparkline(bars, sum + " messages in " + days + " days, at most " + (sum == 0 ? 0 : most) + " a day");
  }
}
