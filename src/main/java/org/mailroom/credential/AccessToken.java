package org.mailroom.credential;

import java.time.Duration;
import java.time.Instant;

/**
 * A bearer token, opaque to us, when it was issued, when it is to be replaced, and when it ends.
 */
record AccessToken(String value, Instant issued, Instant renewAt, Instant expires) {

  private static final Duration EARLY = Duration.ofMinutes(5);

  /**
   * A token is renewed five minutes before its end, a short-lived one when nine tenths of its life
   * are over.
   */
  static AccessToken of(String value, Instant issued, Instant expires) {
    Duration life = Duration.between(issued, expires);
    Duration early = life.dividedBy(10).compareTo(EARLY) < 0 ? life.dividedBy(10) : EARLY;
    return new AccessToken(value, issued, expires.minus(early), expires);
  }

  /** The same token, of which it is known that there is no other one before that. */
  AccessToken renewedAgainAt(Instant time) {
    return new AccessToken(value, issued, time.isAfter(renewAt) ? time : renewAt, expires);
  }

  boolean isFresh(Instant now) {
    return now.isBefore(renewAt);
  }

  boolean isOlderThan(Duration age, Instant now) {
    return !now.isBefore(issued.plus(age));
  }

  boolean isValid(Instant now) {
    return now.isBefore(expires);
  }

  /** Never the token: this text may reach a log. */
  @Override
  public String toString() {
    return "access token until " + expires;
  }
}
