package org.mailroom.routes;

/** A failure in a route of the site's, in a sentence that says where it happened. */
public final class RouteFailureException extends RuntimeException {

  RouteFailureException(RouteFailure place, Exception cause) {
    super(place.inWords().replaceFirst("[.\\s]+$", "") + ".", cause);
  }
}
