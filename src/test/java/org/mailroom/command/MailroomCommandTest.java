package org.mailroom.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

class MailroomCommandTest {

  @Test
  void
      a_database_that_goes_away_under_a_command_is_told_with_cause_and_remedy_and_without_its_statement() {
    String told =
        MailroomCommand.inWords(
            new DataAccessResourceFailureException(
                "PreparedStatementCallback; SQL [select account from backfill]; I/O error",
                new SQLException(
                    "An I/O error occurred while sending to the backend.",
                    "08006",
                    new java.net.SocketTimeoutException("Read timed out"))));
    assertThat(told)
        .isEqualTo(
            "Mailroom's database doesn't answer as it should (An I/O error occurred while sending"
                + " to the backend, Read timed out). Check that it runs, the network, and"
                + " spring.datasource.*, and run the command again.");
  }

  @Test
  void what_has_words_of_its_own_is_told_in_these() {
    assertThat(MailroomCommand.inWords(new CommandException("the import was interrupted")))
        .isEqualTo("the import was interrupted");
    assertThat(MailroomCommand.inWords(new IllegalStateException()))
        .isEqualTo("java.lang.IllegalStateException");
  }
}
