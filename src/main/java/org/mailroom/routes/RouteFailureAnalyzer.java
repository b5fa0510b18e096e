package org.mailroom.routes;

import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Causes;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.env.Environment;

/** Says in a sentence which route file keeps Mailroom from starting, and what to do. */
final class RouteFailureAnalyzer implements FailureAnalyzer {

  private static final String ACTION =
      "Correct the file in mailroom.routes, or take it out: where Mailroom has one of that name,"
          + " its own holds then.";

  private final Environment environment;

  RouteFailureAnalyzer(Environment environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    Throwable ofCamel = null;
    for (Throwable cause : Causes.of(failure).toList()) {
      if (cause instanceof RouteFileException file) {
        return new FailureAnalysis(
            "A route file can't be taken. " + file.getMessage(), ACTION, cause);
      }
      String route = route(cause);
      if (route != null) {
        return new FailureAnalysis(
            "A route can't be started. " + file(route) + RouteProblem.inRoute(route, cause),
            ACTION,
            cause);
      }
      ofCamel =
          ofCamel == null
                  && cause.getClass().getName().startsWith("org.apache.camel.")
                  && cause.getMessage() != null
              ? cause
              : ofCamel;
    }
    return ofCamel == null
        ? null
        : new FailureAnalysis(
            "A route can't be loaded: " + RouteProblem.inWords(ofCamel), ACTION, ofCamel);
  }

  private static @Nullable String route(Throwable cause) {
    return cause instanceof FailedToCreateRouteException create
        ? create.getRouteId()
        : cause instanceof FailedToStartRouteException start ? start.getRouteId() : null;
  }

  /** Read anew: the context that knew it is closed by now. */
  private String file(String route) {
    Pattern id = Pattern.compile("(?m)\\bid\\s*[:=]\\s*[\"']?" + Pattern.quote(route) + "[\"'\\s]");
    return new RouteFolder(
            environment.getProperty("mailroom.routes", "file:routes"), RouteFolder.PACKAGED)
        .read().values().stream()
            .filter(file -> id.matcher(file.text()).find())
            .findFirst()
            .map(file -> file.shown() + ": ")
            .orElse("");
  }
}
