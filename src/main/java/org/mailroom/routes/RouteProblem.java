package org.mailroom.routes;

import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.util.URISupport;
import org.mailroom.settings.Causes;

/** What is wrong with a route, out of a chain of exceptions that each tell a part; and what to do, where that is known. */
public final class RouteProblem {

  private static final Pattern MISSING = Pattern.compile(
      "(?:No component found with scheme: |No endpoint could be found for: )([\\w.+-]+)|No language could be found for: ([\\w.+-]+)"
          + "|[Dd]ata ?format '([\\w.+-]+)' could not be created");

  private static final Pattern SPRING_SQL = Pattern.compile("StatementCallback; |SQL \\[|; SQL statement:");

  /** Schemes whose component is called otherwise. */
  private static final Map<String, String> COMPONENTS = Map.ofEntries(Map.entry("https", "http"), Map.entry("imap", "mail"),
      Map.entry("imaps", "mail"), Map.entry("pop3", "mail"), Map.entry("smtp", "mail"), Map.entry("smtps", "mail"), Map.entry("ftps", "ftp"), Map.entry("sftp", "ftp"),
      Map.entry("ws", "vertx-websocket"), Map.entry("cql", "cassandraql"));

  private RouteProblem() {}

  /** Returns the messages of the chain in one line, each once, outermost first; of a missing component only that it is missing, and how to add it. */
  public static String inWords(Throwable failure) {
    Set<String> parts = new LinkedHashSet<>();
    for (Throwable cause = failure; cause != null && cause.getCause() != cause; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null) {
        String line = message.lines().map(String::strip).filter(text -> !text.isEmpty()).reduce((a, b) -> a + " " + b).orElse("");
        line = cause instanceof SQLException || SPRING_SQL.matcher(line).find() ? Causes.inShort(line) : line;
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
    return parts.isEmpty() ? Causes.inShort(failure) : URISupport.sanitizeUri(String.join(": ", parts).replaceAll("\\p{Cntrl}", " "));
  }

  /** The same, with the route, which Camel doesn't always name. */
  static String inRoute(String route, Throwable failure) {
    String words = inWords(failure);
    return words.contains(route) ? words : "route " + route + ": " + words;
  }

  private static String missing(Matcher missing) {
    String kind = missing.group(1) != null ? "component" : missing.group(2) != null ? "language" : "data format";
    String name = missing.group(1) != null ? missing.group(1) : missing.group(2) != null ? missing.group(2) : missing.group(3);
    return "the " + kind + " " + name + " isn't in the jar: put camel-" + COMPONENTS.getOrDefault(name, name) + " in version "
        + CamelContext.class.getPackage().getImplementationVersion() + ", and what it needs, into lib/, and start Mailroom anew";
  }
}
