package org.mailroom.delivery;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.sql.DefaultSqlPrepareStatementStrategy;
import org.apache.camel.component.sql.SqlPrepareStatementStrategy;
import org.jspecify.annotations.Nullable;
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
  private final Map<String, List<String>> names = new ConcurrentHashMap<>();

  @Override
  public String prepareQuery(String query, boolean allowNamedParameters, Exchange exchange)
      throws SQLException {
    return camel.prepareQuery(query, allowNamedParameters, exchange);
  }

  @Override
  public Iterator<?> createPopulateIterator(
      String query, String preparedQuery, int expectedParams, Exchange exchange, Object value)
      throws SQLException {
    if (value instanceof Map<?, ?> row) {
      Iterator<?> values = values(names.computeIfAbsent(query, NamedRows::names), row);
      if (values != null) {
        return values;
      }
    }
    return camel.createPopulateIterator(query, preparedQuery, expectedParams, exchange, value);
  }

  /** In loops, for this is asked for each row; null when the component has to look for one. */
  private static @Nullable Iterator<?> values(List<String> names, Map<?, ?> row) {
    if (names.isEmpty()) {
      return null;
    }
    Object[] values = new Object[names.size()];
    for (int i = 0; i < values.length; i++) {
      String name = names.get(i);
      values[i] = row.get(name);
      if (values[i] == null && !row.containsKey(name)) {
        return null;
      }
    }
    return Arrays.asList(values).iterator();
  }

  /** None when one of them is an expression or a list. */
  private static List<String> names(String query) {
    List<String> names = new ArrayList<>();
    Matcher parameter = PARAMETER.matcher(query);
    while (parameter.find()) {
      String name = parameter.group(1);
      boolean list = name.equals("in") && query.startsWith(":", parameter.end());
      if (list || !PLAIN.matcher(name).matches()) {
        return List.of();
      }
      names.add(name);
    }
    return names;
  }

  @Override
  public void populateStatement(
      PreparedStatement statement, Iterator<?> parameters, int expectedParams) throws SQLException {
    camel.populateStatement(statement, parameters, expectedParams);
  }
}
