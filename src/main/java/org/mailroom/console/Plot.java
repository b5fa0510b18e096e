package org.mailroom.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Figures over time as bars with an axis, drawn within 1000 by 100. Bars and lines are a path each;
 * the labels are text of the page, so that they keep their size on every screen.
 *
 * @param bars as an SVG path
 * @param most the top of the axis: a round figure
 * @param labels of the time axis, evenly spaced from its beginning to its end
 * @param words the same, for those who don't see it
 */
record Plot(String title, String bars, long most, List<String> labels, long sum, String words) {

  private static final int WIDTH = 1000;
  private static final int HEIGHT = 100;

  /**
   * @param counts oldest first
   * @param labels as many as are to be shown, oldest first
   * @param each what a bar is, such as minute
   */
  static Plot of(String title, List<Long> counts, List<String> labels, String each, String period) {
    long highest = counts.stream().mapToLong(Long::longValue).max().orElse(0);
    long sum = counts.stream().mapToLong(Long::longValue).sum();
    long most = round(highest);
    double step = (double) WIDTH / counts.size();
    double width = Math.max(1, step * 0.78);
    StringBuilder bars = new StringBuilder();
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i) > 0) {
        double height = Math.max(1.5, (double) counts.get(i) * HEIGHT / most);
        bars.append('M')
            .append(number(i * step + (step - width) / 2))
            .append(' ')
            .append(HEIGHT)
            .append('v')
            .append(number(-height))
            .append('h')
            .append(number(width))
            .append('v')
            .append(number(height))
            .append('z');
      }
    }
    return new Plot(
        title,
        bars.toString(),
        most,
        List.copyOf(labels),
        sum,
        sum
            + (sum == 1 ? " message" : " messages")
            + " imported in "
            + period
            + ", at most "
            + highest
            + " in "
            + each);
  }

  private static String number(double value) {
    return String.valueOf(Math.round(value * 10) / 10.0);
  }

  /** The next of 4, 10, 20, 40, 100 and so on, so that its half is whole, too. */
  static long round(long highest) {
    long unit = 1;
    while (true) {
      for (long step : new long[] {2, 4, 10}) {
        if (step * unit >= Math.max(4, highest)) {
          return step * unit;
        }
      }
      unit *= 10;
    }
  }

  /** So many of a list, evenly spaced, the first and the last among them. */
  static List<String> evenly(List<String> all, int wanted) {
    List<String> some = new ArrayList<>();
    for (int i = 0; i < wanted; i++) {
      some.add(all.get((int) Math.round(i * (all.size() - 1) / (wanted - 1.0))));
    }
    return some;
  }
}
