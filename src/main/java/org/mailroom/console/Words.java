package org.mailroom.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.mailroom.settings.Printable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** How the pages say times, sizes and what a mail says. Templates call it {@code @words}. */
@Component("words")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public final class Words {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH);
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
  private static final DateTimeFormatter ZONE = DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH);
  private static final Pattern INSTANT =
      Pattern.compile("\\b\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
  private static final Pattern BEGINS_SMALL = Pattern.compile("^[a-z]+(?=[ :])");

  private final Clock clock;
  private final ZoneId zone = ZoneId.systemDefault();

  Words(Clock clock) {
    this.clock = clock;
  }

  /** As short as it is clear: today's times without the day. */
  public String time(Instant time) {
    if (time == null) {
      return "";
    }
    ZonedDateTime here = time.atZone(zone);
    LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
    return here.toLocalDate().equals(today)
        ? TIME.format(here)
        : here.getYear() == today.getYear()
            ? DAY_AND_TIME.format(here)
            : DATE_AND_TIME.format(here).substring(0, 10);
  }

  /** Whole, with the time zone. */
  public String full(Instant time) {
    return time == null
        ? ""
        : DATE_AND_TIME.format(time.atZone(zone)) + " " + ZONE.format(time.atZone(zone));
  }

  /** The day alone. */
  public String day(Instant time) {
    return time == null ? "" : LocalDate.ofInstant(time, zone).toString();
  }

  /**
   * What log and health say, as a sentence of a page: it begins large, and its times are told like
   * all others here.
   */
  public String sentence(String told) {
    if (told == null) {
      return "";
    }
    String here = INSTANT.matcher(told).replaceAll(instant -> time(Instant.parse(instant.group())));
    return BEGINS_SMALL
        .matcher(here)
        .replaceFirst(
            word ->
                word.group().substring(0, 1).toUpperCase(Locale.ROOT) + word.group().substring(1));
  }

  public String ago(Instant time) {
    if (time == null) {
      return "never";
    }
    Duration since = Duration.between(time, clock.instant());
    return since.isNegative() || since.toSeconds() < 2
        ? "just now"
        : took(since.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)) + " ago";
  }

  /** How long, to two figures or so. */
  public String took(Duration duration) {
    if (duration == null) {
      return "";
    }
    long seconds = duration.toSeconds();
    if (seconds < 1) {
      return duration.toMillis() + " ms";
    }
    if (seconds < 10 && duration.toMillisPart() != 0) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
    return seconds < 90
        ? seconds + " s"
        : seconds < 5400
            ? (seconds + 30) / 60 + " min"
            : seconds < 172_800 ? (seconds + 1800) / 3600 + " h" : seconds / 86_400 + " days";
  }

  public String millis(long milliseconds) {
    return took(Duration.ofMillis(milliseconds));
  }

  public String size(Long bytes) {
    if (bytes == null) {
      return "";
    }
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    String[] units = {"kB", "MB", "GB", "TB"};
    int unit = -1;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }

  public String number(long count) {
    return String.format(Locale.ROOT, "%,d", count).replace(',', '\u202F');
  }

  /** An address in parts between which it may break: behind its signs, never within a word. */
  public List<String> parts(String address) {
    return address == null ? List.of() : List.of(address.split("(?<=[@._/-])"));
  }

  /** Name and address, once where they are the same. */
  public String person(String name, String address) {
    boolean named = name != null && !name.isBlank() && !name.equalsIgnoreCase(address);
    return !named
        ? mail(address)
        : mail(name) + (address == null ? "" : " <" + mail(address) + ">");
  }

  /** What sent a message, where that wasn't a person. */
  public String automatic(String autoSubmitted) {
    return switch (autoSubmitted) {
      case "auto-generated" -> "sent by a program";
      case "auto-replied" -> "automatic reply";
      case "bounce" -> "delivery report";
      case "bulk" -> "sent to many";
      default -> mail(autoSubmitted);
    };
  }

  /** The day of something that lasts whole days, which has no time zone. */
  public String utcDay(Instant time) {
    return time == null ? "" : LocalDate.ofInstant(time, ZoneOffset.UTC).toString();
  }

  /** What became of a delivery. */
  public String delivery(String status) {
    return switch (status) {
      case "DELIVERED" -> "delivered";
      case "PENDING" -> "waits";
      case "FAILED" -> "failed";
      default -> "discarded";
    };
  }

  /** Its colour. */
  public String tone(String status) {
    return switch (status) {
      case "DELIVERED" -> "good";
      case "PENDING" -> "warn";
      case "FAILED" -> "bad";
      default -> "rest";
    };
  }

  /** A destination's name; what the ledger holds in the place of one is told in words. */
  public String destination(String name) {
    return name.equals("(confirm)")
        ? "confirmation"
        : name.equals("(left)") ? "left as it is by the rules" : name;
  }

  public String destinations(java.util.Collection<String> names) {
    return names.stream().map(this::destination).collect(java.util.stream.Collectors.joining(", "));
  }

  /** A cause behind a colon: {@link #sentence} without its large letter. */
  public String cause(String told) {
    return told == null || told.equals("null")
        ? "no reason is known."
        : INSTANT.matcher(told).replaceAll(instant -> time(Instant.parse(instant.group())));
  }

  /** What a mail says, without what could turn, hide or break the text around it. */
  public String mail(String text) {
    return harmless(text);
  }

  static String harmless(String text) {
    return text == null ? "" : Printable.visible(text);
  }
}
