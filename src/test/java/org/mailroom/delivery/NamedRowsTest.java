package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.sql.DefaultSqlPrepareStatementStrategy;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.springframework.util.CompositeIterator;

class NamedRowsTest {

  private final NamedRows rows = new NamedRows();
  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

  private List<Object> values(String query, Object row) throws SQLException {
    List<Object> values = new ArrayList<>();
    rows.createPopulateIterator(query, rows.prepareQuery(query, true, exchange), 2, exchange, row)
        .forEachRemaining(values::add);
    return values;
  }

  @Test
  void the_values_of_a_row_come_in_the_order_of_the_statement() throws SQLException {
    Map<String, Object> row =
        new HashMap<>(Map.of("account", "support", "position", 3, "more", "unused"));
    row.put("name", null);
    String query = "insert into t (p, a, n, p2) values (:?position, :?account, :?name, :?position)";
    assertThat(values(query, row)).containsExactly(3, "support", null, 3);
    row.put("position", 4);
    assertThat(values(query, row))
        .as("nothing is remembered but the names")
        .containsExactly(4, "support", null, 4);
    assertThat(rows.prepareQuery(query, true, exchange))
        .isEqualTo("insert into t (p, a, n, p2) values (?, ?, ?, ?)");
  }

  @Test
  void what_a_row_does_not_have_is_looked_for_in_the_headers_and_missed_in_words()
      throws SQLException {
    exchange.getMessage().setHeader("tenant", "contoso");
    assertThat(values("insert into t values (:?account, :?tenant)", Map.of("account", "support")))
        .containsExactly("support", "contoso");
    assertThatThrownBy(
            () ->
                values("insert into t values (:?account, :?nowhere)", Map.of("account", "support")))
        .hasMessageContaining("nowhere");
  }

  @Test
  void expressions_lists_and_questions_without_names_are_left_to_camel() throws SQLException {
    Map<String, Object> row = Map.of("account", "support", "ids", List.of(1, 2));
    exchange.getMessage().setBody(row);
    for (String query :
        List.of(
            "insert into t values (:?account, :?${body[account]})",
            "select a from t where id in (:?in:ids)",
            "insert into t values (?, ?)")) {
      List<String> ofCamel = new ArrayList<>();
      new DefaultSqlPrepareStatementStrategy()
          .createPopulateIterator(query, query, 2, exchange, row)
          .forEachRemaining(value -> ofCamel.add(text(value)));
      assertThat(values(query, row).stream().map(NamedRowsTest::text))
          .as(query)
          .containsExactlyElementsOf(ofCamel);
    }
  }

  private static String text(Object value) {
    return value instanceof CompositeIterator<?> ? "a list" : String.valueOf(value);
  }
}
