package org.mailroom.retention;

import java.util.Locale;

/** Bytes for people. */
public final class Sizes {

  private static final String[] UNITS = {"KB", "MB", "GB", "TB"};

  private Sizes() {}

  /** {@code 999 bytes}, {@code 1.5 MB}: in steps of 1000. */
  public static String inWords(long bytes) {
    if (bytes < 1000) {
      return bytes == 1 ? "1 byte" : bytes + " bytes";
    }
    double size = bytes / 1000.0;
    int unit = 0;
    while (size >= 999.95 && unit < UNITS.length - 1) {
      size /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
  }
}
