package org.mailroom.settings;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Nobody takes what is sent to an endpoint that one of Mailroom's own routes begins with. The
 * message says which endpoint, and what to do.
 */
public final class RouteNotRunningException extends RuntimeException {

  /** What Camel says, with the endpoint. */
  private static final Pattern NOBODY_THERE =
      Pattern.compile("No consumers available on endpoint: (\\w+):/{0,2}([\\w.-]*\\w)");

  /**
   * @param endpoint as it stands in a route, such as {@code direct:ask-graph}
   * @param waited how long was waited for one, in words; or an empty text
   */
  public RouteNotRunningException(String endpoint, String waited) {
    this(endpoint, waited, null);
  }

  private RouteNotRunningException(String endpoint, String waited, @Nullable Throwable cause) {
    super(
        "no route that runs begins with "
            + endpoint
            + waited
            + ": it is stopped, doesn't start by itself (autoStartup), or a route file of the site"
            + " leaves it out. Start it in the console or over JMX, or mend the file in"
            + " mailroom.routes (mailroom init writes the packaged ones), and start Mailroom anew.",
        cause);
  }

  /** What a failure is due to, where nobody took what was sent to an endpoint. */
  public static Optional<RouteNotRunningException> of(Throwable failure) {
    return Causes.of(failure)
        .filter(cause -> cause.getMessage() != null)
        .map(cause -> NOBODY_THERE.matcher(cause.getMessage()))
        .filter(Matcher::find)
        .findFirst()
        .map(
            found ->
                new RouteNotRunningException(found.group(1) + ":" + found.group(2), "", failure));
  }
}
