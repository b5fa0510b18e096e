package org.mailroom.delivery;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.sql.DefaultSqlPrepareStatementStrategy;
import org.apache.camel.component.sql.SqlPrepareStatementStrategy;
import org.springframework.stereotype.Component;

/**
 * Finds the named parameters of a statement once, and not again for each row of a batch; of
 * fourteen names that costs more than the row's insert. For {@code prepareStatementStrategy} of the
 * {@code sql} component, which does the rest: a parameter that isn't a plain name, or that a row
 * doesn't have, is looked for as that component does. Safe for use by several threads.
 */
@Component("namedRows")
final class NamedRows implements SqlPrepareStatementStrategy {

  /** A named parameter as the component hands it on: its placeholder has become a question mark. */
  private static final Pattern PARAMETER = Pattern.compile(":\\?(\\w+|\\S+)");

  private static final Pattern PLAIN = Pattern.compile("\\w+");

  private final SqlPrepareStatementStrategy camel = new DefaultSqlPrepareStatementStrategy();
  private final Map<String, Optional<List<String>>> names = new ConcurrentHashMap<>();

  @Override
  public String prepareQuery(String query, boolean allowNamedParameters, Exchange exchange)
      throws SQLException {
    return camel.prepareQuery(query, allowNamedParameters, exchange);
  }

  @Override
  public Iterator<?> createPopulateIterator(
      String query, String preparedQuery, int expectedParams, Exchange exchange, Object value)
      throws SQLException {
    Optional<List<String>> plain =
        value instanceof Map ? names.computeIfAbsent(query, NamedRows::names) : Optional.empty();
    if (plain.isPresent() && plain.get().stream().allMatch(((Map<?, ?>) value)::containsKey)) {
      return plain.get().stream().<Object>map(((Map<?, ?>) value)::get).iterator();
    }
    return camel.createPopulateIterator(query, preparedQuery, expectedParams, exchange, value);
  }

  /** None when one of them is an expression or a list. */
  private static Optional<List<String>> names(String query) {
    List<String> names = new ArrayList<>();
    Matcher parameter = PARAMETER.matcher(query);
    while (parameter.find()) {
      String name = parameter.group(1);
      boolean list = name.equals("in") && query.startsWith(":", parameter.end());
      if (list || !PLAIN.matcher(name).matches()) {
        return Optional.empty();
      }
      names.add(name);
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(names);
  }

  @Override
  public void populateStatement(
      PreparedStatement statement, Iterator<?> parameters, int expectedParams) throws SQLException {
    camel.populateStatement(statement, parameters, expectedParams);
  }
}
