package org.mailroom.delivery;

/**
 * Thrown by a route of the site's: the destination wants this message, but not yet. It is delivered
 * again after the header {@code Retry-After}, in seconds or as an HTTP date, else after {@code
 * retry.backoff}; no attempt is counted, and other messages go on.
 */
public final class LaterException extends RuntimeException {

  public LaterException(String message) {
    super(message);
  }
}
