package org.mailroom.routes;

import org.jspecify.annotations.Nullable;

/** A route file can't be taken. The message says which, where in it, why, and what to do. */
final class RouteFileException extends RuntimeException {

  private final transient RouteFile file;
  private final @Nullable String reason;

  RouteFileException(RouteFile file, String reason) {
    this(file, reason, null);
  }

  private RouteFileException(RouteFile file, @Nullable String reason, @Nullable Exception cause) {
    super(file.shown() + ": " + reason, cause);
    this.file = file;
    this.reason = reason;
  }

  static RouteFileException of(RouteFile file, Exception cause) {
    return cause instanceof RouteFileException already
        ? already
        : new RouteFileException(file, RouteProblem.inWords(cause), cause);
  }

  static RouteFileException of(RouteFile file, String route, Exception cause) {
    return new RouteFileException(file, RouteProblem.inRoute(route, cause), cause);
  }

  /** Whose fault it is. */
  RouteFile file() {
    return file;
  }

  /** The message without the file. */
  @Nullable String reason() {
    return reason;
  }
}
