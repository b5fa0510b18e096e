package org.mailroom;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Time that a test drives: it stands still until the test lets some of it pass. */
public final class SettableClock extends Clock {

  private volatile Instant now = Instant.parse("2026-03-01T00:00:00Z");

  public void pass(Duration time) {
    now = now.plus(time);
  }

  public void passSeconds(long seconds) {
    pass(Duration.ofSeconds(seconds));
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
