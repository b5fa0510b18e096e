package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.Account;
import org.mailroom.account.AccountEditor;
import org.mailroom.account.Accounts;
import org.mailroom.check.AccountCheck;
import org.mailroom.check.CheckStep;
import org.mailroom.demo.DemoDirectory;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;
import org.mailroom.settings.Home;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A runtime whose accounts are the members of a group, and those that a file lists. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class DiscoveryTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final DemoTenant tenant = DemoTenant.start();
  private final DemoDirectory directory = tenant.directory();
  private final String group = directory.group("everyone");
  private MailroomRun mailroom;
  private TravellingClock clock;
  private Path file;
  private int plain;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    may("Mail.ReadWrite", "GroupMember.Read.All", "User.ReadBasic.All");
    IntStream.range(0, 5).forEach(i -> arrives("member" + i + "@contoso.com"));
    IntStream.range(0, 5).forEach(i -> directory.join(group, "member" + i + "@contoso.com"));
    directory.joinWithoutMailbox(group, "room@contoso.com");
    directory.joinAsGuest(group, "guest@fabrikam.com");
    arrives("listed@contoso.com");
    file = Files.writeString(folder.resolve("mailboxes.txt"), "listed@contoso.com # one\n");
    mailroom =
        MailroomRun.startRuntime(
            TravellingClock.Application.class,
            tenant,
            folder,
            "--mailroom.accounts.everyone.members-of=" + group,
            "--mailroom.accounts.everyone.credential=demo",
            "--mailroom.accounts.everyone.deliver-to=database",
            "--mailroom.accounts.list.mailboxes-file=" + file,
            "--mailroom.accounts.list.credential=demo",
            "--mailroom.accounts.list.deliver-to=database");
    clock = mailroom.bean(TravellingClock.class);
    tenant.mailbox("support@contoso.com");
    await().atMost(PATIENCE).until(() -> ids().contains("everyone-member0_contoso.com"));
  }

  @AfterAll
  void stop() {
    mailroom.close();
    tenant.close();
  }

  private void may(String... roles) {
    tenant.register(DemoTenant.CLIENT_ID, DemoTenant.CLIENT_SECRET, Set.of(roles));
  }

  private void arrives(String address) {
    tenant.mailbox(address).deliver(DemoMail.plain(++plain));
  }

  private List<String> ids() {
    return mailroom.bean(Accounts.class).all().stream().map(Account::id).toList();
  }

  /** By the clock that nodes share; and tokens may be asked for anew. */
  private void isTimeToAsk() {
    clock.travel(Duration.ofMinutes(15));
    mailroom.database().update("update discovery set due_at = current_timestamp");
  }

  private void awaitRead(String address) {
    await().atMost(PATIENCE).until(() -> tenant.mailbox(address).unread() == 0);
  }

  @Test
  void
      each_member_with_a_mailbox_of_its_own_is_imported_with_the_entrys_settings_and_so_is_each_line_of_the_file() {
    IntStream.range(0, 5).forEach(i -> awaitRead("member" + i + "@contoso.com"));
    awaitRead("listed@contoso.com");
    assertThat(ids())
        .contains("everyone-member4_contoso.com", "list-listed_contoso.com", "support")
        .noneMatch(id -> id.contains("guest") || id.contains("room"))
        .doesNotContain("everyone", "list");
    assertThat(
            mailroom
                .bean(Accounts.class)
                .find("everyone-member4_contoso.com")
                .orElseThrow()
                .deliverTo())
        .containsExactly("database");
    assertThat(
            mailroom
                .database()
                .queryForList("select distinct account from mail_message", String.class))
        .contains("everyone-member4_contoso.com");
  }

  @Test
  void who_joins_is_imported_and_who_leaves_is_not_and_comes_back_without_a_second_copy(
      CapturedOutput output) {
    directory.join(group, "cleo@contoso.com");
    arrives("cleo@contoso.com");
    isTimeToAsk();
    awaitRead("cleo@contoso.com");
    directory.leave(group, "cleo@contoso.com");
    isTimeToAsk();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                !ids().contains("everyone-cleo_contoso.com")
                    && output.getOut().contains("not polled any more: cleo@contoso.com"));
    tenant.mailbox("cleo@contoso.com").unreadAll();
    directory.join(group, "cleo@contoso.com");
    isTimeToAsk();
    awaitRead("cleo@contoso.com");
    assertThat(
            mailroom
                .database()
                .queryForObject(
                    "select count(*) from mail_message where account = 'everyone-cleo_contoso.com'",
                    Long.class))
        .isEqualTo(1);
  }

  @Test
  void a_line_that_is_added_to_the_file_is_imported() throws IOException {
    arrives("added@contoso.com");
    Files.writeString(file, "listed@contoso.com # one\nadded@contoso.com\n");
    awaitRead("added@contoso.com");
  }

  @Test
  void a_missing_permission_is_said_by_check_log_health_and_console_and_the_members_are_imported_on(
      CapturedOutput output) {
    may("Mail.ReadWrite");
    tenant.revokeTokens();
    try {
      assertThat(mailroom.bean(AccountCheck.class).check("everyone"))
          .filteredOn(CheckStep::isFailed)
          .singleElement()
          .matches(
              step ->
                  step.name().equals("mailboxes")
                      && step.inWords().contains("Grant it GroupMember.Read.All"));
      isTimeToAsk();
      await()
          .atMost(PATIENCE)
          .until(() -> output.getOut().contains("entry everyone: list members of " + group));
      arrives("member0@contoso.com");
      awaitRead("member0@contoso.com");
      await()
          .atMost(PATIENCE)
          .until(() -> mailroom.bean(Accounts.class).problems().containsKey("everyone"));
      ConsoleSession console = ConsoleSession.signIn(mailroom);
      assertThat(console.get("/accounts").body())
          .contains("GroupMember.Read.All")
          .contains("members of " + group);
      assertThat(console.get("/account/everyone").body()).contains("GroupMember.Read.All");
      assertThat(console.get("/accounts/everyone").statusCode()).isEqualTo(200);
    } finally {
      may("Mail.ReadWrite", "GroupMember.Read.All", "User.ReadBasic.All");
      tenant.revokeTokens();
      isTimeToAsk();
      await()
          .atMost(PATIENCE)
          .until(() -> !mailroom.bean(Accounts.class).problems().containsKey("everyone"));
    }
    assertThat(mailroom.bean(AccountCheck.class).check("everyone"))
        .noneMatch(CheckStep::isFailed)
        .anyMatch(
            step -> step.told().matches("the group has \\d+ members, \\d+ of them with a mailbox"));
  }

  @Test
  void the_console_lists_them_as_discovered_and_they_can_not_be_changed_there() {
    ConsoleSession console = ConsoleSession.signIn(mailroom);
    assertThat(console.get("/accounts?q=member1").body())
        .contains("everyone-member1_contoso.com")
        .contains("discovered by everyone");
    String settings = console.get("/accounts/everyone-member1_contoso.com").body();
    assertThat(settings)
        .contains("Discovered by everyone of application.yaml")
        .contains("disabled")
        .doesNotContain(">Save<");
    Accounts accounts = mailroom.bean(Accounts.class);
    AccountEditor editor = mailroom.bean(AccountEditor.class);
    assertThat(accounts.home("everyone-member1_contoso.com")).contains(Home.DISCOVERED);
    assertThat(
            editor.validateChange(
                "everyone-member1_contoso.com", accounts.fields("everyone-member1_contoso.com")))
        .singleElement()
        .matches(problem -> problem.message().contains("was found by everyone"));
    assertThat(editor.validateNew("everyone-member1_contoso.com", accounts.fields("support")))
        .isNotEmpty();
    assertThat(accounts.accountsUsing("demo")).contains("everyone", "everyone-member1_contoso.com");
  }

  private static Map<String, String> entry(String group, String folder) {
    return new TreeMap<>(
        Map.of(
            "id",
            "team",
            "members-of",
            group,
            "credential",
            "demo",
            "folder",
            folder,
            "filter",
            "isRead eq false",
            "content",
            "json",
            "deliver-to",
            "database",
            "attachments.inline",
            "on",
            "after-import.mark-as-read",
            "on",
            "after-import.categorise-failures",
            "on"));
  }

  @Test
  void an_entry_that_is_made_in_the_console_finds_its_mailboxes_is_changed_and_deleted_there(
      CapturedOutput output) {
    String team = directory.group("team");
    String other = directory.group("other");
    List.of("ann", "bob").forEach(name -> directory.join(team, name + "@contoso.com"));
    directory.join(other, "bob@contoso.com");
    List.of("ann", "bob").forEach(name -> arrives(name + "@contoso.com"));
    ConsoleSession console = ConsoleSession.signIn(mailroom);
    assertThat(console.get("/accounts/~new").body())
        .contains("name=\"members-of\"")
        .doesNotContain("name=\"mailboxes-file\"")
        .contains("GroupMember.Read.All")
        .contains("can only be named in application.yaml");
    assertThat(
            console
                .post("/accounts/~new", "/accounts/~new", entry("team@contoso.com", "inbox"))
                .body())
        .contains(
            "members-of must be the object id of a group, such as"
                + " 22222222-3333-4444-5555-666666666666");
    Map<String, String> both = entry(team, "inbox");
    both.put("mailbox", "ann@contoso.com");
    assertThat(console.post("/accounts/~new", "/accounts/~new", both).body())
        .contains("of mailbox, members-of and mailboxes-file are both set: choose one");
    Accounts accounts = mailroom.bean(Accounts.class);
    AccountEditor editor = mailroom.bean(AccountEditor.class);
    Map<String, String> file = entry("", "inbox");
    file.remove("id");
    file.put("mailboxes-file", "/etc/passwd");
    assertThat(editor.validateNew("files", file))
        .extracting(problem -> problem.field() + " " + problem.message())
        .contains(
            "mailboxes-file can only be set in application.yaml, for it names a file of the"
                + " server");

    assertThat(console.post("/accounts/~new", "/accounts/~new", entry(team, "inbox")).body())
        .contains("Entry team was saved");
    List.of("ann", "bob").forEach(name -> awaitRead(name + "@contoso.com"));
    assertThat(console.get("/accounts?q=team").body().replace("<wbr>", ""))
        .contains("members of " + team)
        .contains("2 accounts")
        .contains("discovered by team")
        .contains(">database<");
    assertThat(console.get("/accounts/team-ann_contoso.com").body())
        .contains("Discovered by team: change that entry.");
    assertThat(console.get("/accounts/team").body())
        .contains("value=\"" + team + "\"")
        .contains("Its 2 accounts")
        .contains(">Save<");
    assertThat(mailroom.bean(AccountCheck.class).check("team")).noneMatch(CheckStep::isFailed);

    tenant.mailbox("bob@contoso.com").folder("Inbox/Team");
    console.post("/accounts/team", "/accounts/team", entry(other, "Inbox/Team"));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                ids().contains("team-bob_contoso.com") && !ids().contains("team-ann_contoso.com"));
    assertThat(accounts.find("team-bob_contoso.com").orElseThrow().folders())
        .containsExactly("Inbox/Team");
    assertThat(output.getOut()).contains("entry team: stands for group " + other + " now");

    assertThat(console.post("/accounts/team", "/accounts/team/delete", Map.of()).body())
        .contains("Entry team was deleted, and its accounts with it");
    await().atMost(PATIENCE).until(() -> ids().stream().noneMatch(id -> id.startsWith("team")));
    assertThat(accounts.home("team")).isEmpty();
  }
}
