package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mailroom.graph.Fence;
import org.mailroom.graph.LeaseLostException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

class LedgerTableTest {

  private static final OffsetDateTime MONDAY =
      OffsetDateTime.of(2026, 1, 5, 8, 0, 0, 0, ZoneOffset.UTC);

  private JdbcTemplate jdbc;
  private LedgerTable table;

  @BeforeEach
  void empty() {
    var database =
        new DriverManagerDataSource(
            "jdbc:h2:mem:ledger"
                + System.nanoTime()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1");
    Flyway.configure().dataSource(database).load().migrate();
    jdbc = new JdbcTemplate(database);
    table =
        new LedgerTable(
            jdbc,
            new TransactionTemplate(new DataSourceTransactionManager(database)),
            Fence.NONE,
            Clock.fixed(Instant.parse("2026-02-02T00:00:00Z"), ZoneOffset.UTC));
  }

  private static LedgerEntry entry(
      String message, String destination, String status, boolean again, Envelope envelope) {
    return new LedgerEntry(
        "support", message, destination, status, 1, again, false, null, null, null, envelope);
  }

  private static Envelope envelope(String subject) {
    return new Envelope(
        subject, "anna@example.com", "Anna Berg", "<1@example.com>", MONDAY, true, "inbox");
  }

  private List<String> known() {
    return jdbc.query(
        "select message_id, subject, sender_name, listed_at from ledger_message order by"
            + " message_id",
        (row, number) ->
            row.getString(1)
                + " "
                + row.getString(2)
                + " "
                + row.getString(3)
                + " "
                + row.getTimestamp(4).toInstant());
  }

  @Test
  void what_a_message_is_recognised_by_is_written_once_for_all_its_destinations() {
    table.write(
        List.of(
            entry("A", "file", "DELIVERED", false, envelope("Order 1")),
            entry("A", "queue", "DELIVERED", false, envelope("Order 1")),
            entry("B", "file", "FAILED", false, envelope("Order 2"))),
        Set.of());
    table.write(List.of(entry("A", "database", "DELIVERED", false, envelope("Order 1"))), Set.of());
    assertThat(known())
        .containsExactly(
            "A Order 1 Anna Berg 2026-01-05T08:00:00Z", "B Order 2 Anna Berg 2026-01-05T08:00:00Z");
    assertThat(jdbc.queryForObject("select count(*) from delivery", Integer.class)).isEqualTo(4);
  }

  @Test
  void what_is_known_of_it_later_counts_and_what_is_not_known_later_does_not() {
    table.write(List.of(entry("A", "file", "PENDING", false, Envelope.UNKNOWN)), Set.of());
    assertThat(known()).containsExactly("A null null 2026-02-02T00:00:00Z");
    table.write(List.of(entry("A", "file", "PENDING", true, envelope("Order 1"))), Set.of());
    table.write(List.of(entry("A", "file", "DELIVERED", true, Envelope.UNKNOWN)), Set.of());
    assertThat(known()).containsExactly("A Order 1 Anna Berg 2026-01-05T08:00:00Z");
  }

  @Test
  void what_is_no_message_and_what_was_written_just_now_is_not_written() {
    table.write(
        List.of(
            entry("unlistable-1", "file", "FAILED", false, null),
            entry("A", "(left)", "DISCARDED", false, null),
            entry("B", "file", "DELIVERED", false, envelope("x"))),
        Set.of("B"));
    assertThat(known()).isEmpty();
  }

  @Test
  void what_was_given_up_is_not_said_to_be_tried_again() {
    String silence =
        "get attachment of support@contoso.com: the service gave no answer within 30 s (no answer)."
            + " Mailroom tries again by itself; check the network and the proxy if it lasts.";
    assertThat(DeliveryError.whenGivenUp(silence, false))
        .doesNotContain("by itself")
        .contains("gave no answer within 30 s (no answer).")
        .endsWith("check the network and the proxy if it lasts.");
    assertThat(
            DeliveryError.whenGivenUp(
                "the service has trouble. Mailroom tries again by itself.", true))
        .isEqualTo(
            "the service has trouble. The message is looked at again every six hours; failed retry"
                + " does that at once.");
    assertThat(
            DeliveryError.whenGivenUp(
                "Check the network, DNS and mailroom.graph-url; Mailroom tries again by itself.",
                false))
        .doesNotContain("by itself")
        .startsWith("Check the network");
    assertThat(DeliveryError.whenGivenUp("the destination refuses it.", false))
        .isEqualTo("the destination refuses it.");
  }

  @Test
  void
      what_an_import_writes_whose_mailbox_another_node_has_is_rolled_back_with_all_of_its_transaction() {
    var transaction =
        new TransactionTemplate(new DataSourceTransactionManager(jdbc.getDataSource()));
    List<String> asked = new ArrayList<>();
    LedgerTable fenced =
        new LedgerTable(
            jdbc,
            transaction,
            new Fence() {
              @Override
              public void require(String account) {
                asked.add(account);
                throw new LeaseLostException("taken over");
              }

              @Override
              public void requireInTime(String mailbox) {}
            },
            Clock.systemUTC());
    assertThatThrownBy(
            () ->
                transaction.executeWithoutResult(
                    status -> {
                      table.write(
                          List.of(entry("1", "file", "DELIVERED", false, envelope("one"))),
                          Set.of());
                      fenced.write(
                          List.of(entry("2", "file", "DELIVERED", false, envelope("two"))),
                          Set.of());
                    }))
        .isInstanceOf(LeaseLostException.class);
    assertThat(asked).containsExactly("support");
    assertThat(jdbc.queryForList("select message_id from delivery")).isEmpty();
    fenced.write(List.of(), Set.of());
    assertThat(asked).as("nothing to write").hasSize(1);
  }
}
