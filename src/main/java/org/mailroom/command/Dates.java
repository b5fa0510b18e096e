package org.mailroom.command;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Dates as people write them on a command line: a day or a time of this machine's time zone, or a
 * time with its own.
 */
final class Dates {

  private Dates() {}

  /**
   * @param option that it was given for
   * @throws CommandLine.ParameterException when it is none
   */
  static Instant of(CommandSpec command, String option, String text) {
    try {
      return text.contains("T")
          ? time(text)
          : LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException notADate) {
      throw new CommandLine.ParameterException(
          command.commandLine(),
          "Invalid value for option '"
              + option
              + "': '"
              + text
              + "' is no date. Write 2026-01-31, 2026-01-31T08:00 or 2026-01-31T08:00:00Z.");
    }
  }

  private static Instant time(String text) {
    return text.matches(".*(Z|[+-]\\d\\d:\\d\\d)$")
        ? OffsetDateTime.parse(text).toInstant()
        : LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
  }
}
