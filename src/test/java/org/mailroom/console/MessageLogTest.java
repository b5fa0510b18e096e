package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.mailroom.Postgres;
import org.mailroom.console.MessageLog.Line;
import org.mailroom.console.MessageLog.Place;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** On the tables as the migrations make them, in both databases. */
class MessageLogTest {

  /** Enough for a few pages, and for one search that takes several looks. */
  private static final int MESSAGES = 5_000;

  private static final List<String> ACCOUNTS = List.of("a", "b", "c");

  private static MessageFilter filter(
      String account, String q, String destination, String status, String from, String to) {
    return MessageFilter.of(account, q, destination, status, from, to, null);
  }

  private static MessageFilter in(String folder, String status) {
    return MessageFilter.of(null, null, null, status, null, null, folder);
  }

  private static List<String> subjects(List<Line> lines) {
    return lines.stream().map(Line::subject).toList();
  }

  @Test
  void messages_of_all_destinations_are_paged_through_searched_and_chosen_in_h2() {
    holds(
        new DriverManagerDataSource(
            "jdbc:h2:mem:log;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1"),
        "system_range(1, " + MESSAGES + ") as n(n)");
  }

  @Test
  void messages_of_all_destinations_are_paged_through_searched_and_chosen_in_postgresql()
      throws Exception {
    try (Postgres postgres = Postgres.start()) {
      holds(postgres.getPostgresDatabase(), "generate_series(1, " + MESSAGES + ") as n(n)");
    }
  }

  private static void holds(DataSource database, String numbers) {
    Flyway.configure().dataSource(database).load().migrate();
    NamedParameterJdbcTemplate jdbc = new NamedParameterJdbcTemplate(database);
    // ten messages a second, so that pages end within one
    jdbc.getJdbcTemplate()
        .update(
            "insert into ledger_message (account, message_id, listed_at, received_at, subject,"
                + " sender, sender_name, internet_message_id, has_attachments) select case mod(n,"
                + " 3) when 0 then 'a' when 1 then 'b' else 'c' end, 'm-' || n, timestamp with time"
                + " zone '2026-01-01 12:00:00+00' + cast(n / 10 as integer) * interval '1' minute,"
                + " timestamp with time zone '2026-01-01 12:00:00+00' + cast(n / 10 as integer) *"
                + " interval '1' minute, 'Order ' || n, 'shop' || mod(n, 7) || '@example.com', case"
                + " when n = 3210 then 'Ada_Lovelace' else 'Shop' end, '<' || n || '@x>', false"
                + " from "
                + numbers);
    jdbc.getJdbcTemplate()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts) select"
                + " account, message_id, 'file', 'DELIVERED', 1 from ledger_message");
    jdbc.getJdbcTemplate()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts) select"
                + " account, message_id, 'queue', 'FAILED', 5 from ledger_message where message_id"
                + " in ('m-4', 'm-4999')");
    jdbc.getJdbcTemplate()
        .update(
            "update ledger_message set folder = case message_id when 'm-4' then 'Inbox/Orders_1'"
                + " when 'm-7' then 'inbox/orders_1/Old' when 'm-9' then 'inbox/ordersX1/Old' else"
                + " 'inbox/other' end where message_id in ('m-4', 'm-7', 'm-9', 'm-4999')");
    MessageLog log = new MessageLog(jdbc);

    pagesBothWays(log, filter(null, null, null, null, null, null), MESSAGES);
    pagesBothWays(log, filter("b", null, null, null, null, null), MESSAGES / 3 + 1);
    pagesBothWays(log, filter(null, "order 49", null, null, null, null), 111);

    assertThat(all(log, filter(null, "ada_love", null, null, null, null)))
        .as("the sender's name")
        .containsExactly("Order 3210");
    assertThat(
            subjects(
                log.page(filter(null, "m-17", null, null, null, null), ACCOUNTS, null, false)
                    .lines()))
        .as("an id")
        .containsExactly("Order 17");
    assertThat(all(log, filter("a", "m-17", null, null, null, null)))
        .as("an id of another account")
        .isEmpty();
    assertThat(all(log, filter(null, "<17@x>", null, null, null, null)))
        .as("a Message-ID")
        .containsExactly("Order 17");
    assertThat(
            subjects(
                log.page(filter(null, null, null, "FAILED", null, null), ACCOUNTS, null, false)
                    .lines()))
        .containsExactly("Order 4999", "Order 4");
    assertThat(
            subjects(
                log.page(
                        filter("b", "order", "queue", "FAILED", "2026-01-01", null),
                        ACCOUNTS,
                        null,
                        false)
                    .lines()))
        .containsExactly("Order 4999", "Order 4");
    assertThat(all(log, filter(null, null, "queue", null, null, null)))
        .containsExactly("Order 4999", "Order 4");
    assertThat(all(log, filter(null, null, "queue", "DELIVERED", null, null))).isEmpty();
    assertThat(
            log.page(filter(null, null, null, null, null, "2026-01-01"), ACCOUNTS, null, false)
                .lines())
        .isNotEmpty()
        .allMatch(
            line ->
                line.listedAt().isBefore(filter(null, null, null, null, null, "2026-01-01").end()));
    assertThat(all(log, in("inbox/orders_1", null)))
        .as("a folder and those below it")
        .containsExactly("Order 7", "Order 4");
    assertThat(subjects(log.page(in("INBOX/Orders_1", "FAILED"), ACCOUNTS, null, false).lines()))
        .containsExactly("Order 4");
    assertThat(
            log.page(filter(null, null, null, null, "2027-01-01", null), ACCOUNTS, null, false)
                .lines())
        .isEmpty();

    Line failed =
        log.page(filter(null, null, null, "FAILED", null, null), ACCOUNTS, null, false)
            .lines()
            .get(0);
    assertThat(failed.sent())
        .extracting(MessageLog.Sent::destination)
        .containsExactly("file", "queue");
    assertThat(failed.from()).isEqualTo("Shop");
    MessageFilter of = filter(null, null, null, "FAILED", null, null);
    assertThat(log.neighbour(of, Place.of(failed), false).map(Line::subject)).contains("Order 4");
    assertThat(log.neighbour(of, Place.of(failed), true)).isEmpty();
  }

  /** A search may take several looks. */
  private static List<String> all(MessageLog log, MessageFilter filter) {
    List<String> all = new ArrayList<>();
    Place place = null;
    do {
      MessageLog.Page page = log.page(filter, ACCOUNTS, place, false);
      all.addAll(subjects(page.lines()));
      place = page.next();
    } while (place != null);
    return all;
  }

  /** There and back again: each message once, in the same order. */
  private static void pagesBothWays(MessageLog log, MessageFilter filter, int expected) {
    List<String> there = new ArrayList<>();
    Line last = null;
    Place place = null;
    do {
      MessageLog.Page page = log.page(filter, ACCOUNTS, place, false);
      page.lines().forEach(line -> there.add(line.subject()));
      last = page.lines().isEmpty() ? last : page.lines().get(page.lines().size() - 1);
      place = page.next();
    } while (place != null);
    assertThat(there).hasSizeBetween(expected - 1, expected).doesNotHaveDuplicates();

    List<String> back = new ArrayList<>(List.of(last.subject()));
    place = Place.of(last);
    do {
      MessageLog.Page page = log.page(filter, ACCOUNTS, place, true);
      back.addAll(0, subjects(page.lines()));
      place = page.next();
    } while (place != null);
    assertThat(back).isEqualTo(there);
  }
}
