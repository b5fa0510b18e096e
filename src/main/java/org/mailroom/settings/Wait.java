package org.mailroom.settings;

import java.time.Duration;
import java.time.Instant;

/**
 * A wait from one moment until another, by a clock that may be set. A clock that was wrong when the
 * wait began, and was set back since, doesn't make it last: it is over then.
 *
 * @param begun when it began
 * @param until when it is over
 */
public record Wait(Instant begun, Instant until) {

  /** One that is over. */
  public static final Wait NONE = new Wait(Instant.MIN, Instant.MIN);

  /** One of that length, from now on. */
  public static Wait of(Duration length, Instant now) {
    return new Wait(now, now.plus(length));
  }

  /** Whether it is over by what the clock says now. */
  public boolean isOver(Instant now) {
    return !now.isBefore(until) || now.isBefore(begun);
  }
}
