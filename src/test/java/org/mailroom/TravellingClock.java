package org.mailroom;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/** A clock that goes on by itself and that a test moves on besides. */
final class TravellingClock extends Clock {

  /** Mailroom by such a clock; no configuration that a scan of the packages would find. */
  @Import(MailroomApplication.class)
  static class Application {

    @Bean
    @Primary
    TravellingClock travellingClock() {
      return new TravellingClock();
    }
  }

  private volatile Duration ahead = Duration.ZERO;

  synchronized void travel(Duration later) {
    ahead = ahead.plus(later);
  }

  /** How far it is ahead of the machine's. */
  Duration ahead() {
    return ahead;
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("times are UTC");
  }
}
