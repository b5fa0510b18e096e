package org.mailroom;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.AccountEditor;
import org.mailroom.account.Accounts;
import org.mailroom.credential.Credentials;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.AccountSchedule;

/**
 * Accounts, credentials and routes, with 500 accounts, as people see them on wide and narrow
 * screens.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleSettingPagesTest {

  private static final int OF_THE_FILE = 440;
  private static final int OF_THE_DATABASE = 60;
  private static final int TIMES = 3;

  private ConsoleRun console;
  private MailroomRun mailroom;
  private ConsoleSession session;

  @BeforeAll
  void start(@TempDir Path folder) {
    DemoTenant tenant = DemoTenant.start();
    tenant.identity().user("a.very.long.name.of.a.person@subsidiary.northern-europe.contoso.com");
    List<String> settings = new ArrayList<>();
    for (int i = 1; i < OF_THE_FILE; i++) {
      settings.addAll(ConsoleRun.account(tenant, "branch-" + i, "database"));
    }
    String key = "--mailroom.credentials.delegated.";
    settings.addAll(
        List.of(
            key + "grant-type=authorization-code",
            key + "tenant-id=" + DemoTenant.TENANT_ID,
            key + "client-id=c",
            key + "client-secret=s",
            key + "description=Helpdesk, signed in once",
            "--mailroom.accounts.support.poll-every=1h",
            "--mailroom.destinations.events=seda:mail-events"));
    tenant.mailbox("support@contoso.com").folder("Inbox/Tickets/Dutch");
    tenant.mailbox("support@contoso.com").deliver(DemoMail.plain(1));
    addToTheDatabase(tenant, folder);
    console = ConsoleRun.start(tenant, folder, settings);
    mailroom = console.mailroom();
    await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                mailroom
                        .bean(AccountSchedule.class)
                        .lastResult("office-" + OF_THE_DATABASE)
                        .isPresent()
                    && console.mailbox("support").unread() == 0);
    session = ConsoleSession.signIn(mailroom);
  }

  /**
   * Before the runtime starts, and most of them as copies: with each one that is added all are read
   * anew.
   */
  private static void addToTheDatabase(DemoTenant tenant, Path folder) {
    try (MailroomRun command = MailroomRun.start(tenant, folder)) {
      for (String id : List.of("second", "third")) {
        command
            .bean(Credentials.class)
            .create(
                id,
                new HashMap<>(
                    Map.of(
                        "grant-type",
                        "client-credentials",
                        "tenant-id",
                        DemoTenant.TENANT_ID,
                        "client-id",
                        DemoTenant.CLIENT_ID,
                        "client-secret",
                        DemoTenant.CLIENT_SECRET,
                        "description",
                        "Of the company " + id)));
      }
      AccountEditor editor = command.bean(AccountEditor.class);
      for (int i = 1; i <= 2; i++) {
        editor.create(
            "office-" + i,
            new HashMap<>(
                Map.of(
                    "mailbox",
                    "support@contoso.com",
                    "credential",
                    "second",
                    "deliver-to",
                    "database,file",
                    "folder",
                    i % 2 == 0 ? "inbox" : "Inbox/Tickets/Dutch",
                    "poll-every",
                    "1h")));
      }
      command
          .database()
          .update(
              "insert into account (id, settings, revision, updated_at) select 'office-' || \"X\","
                  + " settings, revision, updated_at from account, system_range(3, "
                  + OF_THE_DATABASE
                  + ") where id = case mod(\"X\", 2) when 0 then 'office-2' else 'office-1' end");
    }
  }

  @AfterAll
  void stop() {
    console.close();
  }

  private static List<String> rows(HttpResponse<String> page) {
    return Pattern.compile("<strong>([a-z]+-?\\d*)</strong>")
        .matcher(page.body())
        .results()
        .map(row -> row.group(1))
        .toList();
  }

  @Test
  void accounts_are_searched_filtered_and_paged_and_stand_with_their_state() {
    assertThat(session.get("/accounts").body()).contains("Page 1 of 10, 500 accounts");
    assertThat(rows(session.get("/accounts"))).hasSize(50);
    assertThat(rows(session.get("/accounts?page=10")))
        .hasSize(50)
        .doesNotContain("branch-1")
        .contains("support");
    assertThat(rows(session.get("/accounts?q=BRANCH-37")))
        .containsExactly(
            "branch-37",
            "branch-370",
            "branch-371",
            "branch-372",
            "branch-373",
            "branch-374",
            "branch-375",
            "branch-376",
            "branch-377",
            "branch-378",
            "branch-379");
    assertThat(session.get("/accounts?q=office").body()).contains("Page 1 of 2, 60 accounts");
    assertThat(rows(session.get("/accounts?q=tickets%2Fdutch"))).hasSize(30);
    assertThat(session.get("/accounts?q=branch&uses=demo&page=2").body())
        .contains("href=\"/accounts?q=branch&amp;state=&amp;uses=demo&amp;page=1\"")
        .contains("href=\"/accounts?q=branch&amp;state=&amp;uses=demo&amp;page=3\"");
    assertThat(rows(session.get("/accounts?uses=delegated"))).isEmpty();
    assertThat(session.get("/accounts?uses=delegated").body()).contains("No account matches.");
    mailroom.bean(AccountSchedule.class).pause("branch-7");
    assertThat(rows(session.get("/accounts?state=PAUSED"))).containsExactly("branch-7");
    assertThat(session.get("/accounts?state=PAUSED").body())
        .contains(">paused<")
        .contains("href=\"/account/branch-7\"");
    mailroom.bean(AccountSchedule.class).resume("branch-7");
  }

  @Test
  void a_credential_is_given_to_all_that_a_search_found_on_every_page_and_to_no_other() {
    Page page = console.signIn();
    page.onDialog(Dialog::accept);
    page.navigate("/accounts?q=Office");
    // as if one more had been found since
    page.evaluate("document.querySelector('input[name=counted]').value = 59");
    page.getByLabel("Give the chosen accounts the credential").selectOption("third");
    page.getByRole(
            AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Apply to all 60 that were found"))
        .click();
    assertThat(page.getByRole(AriaRole.ALERT))
        .containsText("Nothing was changed: 60 accounts are found by now, and not 59.");
    assertThat(mailroom.bean(Accounts.class).accountsUsing("third")).isEmpty();
    page.getByLabel("Give the chosen accounts the credential").selectOption("third");
    page.getByRole(
            AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Apply to all 60 that were found"))
        .click();
    assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("60 accounts use third now.");
    assertThat(page.getByLabel("Account, mailbox or folder")).hasValue("Office");
    assertThat(mailroom.bean(Accounts.class).accountsUsing("third"))
        .hasSize(60)
        .allMatch(id -> id.startsWith("office-"));
    // what is chosen is in reach however far one has scrolled
    page.navigate("/accounts?q=office");
    page.getByRole(AriaRole.CHECKBOX).last().check();
    assertThat(
            page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Apply").setExact(true)))
        .isInViewport();
    page.context().close();
  }

  @Test
  void folders_of_a_mailbox_are_listed_level_by_level_and_what_goes_wrong_is_told_in_words() {
    String top =
        session.get("/accounts/~folders?mailbox=support%40contoso.com&credential=demo").body();
    assertThat(top)
        .contains("data-pick=\"Inbox\"")
        .contains("data-pick=\"Sent Items\"")
        .doesNotContain("data-pick=\"Inbox/Tickets\"");
    String inbox =
        Pattern.compile("data-within=\"([^\"]+)\" data-path=\"Inbox\"")
            .matcher(top)
            .results()
            .findFirst()
            .orElseThrow()
            .group(1);
    assertThat(
            session
                .get(
                    "/accounts/~folders?mailbox=support%40contoso.com&credential=demo&within="
                        + inbox
                        + "&path=Inbox")
                .body())
        .contains("data-pick=\"Inbox/Tickets\"");
    assertThat(
            session.get("/accounts/~folders?mailbox=nobody%40contoso.com&credential=demo").body())
        .contains("role=\"alert\"")
        .contains("nobody@contoso.com");
    assertThat(
            session
                .get("/accounts/~folders?mailbox=support%40contoso.com&credential=delegated")
                .body())
        .contains("nobody has signed in yet");
    assertThat(
            session
                .get("/accounts/~folders?mailbox=support%40contoso.com&credential=nothing")
                .body())
        .contains("There is no credential nothing.");
    assertThat(session.get("/accounts/~folders?credential=demo").body())
        .contains("Enter the mailbox first.");
    // a mailbox with more folders than anybody would look through
    for (int i = 0; i < 620; i++) {
      console.mailbox("branch-1").folder("Folder " + i);
    }
    String many =
        session.get("/accounts/~folders?mailbox=branch-1%40contoso.com&credential=demo").body();
    assertThat(many.split("data-pick=", -1)).hasSize(501);
    assertThat(many).contains("There are more");
  }

  @Test
  void routes_are_grouped_by_the_flow_and_drawn_and_steps_lead_to_the_routes_that_they_call() {
    String list = session.get("/routes").body();
    List<String> groups =
        Pattern.compile("scope=\"rowgroup\" colspan=\"6\"><span>([^<]+)</span>")
            .matcher(list)
            .results()
            .map(each -> each.group(1))
            .toList();
    assertThat(groups).containsExactly("import", "deliver", "mark", "wire", "site");
    String flow = list.substring(list.indexOf("<svg xmlns"), list.indexOf("All routes"));
    for (String route :
        List.of(
            "poll-accounts",
            "import-account",
            "import-page",
            "prepare-message",
            "deliver",
            "deliver-to-database",
            "deliver-to-file",
            "deliver-to-queue",
            "mark-messages",
            "graph-request",
            "rules")) {
      assertThat(flow).contains("href=\"/routes/" + route + "\"");
    }
    assertThat(flow).contains(">events<").contains("an endpoint");
    assertThat(list.indexOf("<strong>import-account<"))
        .isLessThan(list.indexOf("<strong>import-page<"));
    String page = session.get("/routes/import-page").body();
    assertThat(page)
        .contains("<a href=\"/routes/prepare-message\"")
        .contains("<a href=\"/routes/mark-messages\"")
        .contains("To route deliver<");
    String called =
        page.substring(page.indexOf("Called by"), page.indexOf("<section class=\"sheet route\""));
    assertThat(called).contains(">import-account<").contains(">message-failed<");
    // a step whose address is made of what is worked on may mean two
    String account = session.get("/routes/import-account").body();
    assertThat(
            account.substring(
                account.indexOf("Calls"), account.indexOf("<section class=\"sheet route\"")))
        .contains(">account-failed<")
        .contains(">account-recovered<");
    assertThat(session.get("/routes/~hawtio").body())
        .contains("<iframe")
        .contains("src=\"/actuator/hawtio\"")
        .contains("aria-label=\"Main\"");
  }

  @Test
  void every_page_can_be_read_by_all_in_both_colours_on_wide_and_narrow_screens() {
    PageLooks looks = new PageLooks();
    Page page = console.signIn();
    for (String path :
        List.of(
            "/accounts",
            "/accounts?q=office",
            "/accounts?q=nothing",
            "/accounts/~new",
            "/accounts/support",
            "/accounts/office-1",
            "/credentials",
            "/credentials/~new",
            "/credentials/delegated",
            "/credentials/second",
            "/routes",
            "/routes/import-page",
            "/no-such-page")) {
      looks.look(page, path, "settings" + path.replaceAll("[^a-z]+", "-"));
    }
    page.context().close();
    assertThat(looks.problems()).isEmpty();
    assertThat(console.browser().complaints()).isEmpty();
  }

  /** What is measured is printed, never asserted: it depends on the machine. */
  @Test
  void every_page_is_there_and_what_it_takes_with_500_accounts_is_printed() {
    for (String path :
        List.of(
            "/",
            "/accounts",
            "/accounts?q=branch-77",
            "/accounts?page=10",
            "/accounts/~new",
            "/accounts/branch-7",
            "/credentials",
            "/credentials/demo",
            "/routes",
            "/routes/import-account")) {
      long[] took = new long[TIMES];
      for (int i = 0; i < TIMES; i++) {
        long begun = System.nanoTime();
        assertThat(session.get(path).statusCode()).as(path).isEqualTo(200);
        took[i] = (System.nanoTime() - begun) / 1_000_000;
      }
      long first = took[0];
      Arrays.sort(took);
      System.out.printf(
          "console, 500 accounts: %-40s first %4d ms, median %4d ms%n",
          path, first, took[TIMES / 2]);
    }
  }
}
