package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of OData's {@code $filter} that Exchange understands for messages. */
final class ODataFilter {

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:('(?:[^']|'')*')|(\\(|\\)|,)|([A-Za-z_@][A-Za-z0-9_./:@-]*)|([0-9][0-9A-Za-z:.+-]*))");

  private final List<String> tokens = new ArrayList<>();
  private final List<String> properties = new ArrayList<>();
  private boolean contains;
  private int at;

  private ODataFilter(String filter) {
    Matcher matcher = TOKEN.matcher(filter);
    int end = 0;
    while (end < filter.length() && !filter.substring(end).isBlank()) {
      if (!matcher.find(end) || matcher.start() != end) {
        throw new GraphFault(
            400,
            "BadRequest",
            "Invalid filter clause: Syntax error at position " + end + " in '" + filter + "'.");
      }
      tokens.add(matcher.group().trim());
      end = matcher.end();
    }
  }

  /**
   * A parsed filter: what it lets pass, the properties it names in their order, and whether it
   * searches within texts.
   */
  record Parsed(Predicate<JsonNode> predicate, List<String> properties, boolean contains) {}

  static Parsed parse(String filter) {
    ODataFilter parser = new ODataFilter(filter);
    Predicate<JsonNode> predicate = parser.or();
    if (parser.at != parser.tokens.size()) {
      throw parser.invalid();
    }
    return new Parsed(predicate, List.copyOf(parser.properties), parser.contains);
  }

  private Predicate<JsonNode> or() {
    Predicate<JsonNode> left = and();
    while (taken("or")) {
      left = left.or(and());
    }
    return left;
  }

  private Predicate<JsonNode> and() {
    Predicate<JsonNode> left = not();
    while (taken("and")) {
      left = left.and(not());
    }
    return left;
  }

  private Predicate<JsonNode> not() {
    return taken("not") ? not().negate() : term();
  }

  private Predicate<JsonNode> term() {
    if (taken("(")) {
      Predicate<JsonNode> inner = or();
      expect(")");
      return inner;
    }
    String name = next();
    return switch (name) {
      case "startswith", "endswith", "contains" -> function(name);
      case "categories/any" -> any();
      default -> comparison(name);
    };
  }

  private Predicate<JsonNode> function(String name) {
    expect("(");
    String property = property(next());
    expect(",");
    String wanted = string(next()).toLowerCase(Locale.ROOT);
    expect(")");
    contains |= !name.equals("startswith");
    return message -> {
      String value = value(message, property).asText("").toLowerCase(Locale.ROOT);
      return name.equals("startswith")
          ? value.startsWith(wanted)
          : name.equals("endswith") ? value.endsWith(wanted) : value.contains(wanted);
    };
  }

  private Predicate<JsonNode> any() {
    expect("(");
    String variable = next();
    if (!variable.endsWith(":" + variable.split(":")[0])) {
      throw invalid();
    }
    expect("eq");
    String wanted = string(next());
    expect(")");
    properties.add("categories");
    return message -> {
      for (JsonNode category : message.path("categories")) {
        if (category.asText().equalsIgnoreCase(wanted)) {
          return true;
        }
      }
      return false;
    };
  }

  private Predicate<JsonNode> comparison(String name) {
    String property = property(name);
    String operator = next();
    if (!List.of("eq", "ne", "gt", "ge", "lt", "le").contains(operator)) {
      throw invalid();
    }
    String literal = next();
    return message -> {
      JsonNode value = value(message, property);
      if (literal.equals("null")) {
        return operator.equals("eq") == (value.isNull() || value.isMissingNode());
      }
      if (value.isNull() || value.isMissingNode()) {
        return operator.equals("ne");
      }
      int order = compare(value, literal);
      return switch (operator) {
        case "eq" -> order == 0;
        case "ne" -> order != 0;
        case "gt" -> order > 0;
        case "ge" -> order >= 0;
        case "lt" -> order < 0;
        default -> order <= 0;
      };
    };
  }

  private int compare(JsonNode value, String literal) {
    if (value.isBoolean()) {
      return Boolean.compare(value.booleanValue(), Boolean.parseBoolean(literal));
    }
    if (literal.startsWith("'")) {
      return value.asText().compareToIgnoreCase(string(literal));
    }
    try {
      return Instant.parse(value.asText()).compareTo(OffsetDateTime.parse(literal).toInstant());
    } catch (java.time.DateTimeException e) {
      throw invalid();
    }
  }

  private String property(String name) {
    if (!MessageProperties.KNOWN.contains(name.split("/")[0])) {
      throw new GraphFault(
          400,
          "BadRequest",
          "Could not find a property named '"
              + name
              + "' on type 'Microsoft.OutlookServices.Message'.");
    }
    properties.add(name);
    return name;
  }

  private static JsonNode value(JsonNode message, String property) {
    return message.at("/" + property);
  }

  private String string(String token) {
    if (!token.startsWith("'")) {
      throw invalid();
    }
    return token.substring(1, token.length() - 1).replace("''", "'");
  }

  private String next() {
    if (at >= tokens.size()) {
      throw invalid();
    }
    return tokens.get(at++);
  }

  private boolean taken(String token) {
    if (at < tokens.size() && tokens.get(at).equals(token)) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(String token) {
    if (!taken(token)) {
      throw invalid();
    }
  }

  private GraphFault invalid() {
    return new GraphFault(400, "BadRequest", "Invalid filter clause near token " + at + ".");
  }
}
