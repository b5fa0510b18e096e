package org.mailroom.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The service's clock, which may be wrong against this machine's. */
final class DemoClock extends Clock {

  /** Three-letter names and two digits of the day, as RFC 9110 wants them. */
  static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private volatile Duration offset = Duration.ZERO;

  void offset(Duration ahead) {
    offset = ahead;
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(offset);
  }

  /** The time as HTTP's headers have it. */
  String httpDate(Duration later) {
    return HTTP_DATE.format(instant().plus(later));
  }

  /** The time of an HTTP date on the service's clock. */
  Duration until(String httpDate) {
    return Duration.between(
        instant(), ZonedDateTime.parse(httpDate, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("the service's time is UTC");
  }
}
