package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.BadSqlGrammarException;

class CausesTest {

  @Test
  void a_cause_names_no_class_where_it_says_something() {
    assertThat(Causes.inShort(new ConnectException("Connection refused")))
        .isEqualTo("Connection refused");
    assertThat(Causes.inShort(new UnknownHostException("db.contoso.com")))
        .isEqualTo("there is no host db.contoso.com");
    assertThat(Causes.inShort(new NoSuchFileException("/srv/mail")))
        .isEqualTo("there is no file /srv/mail");
    assertThat(Causes.inShort(new NullPointerException())).isEqualTo("null pointer");
    assertThat(Causes.inShort(new NumberFormatException("7"))).isEqualTo("number format: 7");
    assertThat(
            Causes.inShort("java.io.IOException: java.net.ConnectException: Connection refused."))
        .isEqualTo("Connection refused");
  }

  @Test
  void a_cause_holds_no_sql() {
    assertThat(
            Causes.inShort(
                new SQLException(
                    "Table \"ORDERS\" not found; SQL statement:\n"
                        + "insert into orders values (1) [42102-232]")))
        .isEqualTo("Table \"ORDERS\" not found");
    assertThat(
            Causes.inShort(
                "PreparedStatementCallback; bad SQL grammar []; Table \"orders\" not found; SQL"
                    + " statement: insert into orders values (1) [42102-232]"))
        .isEqualTo("Table \"orders\" not found");
    assertThat(
            Causes.inShort(
                "Batch entry 0 insert into t (a) values (('salary of Anna')) was aborted: ERROR:"
                    + " value too long for type character varying(3)  Call getNextException to see"
                    + " other errors in the batch."))
        .isEqualTo("value too long for type character varying(3)");
    assertThat(
            Causes.inShort(
                new BadSqlGrammarException(
                        "insert",
                        "insert into secret_table values (1)",
                        new SQLException("syntax error"))
                    .getMessage()))
        .isEqualTo("insert");
  }

  @Test
  void what_outer_and_inner_cause_both_say_is_said_once() {
    assertThat(
            DatabaseBreaker.reason(
                new SQLException("Connection refused", new ConnectException("Connection refused"))))
        .isEqualTo("Connection refused");
    assertThat(
            DatabaseBreaker.reason(
                new SQLException("The connection attempt failed", new UnknownHostException("db"))))
        .isEqualTo("The connection attempt failed, there is no host db");
  }
}
