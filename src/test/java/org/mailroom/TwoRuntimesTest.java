package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.account.ImportResult;
import org.mailroom.command.MailroomCommand;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoMailbox;
import org.mailroom.demo.DemoTenant;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.schedule.Node;
import org.mailroom.schedule.Nodes;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Two runtimes on one PostgreSQL share the work: each mailbox is worked on by one of them at a
 * time.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(300)
class TwoRuntimesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int MAILBOXES = 12;

  /** Nobody is missed where that isn't what is shown. */
  private static final String PATIENT = "--mailroom.takeover-after=5m";

  @TempDir private Path folder;

  private static String[] settings(Postgres postgres, String node, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--spring.datasource.username=postgres",
                "--mailroom.takeover-after=3s",
                "--mailroom.node=" + node,
                "--mailroom.accounts.support.deliver-to=database",
                "--mailroom.importers=4",
                "--mailroom.secret-key=one key for both of them"));
    for (int i = 1; i <= MAILBOXES; i++) {
      String account = "--mailroom.accounts.branch-" + i + ".";
      all.addAll(
          List.of(
              account + "mailbox=branch-" + i + "@contoso.com",
              account + "credential=demo",
              account + "deliver-to=database"));
    }
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  private static void deliver(DemoTenant tenant, int first, int last) {
    tenant.mailbox("support@contoso.com");
    for (int i = 1; i <= MAILBOXES; i++) {
      for (int number = first; number <= last; number++) {
        tenant.mailbox("branch-" + i + "@contoso.com").deliver(DemoMail.plain(number));
      }
    }
  }

  private static boolean isAllRead(DemoTenant tenant) {
    for (int i = 1; i <= MAILBOXES; i++) {
      if (tenant.mailbox("branch-" + i + "@contoso.com").unread() > 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  void they_share_the_mailboxes_see_each_other_and_a_wish_of_one_is_fulfilled_by_either()
      throws Exception {
    Path here = Files.createDirectories(folder.resolve("here"));
    Path there = Files.createDirectories(folder.resolve("there"));
    try (Postgres postgres = Postgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      deliver(tenant, 1, 5);
      try (MailroomRun one =
              MailroomRun.startRuntime(tenant, here, settings(postgres, "one", PATIENT));
          MailroomRun two =
              MailroomRun.startRuntime(tenant, there, settings(postgres, "two", PATIENT))) {
        await().atMost(PATIENCE).until(() -> isAllRead(tenant));
        assertThat(two.bean(Nodes.class).self().name()).isEqualTo("two");
        await().atMost(PATIENCE).until(() -> one.bean(Nodes.class).all().size() == 2);
        assertThat(one.bean(Nodes.class).missed()).isEmpty();
        Set<String> workers = new HashSet<>();
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(20))
            .until(
                () -> {
                  workers.addAll(
                      one.database()
                          .queryForList(
                              "select distinct name from node join mailbox_lease on node.id ="
                                  + " mailbox_lease.node",
                              String.class));
                  return workers.equals(Set.of("one", "two"));
                });

        // what one node did the other one tells
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    two.bean(AccountSchedule.class).lastResult("branch-1").isPresent()
                        && one.bean(AccountSchedule.class).lastSuccess("branch-1").isPresent());
        two.bean(AccountSchedule.class).pause("branch-1");
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    one.bean(AccountSchedule.class).isPaused("branch-1")
                        && one.bean(AccountSchedule.class).workedBy("branch-1").isEmpty());
        tenant.mailbox("branch-1@contoso.com").deliver(DemoMail.plain(77));
        two.bean(AccountSchedule.class).importNow("branch-1");
        await().atMost(PATIENCE).until(() -> isAllRead(tenant));

        assertThat(one.rows("mail_message")).isEqualTo(MAILBOXES * 5 + 1);
        assertThat(tenant.violations()).isEmpty();
      }
    }
  }

  @Test
  void what_one_had_that_dies_the_other_one_takes_over_and_a_command_beside_it_has_its_turn(
      CapturedOutput output) throws Exception {
    Path here = Files.createDirectories(folder.resolve("here"));
    Path there = Files.createDirectories(folder.resolve("there"));
    try (Postgres postgres = Postgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      deliver(tenant, 1, 2);
      try (MailroomRun one = MailroomRun.startRuntime(tenant, here, settings(postgres, "one"))) {
        await().atMost(PATIENCE).until(() -> isAllRead(tenant));
        // a node that had two mailboxes in hand when it died
        one.database()
            .update(
                "insert into node (id, name, version, kind, pid, started_at, seen_at, mailboxes)"
                    + " values ('dead', 'dead', '1', 'runtime', 1, current_timestamp,"
                    + " current_timestamp, 2)");
        for (String account : List.of("branch-1", "branch-2")) {
          await()
              .atMost(PATIENCE)
              .until(
                  () ->
                      one.database()
                              .update(
                                  "update mailbox_lease set node = 'dead', token = token + 1,"
                                      + " taken_at = current_timestamp where mailbox = ? and node"
                                      + " is null",
                                  account + "@contoso.com")
                          == 1);
          one.database()
              .update(
                  "update account_schedule set node = 'dead', changed_at = current_timestamp where"
                      + " account = ?",
                  account);
        }
        deliver(tenant, 3, 3);
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    one.bean(Nodes.class).missed().stream()
                        .map(Node::name)
                        .toList()
                        .equals(List.of("dead")));
        await().atMost(PATIENCE).until(() -> isAllRead(tenant));
        assertThat(one.rows("mail_message")).isEqualTo(MAILBOXES * 3);
        assertThat(one.rows("mailbox_lease where node = 'dead'")).isZero();

        tenant.mailbox("branch-3@contoso.com").deliver(DemoMail.plain(4));
        try (MailroomRun command =
            MailroomRun.start(tenant, there, settings(postgres, "command"))) {
          ImportResult result = command.importAll("branch-3").get(0);
          assertThat(result.failure()).isNull();
        }
        await().atMost(PATIENCE).until(() -> isAllRead(tenant));
        assertThat(one.rows("mail_message")).isEqualTo(MAILBOXES * 3 + 1);
        assertThat(one.rows("node where name = 'command'")).as("it said that it ended").isZero();

        // and one that has a mailbox for longer than is waited
        one.bean(AccountSchedule.class).pause("branch-3");
        await()
            .atMost(PATIENCE)
            .until(() -> one.bean(AccountSchedule.class).workedBy("branch-3").isEmpty());
        one.database()
            .update(
                "update node set seen_at = current_timestamp + interval '1' hour where id ="
                    + " 'dead'");
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    one.database()
                            .update(
                                "update mailbox_lease set node = 'dead', token = token + 1,"
                                    + " taken_at = current_timestamp where mailbox ="
                                    + " 'branch-3@contoso.com' and node is null")
                        == 1);
        List<String> settings = MailroomRun.settings(tenant, there);
        settings.addAll(
            Arrays.asList(settings(postgres, "command", "--mailroom.limits.mailbox-wait=2s")));
        assertThat(
                MailroomCommand.run(
                    new String[] {"import", "--once", "--account", "branch-3"},
                    MailroomRun.launcher(settings)))
            .isEqualTo(4);
        assertThat(output.getAll())
            .contains(
                "mailbox branch-3@contoso.com of account branch-3 is being worked on by node dead"
                    + " since 20")
            .contains("waiting for it, at most 2 s")
            .contains("didn't end within 2 s (mailroom.limits.mailbox-wait)")
            .doesNotContain("\tat ");
        assertThat(
                MailroomCommand.run(
                    new String[] {"check", "--account", "branch-3"},
                    MailroomRun.launcher(settings)))
            .isEqualTo(5);
        assertThat(tenant.violations()).isEmpty();
      }
      assertThat(
              new org.springframework.jdbc.core.JdbcTemplate(postgres.getPostgresDatabase())
                  .queryForList("select name from node", String.class))
          .as("who stops says so")
          .containsExactly("dead");
    }
  }

  @Test
  void
      an_import_whose_mailbox_another_node_takes_meanwhile_ends_in_words_writes_nothing_more_and_all_comes_once(
          CapturedOutput output) throws Exception {
    try (Postgres postgres = Postgres.start();
        DemoTenant tenant = DemoTenant.start()) {
      deliver(tenant, 1, 1);
      DemoMailbox mailbox = tenant.mailbox("branch-1@contoso.com");
      for (int number = 2; number <= 300; number++) {
        mailbox.deliver(DemoMail.plain(number));
      }
      tenant.latency().set(Duration.ofMillis(40), Duration.ZERO);
      try (MailroomRun one =
          MailroomRun.startRuntime(
              tenant,
              folder,
              settings(
                  postgres,
                  "one",
                  "--mailroom.limits.page-size=10",
                  "--mailroom.takeover-after=30s"))) {
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(20))
            .until(() -> one.rows("mail_message where account = 'branch-1'") >= 20);
        one.database()
            .update(
                "insert into node (id, name, version, kind, pid, started_at, seen_at, mailboxes)"
                    + " values ('other', 'other', '1', 'runtime', 1, current_timestamp,"
                    + " current_timestamp + interval '1' hour, 1)");
        one.database()
            .update(
                "update mailbox_lease set node = 'other', token = token + 1, taken_at ="
                    + " current_timestamp where mailbox = 'branch-1@contoso.com'");
        long delivered = one.rows("mail_message where account = 'branch-1'");
        assertThat(delivered).isLessThan(300);
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    output
                        .getAll()
                        .contains("Mailbox branch-1@contoso.com was taken over by node other"));
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    one.rows("account_schedule where account = 'branch-1' and node is null") == 1);
        assertThat(one.rows("mail_message where account = 'branch-1'"))
            .as("nothing is written after that")
            .isEqualTo(delivered);
        assertThat(one.rows("delivery where status <> 'DELIVERED'"))
            .as("no message has failed")
            .isZero();
        assertThat(one.bean(AccountSchedule.class).lastResult("branch-1"))
            .as("the other one tells")
            .isEmpty();

        one.database()
            .update("update mailbox_lease set node = null where mailbox = 'branch-1@contoso.com'");
        await().atMost(PATIENCE).until(() -> mailbox.unread() == 0);
        assertThat(one.rows("mail_message where account = 'branch-1'")).isEqualTo(300);
        assertThat(one.rows("delivery where account = 'branch-1' and status = 'DELIVERED'"))
            .isEqualTo(300);
        assertThat(output.getAll()).doesNotContain("\tat ").doesNotContain("is down");
        assertThat(tenant.violations()).isEmpty();
      }
    }
  }
}
