package org.mailroom.bench;

import java.util.Locale;

/**
 * A line of the table.
 *
 * @param figure measured, with its unit
 * @param baseline what it is compared with, with its unit; or what it is a share of
 * @param ratio of the two; or the figure itself where there is no baseline
 * @param toReach in words
 * @param reached whether it is as good as that
 */
record Figure(
    String what, String figure, String baseline, String ratio, String toReach, boolean reached) {

  static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  static Figure atMost(String what, double value, String unit, double most) {
    return new Figure(
        what,
        text("%.3f %s", value, unit),
        "",
        text("%.3f", value),
        text("at most %.3f", most),
        value <= most);
  }

  static Figure atLeast(
      String what, String unit, double value, double baseline, String of, double least) {
    double ratio = value / baseline;
    return new Figure(
        what,
        text("%.1f %s", value, unit),
        text("%.1f %s", baseline, of),
        text("%.3f", ratio),
        text("at least %.2f", least),
        ratio >= least);
  }
}
