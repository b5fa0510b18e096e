package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.mailroom.Postgres;
import org.mailroom.WatchedDatabase;
import org.mailroom.console.MessageLog.Line;
import org.mailroom.console.MessageLog.Place;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * What a page of the list of messages costs, far behind its beginning, too: rows that are read, and
 * not time, for that depends on the machine.
 */
class MessageLogPlanTest {

  private static final int MESSAGES = 50_000;
  private static final int PAGES = 500;

  /** A page, the one behind it, and the rest of the second in which it begins. */
  private static final int MOST_ROWS = 2 * MessageLog.PAGE + 20;

  private static final Pattern READ_BY_H2 = Pattern.compile("scanCount: (\\d+)");
  private static final Pattern READ_BY_POSTGRESQL =
      Pattern.compile("actual time=\\S+ rows=(\\d+)(?:\\.\\d+)? loops=(\\d+)");
  private static final Pattern REMOVED_BY_POSTGRESQL =
      Pattern.compile("Rows Removed by Filter: (\\d+)");

  @Test
  void the_five_hundredth_page_reads_no_more_rows_of_h2_than_the_first() {
    holds(
        new DriverManagerDataSource(
            "jdbc:h2:mem:plans;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1"),
        "system_range(1, " + MESSAGES + ") as n(n)");
  }

  @Test
  void the_five_hundredth_page_reads_no_more_rows_of_postgresql_than_the_first() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      holds(postgres.getPostgresDatabase(), "generate_series(1, " + MESSAGES + ") as n(n)");
    }
  }

  private static void holds(DataSource plain, String numbers) {
    Flyway.configure().dataSource(plain).load().migrate();
    WatchedDatabase database = new WatchedDatabase(plain, thread -> true);
    NamedParameterJdbcTemplate jdbc = new NamedParameterJdbcTemplate(database);
    jdbc.getJdbcTemplate()
        .update(
            "insert into ledger_message (account, message_id, listed_at, received_at, subject,"
                + " sender, internet_message_id, has_attachments) select 'account-' || mod(n, 500),"
                + " 'm-' || n, timestamp with time zone '2026-01-01 12:00:00+00' + cast(n / 10 as"
                + " integer) * interval '1' second, timestamp with time zone '2026-01-01"
                + " 12:00:00+00' + cast(n / 10 as integer) * interval '1' second, 'Order ' || n,"
                + " 'shop@example.com', '<' || n || '@x>', false from "
                + numbers);
    jdbc.getJdbcTemplate()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts) select"
                + " account, message_id, 'file', 'DELIVERED', 1 from ledger_message");
    jdbc.getJdbcTemplate().execute("analyze");
    MessageLog log = new MessageLog(jdbc);
    MessageFilter everything = MessageFilter.of(null, null, null, null, null, null, null);
    List<String> accounts = List.of("account-1");

    List<String> seen = new ArrayList<>();
    Place place = null;
    for (int number = 1; number <= PAGES; number++) {
      Place from = place;
      MessageLog.Page[] page = new MessageLog.Page[1];
      database.statements();
      if (number == 1 || number % 100 == 0) {
        database
            .plansOf(() -> page[0] = log.page(everything, accounts, from, false))
            .forEach(plan -> isCheap(plan));
      } else {
        page[0] = log.page(everything, accounts, from, false);
      }
      assertThat(database.statements()).as("the page, and its deliveries").hasSize(2);
      assertThat(page[0].lines()).hasSize(MessageLog.PAGE);
      page[0].lines().forEach(line -> seen.add(line.messageId()));
      place = page[0].next();
    }
    assertThat(seen).hasSize(PAGES * MessageLog.PAGE).doesNotHaveDuplicates();
    Place middle = place;
    assertThat(database.plansOf(() -> log.page(everything, accounts, middle, true)))
        .isNotEmpty()
        .allSatisfy(MessageLogPlanTest::isCheap);
    Line of =
        log.page(
                MessageFilter.of("account-7", null, null, null, null, null, null),
                accounts,
                null,
                false)
            .lines()
            .get(30);
    assertThat(
            database.plansOf(
                () ->
                    log.page(
                        MessageFilter.of("account-7", null, null, null, null, null, null),
                        accounts,
                        Place.of(of),
                        false)))
        .isNotEmpty()
        .allSatisfy(MessageLogPlanTest::isCheap);
  }

  private static void isCheap(String plan) {
    assertThat(plan)
        .as("by an index")
        .containsAnyOf(
            "ledger_message_listed_at",
            "ledger_message_account",
            "delivery_pkey",
            "PRIMARY_KEY",
            "primary_key",
            "constraint_index");
    assertThat(plan)
        .as("not through the table")
        .doesNotContain("Seq Scan")
        .doesNotContain(".tableScan");
    assertThat(
            most(READ_BY_H2, plan)
                + most(READ_BY_POSTGRESQL, plan)
                + most(REMOVED_BY_POSTGRESQL, plan))
        .as("rows that are read: " + plan)
        .isBetween(1L, (long) MOST_ROWS);
  }

  /** In one step of the plan. */
  private static long most(Pattern pattern, String plan) {
    Matcher found = pattern.matcher(plan);
    long most = 0;
    while (found.find()) {
      most =
          Math.max(
              most,
              Long.parseLong(found.group(1))
                  * (found.groupCount() > 1 ? Long.parseLong(found.group(2)) : 1));
    }
    return most;
  }
}
