package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.Accounts;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.AccountSchedule;

/**
 * The console with several hundred accounts and 100,000 imported messages in the embedded database.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleAtScaleTest {

  private static final int ACCOUNTS = 300;
  private static final int MESSAGES = 100_000;
  private static final int TIMES = 3;
  private static final Pattern ROW =
      Pattern.compile("data-label=\"Subject\"[^>]*><a [^>]*>([^<]*)</a>");
  private static final Pattern NEXT = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"");

  private static final List<String> PAGES =
      List.of(
          "/",
          "/?q=branch-77",
          "/account/branch-7",
          "/account/unusable-7",
          "/messages",
          "/messages?account=branch-7",
          "/messages?q=made-4711",
          "/messages?q=ORDER+9999",
          "/messages?q=shop42%40example.com",
          "/messages?q=nothing%25like_that",
          "/messages?account=branch-7&q=nothing",
          "/messages?status=FAILED",
          "/messages?destination=file",
          "/messages?from=2026-01-01&to=2026-01-01",
          "/messages/message?account=branch-7&id=made-6",
          "/failed",
          "/accounts",
          "/accounts/~new",
          "/accounts/branch-7",
          "/credentials",
          "/credentials/demo",
          "/routes",
          "/routes/import-account",
          "/nodes",
          "/trail",
          "/users");
  private static final int CREDENTIALS = 60;
  private static final int UNUSABLE = 40;
  private static final int MOST_STATEMENTS = 12;

  /** It looks through so much as there is time for. */
  private static final int MOST_OF_A_SEARCH = 2 * MESSAGES / 2_000 + 2;

  private DemoTenant tenant;
  private MailroomRun mailroom;
  private ConsoleSession session;

  @BeforeAll
  void start(@TempDir Path folder) {
    tenant = DemoTenant.start();
    // as at a site: with so many accounts the question who is due costs something
    List<String> settings = new ArrayList<>(List.of("--poll-accounts.period=1000"));
    for (int i = 1; i <= ACCOUNTS; i++) {
      settings.addAll(ConsoleRun.account(tenant, "branch-" + i, "database"));
    }
    for (int i = 1; i <= CREDENTIALS; i++) {
      settings.addAll(
          List.of(
              "--mailroom.credentials.more-" + i + ".grant-type=client-credentials",
              "--mailroom.credentials.more-" + i + ".tenant-id=contoso.com",
              "--mailroom.credentials.more-" + i + ".client-id=c",
              "--mailroom.credentials.more-" + i + ".client-secret=s"));
    }
    mailroom = MailroomRun.startRuntime(tenant, folder, settings.toArray(String[]::new));
    unusable();
    mailroom
        .database()
        .update(
            "insert into mail_message (account, message_id, internet_message_id, subject, sender,"
                + " received_at, imported_at, has_attachments, document) select 'branch-' || (1 +"
                + " mod(\"X\", "
                + ACCOUNTS
                + ")), 'made-' || \"X\", '<m' || \"X\" || '@example.com>', 'Order ' || \"X\","
                + " 'shop' || mod(\"X\", 97) || '@example.com', timestamp with time zone"
                + " '2026-01-01 00:00:00+00' + \"X\" * interval '1' second, timestamp with time"
                + " zone '2026-01-01 00:00:00+00' + \"X\" * interval '1' second, false,"
                + " '{\"account\":\"a\",\"mailbox\":\"m\",\"id\":\"i\"}' from system_range(1, "
                + MESSAGES
                + ")");
    mailroom
        .database()
        .update(
            "insert into ledger_message (account, message_id, internet_message_id, subject, sender,"
                + " sender_name, received_at, listed_at, has_attachments) select account,"
                + " message_id, internet_message_id, subject, sender, 'Shop ' || sender,"
                + " received_at, received_at, has_attachments from mail_message");
    mailroom
        .database()
        .update(
            "insert into delivery (account, message_id, destination, status, attempts,"
                + " delivered_at) select 'branch-' || (1 + mod(\"X\", "
                + ACCOUNTS
                + ")), 'made-' || \"X\", 'database', 'DELIVERED', 1, current_timestamp from"
                + " system_range(1, "
                + MESSAGES
                + ")");
    await()
        .atMost(Duration.ofSeconds(120))
        .until(
            () ->
                mailroom.bean(AccountSchedule.class).lastResult("branch-" + ACCOUNTS).isPresent());
    session = ConsoleSession.signIn(mailroom);
  }

  /** Accounts of a destination that was taken out of application.yaml meanwhile. */
  private void unusable() {
    mailroom
        .database()
        .update(
            "insert into account (id, settings, revision, updated_at) select 'unusable-' || \"X\","
                + " '{\"mailbox\":\"unusable@contoso.com\",\"credential\":\"demo\",\"deliver-to\":\"gone\"}',"
                + " 1, current_timestamp from system_range(1, "
                + UNUSABLE
                + ")");
    mailroom.database().update("update settings_revision set revision = revision + 1 where id = 1");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> mailroom.bean(Accounts.class).problems().size() == UNUSABLE);
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private static List<String> subjects(HttpResponse<String> page) {
    return ROW.matcher(page.body()).results().map(row -> row.group(1)).toList();
  }

  private static HttpResponse<String> next(ConsoleSession session, HttpResponse<String> page) {
    Matcher link = NEXT.matcher(page.body());
    assertThat(link.find()).as("there is more").isTrue();
    return session.get(link.group(1).replace("&amp;", "&"));
  }

  @Test
  void messages_are_found_by_subject_sender_and_id_and_paged_through() {
    HttpResponse<String> page = session.get("/messages?account=branch-7");
    assertThat(subjects(page)).hasSize(50).first().isEqualTo("Order 99906");
    assertThat(subjects(next(session, page))).hasSize(50).first().isEqualTo("Order 84906");
    assertThat(subjects(session.get("/messages?account=branch-7&q=made-4711"))).isEmpty();
    assertThat(subjects(session.get("/messages?q=made-4711"))).containsExactly("Order 4711");
    assertThat(subjects(session.get("/messages?q=ORDER+9999")))
        .contains("Order 99999", "Order 99990");
    assertThat(session.get("/messages?q=shop42%40example.com").body())
        .contains("shop42@example.com");
    assertThat(session.get("/messages?q=nothing%25like_that").body())
        .containsAnyOf("Searched as far as", "Nothing found.");
  }

  @Test
  void a_search_that_takes_long_is_gone_on_with_where_it_stood() {
    List<String> found = new ArrayList<>();
    HttpResponse<String> page = session.get("/messages?q=order+4711");
    found.addAll(subjects(page));
    for (int i = 0; i < MESSAGES / 1000 && NEXT.matcher(page.body()).find(); i++) {
      page = next(session, page);
      found.addAll(subjects(page));
    }
    assertThat(found)
        .containsExactly(
            "Order 47119",
            "Order 47118",
            "Order 47117",
            "Order 47116",
            "Order 47115",
            "Order 47114",
            "Order 47113",
            "Order 47112",
            "Order 47111",
            "Order 47110",
            "Order 4711");
  }

  /**
   * As many as with a single account: what a page asks the database doesn't grow with what there
   * is.
   */
  @Test
  void no_page_asks_the_database_more_often_for_there_are_many_accounts_and_credentials() {
    WatchedDatabase database =
        new WatchedDatabase(
            mailroom.bean(DataSource.class),
            thread ->
                thread.getName().startsWith("http-") || thread.getName().startsWith("tomcat-"));
    mailroom.database().setDataSource(database);
    for (String path : PAGES) {
      session.get(path);
      database.statements();
      session.get(path);
      List<String> asked = database.statements();
      System.out.printf("console: %-48s %d statements%n", path, asked.size());
      assertThat(asked)
          .as(path)
          .hasSizeLessThanOrEqualTo(
              path.startsWith("/messages?") && path.contains("=")
                  ? MOST_OF_A_SEARCH
                  : MOST_STATEMENTS);
    }
  }

  /** What is measured is printed, never asserted: it depends on the machine. */
  @Test
  void every_page_is_there_and_what_it_takes_is_printed() {
    for (String path : PAGES) {
      long[] took = new long[TIMES];
      for (int i = 0; i < TIMES; i++) {
        long begun = System.nanoTime();
        assertThat(session.get(path).statusCode()).as(path).isEqualTo(200);
        took[i] = (System.nanoTime() - begun) / 1_000_000;
      }
      long first = took[0];
      Arrays.sort(took);
      System.out.printf(
          "console: %-48s first %4d ms, median %4d ms%n", path, first, took[TIMES / 2]);
    }
  }
}
