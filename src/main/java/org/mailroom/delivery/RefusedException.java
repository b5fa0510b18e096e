package org.mailroom.delivery;

/**
 * Thrown by a route of the site's: the destination doesn't want this message. An attempt is
 * counted; other messages go on.
 */
public final class RefusedException extends RuntimeException {

  public RefusedException(String message) {
    super(message);
  }
}
