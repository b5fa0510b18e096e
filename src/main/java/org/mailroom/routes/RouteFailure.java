package org.mailroom.routes;

import org.jspecify.annotations.Nullable;

/**
 * Where a route failed, and why.
 *
 * @param file as people are told of it: {@code routes/site/rules.camel.yaml}
 * @param step the innermost step that failed
 * @param reason the cause in one line
 * @param isEngines the route is one of Mailroom's own, as that of a packaged destination is
 */
public record RouteFailure(
    String file, String route, String step, @Nullable String reason, boolean isEngines) {

  /** {@code route rules (routes/site/rules.camel.yaml), step skip-newsletters: the reason}. */
  public String inWords() {
    return "route " + route + " (" + file + "), step " + step + ": " + reason;
  }
}
