package org.mailroom.routes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.util.StringHelper;
import org.apache.camel.util.URISupport;
import org.mailroom.settings.Causes;
import org.mailroom.settings.Printable;
import org.mailroom.settings.SettingsRejectedException;

/**
 * What is wrong with a route, out of a chain of exceptions that each tell a part; and what to do,
 * where that is known.
 */
public final class RouteProblem {

  private static final Pattern MISSING =
      Pattern.compile(
          "(?:No component found with scheme: |No endpoint could be found for: )([\\w.+-]+)|No"
              + " language could be found for: ([\\w.+-]+)|[Dd]ata ?format '([\\w.+-]+)' could not"
              + " be created");

  /**
   * Artifacts by kind and name, {@code component.cql}, where it isn't {@code camel-} and the name:
   * out of Camel's catalog.
   */
  private static final Properties ARTIFACTS = artifacts();

  private static final Pattern SPRING_SQL =
      Pattern.compile("StatementCallback; |SQL \\[|; SQL statement:");

  private RouteProblem() {}

  /**
   * Returns the messages of the chain in one line, each once, outermost first; of a missing
   * component only that it is missing, and how to add it.
   */
  public static String inWords(Throwable failure) {
    Set<String> parts = new LinkedHashSet<>();
    for (Throwable cause : Causes.of(failure).toList()) {
      String message =
          cause instanceof HttpOperationFailedException http
              ? HttpAnswer.inWords(http)
              : cause.getMessage();
      if (cause instanceof SettingsRejectedException) {
        return String.valueOf(message);
      }
      if (message != null) {
        String line =
            message
                .lines()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .reduce((a, b) -> a + " " + b)
                .orElse("");
        line =
            cause instanceof SQLException || SPRING_SQL.matcher(line).find()
                ? Causes.inShort(line)
                : line;
        Matcher missing = MISSING.matcher(line);
        if (missing.find()) {
          return missing(missing);
        }
        String told = line;
        if (!told.isEmpty() && parts.stream().noneMatch(part -> part.contains(told))) {
          parts.removeIf(told::contains);
          parts.add(told);
        }
      }
    }
    return parts.isEmpty()
        ? Causes.inShort(failure)
        : URISupport.sanitizeUri(Printable.line(String.join(": ", parts)));
  }

  /** The same, with the route, which Camel doesn't always name. */
  static String inRoute(String route, Throwable failure) {
    String words = inWords(failure);
    return words.contains(route) ? words : "route " + route + ": " + words;
  }

  /** That a component isn't there, and what to do. */
  public static String missingComponent(String scheme) {
    return missing("component", scheme);
  }

  private static String missing(Matcher missing) {
    return missing.group(1) != null
        ? missing("component", missing.group(1))
        : missing.group(2) != null
            ? missing("language", missing.group(2))
            : missing("data format", missing.group(3));
  }

  private static String missing(String kind, String name) {
    return "the "
        + kind
        + " "
        + name
        + " isn't in the jar: put "
        + artifact(kind, name)
        + " in version "
        + CamelContext.class.getPackage().getImplementationVersion()
        + ", and what it needs, into lib/, and start Mailroom anew";
  }

  /** What brings it: the name of a Maven artifact of {@code org.apache.camel}. */
  static String artifact(String kind, String name) {
    String key = kind.replace(" ", "") + ".";
    return ARTIFACTS.getProperty(
        key + name,
        ARTIFACTS.getProperty(key + StringHelper.dashToCamelCase(name), "camel-" + name));
  }

  private static Properties artifacts() {
    Properties artifacts = new Properties();
    try (InputStream in = RouteProblem.class.getResourceAsStream("artifacts.properties")) {
      artifacts.load(in);
      return artifacts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
