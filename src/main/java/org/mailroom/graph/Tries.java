package org.mailroom.graph;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How often a request was sent and failed: the one place that counts. It belongs to the request and
 * not to the Camel message, whose headers an answer replaces. Not safe for use by several threads
 * at once; a request is sent by one at a time.
 */
public final class Tries {

  private int failed;
  private int throttled;
  private int unauthorized;
  private boolean tokenStays;
  private @Nullable Instant first;
  private @Nullable Exception last;

  /** A try begins. */
  void begin(Instant now) {
    first = first == null ? now : first;
  }

  /** A try failed, by this refusal or without an answer. */
  void failed(Exception why) {
    last = why;
    if (why instanceof GraphException refusal && refusal.isThrottled()) {
      throttled++;
    } else if (why instanceof GraphException refusal && refusal.isUnauthorized()) {
      unauthorized++;
    } else {
      failed++;
    }
  }

  /** The token was refused, and there will be no other one for this mailbox. */
  void tokenStays() {
    tokenStays = true;
  }

  /** Tries that failed for another reason than throttling and a refused token. */
  public int failed() {
    return failed;
  }

  /** Tries that were answered 429. */
  public int throttled() {
    return throttled;
  }

  /** Tries whose token was refused. */
  public int unauthorized() {
    return unauthorized;
  }

  /** Another token can be had after one was refused. */
  boolean isAnotherTokenToBeHad() {
    return !tokenStays;
  }

  /** When it was first sent; null before. */
  public @Nullable Instant first() {
    return first;
  }

  /** What the last try failed with; null before. */
  @Nullable Exception last() {
    return last;
  }

  /** This is what the last try failed with, and not what somebody else did. */
  boolean isLast(Exception failure) {
    return failure != null && failure == last;
  }
}
