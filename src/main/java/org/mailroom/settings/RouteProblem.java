package org.mailroom.settings;

import java.util.LinkedHashSet;
import java.util.Set;

/** What is wrong with a route file: file, line and reason, out of a chain of exceptions that each tell a part. */
public final class RouteProblem {

  private RouteProblem() {}

  /** Returns the messages of the chain in one line, each once, outermost first. */
  public static String inWords(Throwable failure) {
    Set<String> parts = new LinkedHashSet<>();
    for (Throwable cause = failure; cause != null && cause.getCause() != cause; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null) {
        String line = message.lines().map(String::strip).filter(text -> !text.isEmpty()).reduce((a, b) -> a + " " + b).orElse("");
        if (parts.stream().noneMatch(part -> part.contains(line))) {
          parts.removeIf(line::contains);
          parts.add(line);
        }
      }
    }
    return String.join(": ", parts);
  }
}
