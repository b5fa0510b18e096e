package org.mailroom.graph;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Times as Graph writes them: Edm.DateTimeOffset, nearly always {@code 2026-01-05T08:00:03Z}. Each
 * message brings two, and the general parser took a sixteenth of an import's processor time; so the
 * form without fractions, in UTC, is read by its digits, and any other by the general parser.
 * Stateless; any thread may call it.
 */
public final class GraphTime {

  private static final int LENGTH_WITHOUT_FRACTIONS = 20;
  private static final int SECONDS_OF_A_DAY = 86_400;

  /**
   * The time that the text names.
   *
   * @param dateTime null when there was none
   * @return null when the text is null or no time
   */
  public static @Nullable Instant of(@Nullable String dateTime) {
    if (dateTime == null) {
      return null;
    }
    try {
      return isPlain(dateTime) ? plain(dateTime) : OffsetDateTime.parse(dateTime).toInstant();
    } catch (DateTimeException notATime) {
      return null;
    }
  }

  private static boolean isPlain(String text) {
    if (text.length() != LENGTH_WITHOUT_FRACTIONS) {
      return false;
    }
    for (int i = 0; i < LENGTH_WITHOUT_FRACTIONS; i++) {
      char expected = "0000-00-00T00:00:00Z".charAt(i);
      char is = text.charAt(i);
      if (expected == '0' ? is < '0' || is > '9' : is != expected) {
        return false;
      }
    }
    return true;
  }

  private static Instant plain(String text) {
    int hour = number(text, 11);
    int minute = number(text, 14);
    int second = number(text, 17);
    if (hour > 23 || minute > 59 || second > 59) {
      throw new DateTimeException("no time of a day");
    }
    LocalDate date =
        LocalDate.of(number(text, 0) * 100 + number(text, 2), number(text, 5), number(text, 8));
    return Instant.ofEpochSecond(
        date.toEpochDay() * SECONDS_OF_A_DAY + hour * 3600L + minute * 60L + second);
  }

  private static int number(String text, int at) {
    return (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
  }

  private GraphTime() {}
}
