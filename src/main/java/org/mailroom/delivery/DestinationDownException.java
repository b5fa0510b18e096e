package org.mailroom.delivery;

/**
 * Thrown by a route of the site's: the destination takes nothing now. All its deliveries wait, no
 * attempt is counted, and it is tried again by itself, after the header {@code Retry-After} where
 * there is one.
 */
public final class DestinationDownException extends RuntimeException {

  public DestinationDownException(String message) {
    super(message);
  }
}
