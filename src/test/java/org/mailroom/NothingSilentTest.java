package org.mailroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mailroom.demo.DemoFaults;
import org.mailroom.demo.DemoFaults.Fault;
import org.mailroom.demo.DemoViolation.Kind;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatus.State;
import org.mailroom.monitoring.AccountStatuses;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * A runtime whose mailboxes are in trouble, each in its own way: it tells of each within a poll,
 * and of its end when it is over and not before.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NothingSilentTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private ManyAccounts accounts;
  private boolean travelled;

  @BeforeAll
  void start(@TempDir Path folder) {
    List<String> names =
        List.of("good", "refused", "stale", "patient", "throttled", "mute", "silent");
    accounts = ManyAccounts.startRuntime(folder, names, "--mailroom.limits.throttled-for=1h");
    names.forEach(accounts::mailbox);
    await()
        .atMost(PATIENCE)
        .until(() -> names.stream().allMatch(name -> status(name).state() == State.IDLE));
  }

  @AfterAll
  void stop() {
    accounts.close();
  }

  @AfterEach
  void nothing_was_done_that_a_client_must_not_do() {
    // the tenant's own watch doesn't travel
    var violations = accounts.tenant().violations();
    accounts.tenant().forgetViolations();
    assertThat(violations)
        .filteredOn(
            violation ->
                !(travelled
                    && violation.kind() == Kind.BEFORE_RETRY_AFTER
                    && violation.mailbox().equals(ManyAccounts.address("patient"))))
        .isEmpty();
  }

  private AccountStatus status(String account) {
    return accounts.mailroom().bean(AccountStatuses.class).find(account).orElseThrow();
  }

  private static long errorsOf(String account, CapturedOutput output) {
    return output
        .getAll()
        .lines()
        .filter(line -> line.contains("ERROR account " + account + ": "))
        .count();
  }

  /** So many more polls of the good account have brought a message each. */
  private void awaitPolls(int polls) {
    for (int poll = 0; poll < polls; poll++) {
      int before = accounts.imported("good").size();
      accounts.fill("good", 1);
      await().atMost(PATIENCE).until(() -> accounts.imported("good").size() > before);
    }
  }

  @Test
  void a_mailbox_that_refuses_every_token_costs_one_token_and_leaves_the_others_theirs(
      CapturedOutput output) {
    awaitPolls(1);
    int tokens = accounts.tenant().tokenRequests();
    accounts.mailbox("refused").fails(Fault.status(401, "InvalidAuthenticationToken"));
    int before = accounts.requests("refused").size();
    await().atMost(PATIENCE).until(() -> accounts.requests("refused").size() > before + 4);
    awaitPolls(2);
    assertThat(accounts.tenant().tokenRequests() - tokens).isLessThanOrEqualTo(1);
    assertThat(output).contains("account refused: ").contains("Graph refused the access token");
    assertThat(status("refused").state()).isEqualTo(State.NEEDS_ATTENTION);
    assertThat(status("refused").reason()).contains("Graph refused the access token");
    assertThat(status("good").state()).isIn(State.IDLE, State.IMPORTING);
    accounts.mailbox("refused").fails(null);
    await().atMost(PATIENCE).until(() -> status("refused").state() == State.IDLE);
  }

  @Test
  void throttling_without_a_word_how_long_is_told_within_a_poll_in_log_and_state(
      CapturedOutput output) {
    accounts.mailbox("throttled").fails(Fault.throttled("0"));
    accounts.mailbox("mute").fails(Fault.throttled(null));
    for (String account : List.of("throttled", "mute")) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                accounts.passTheWait(account);
                return output
                    .getAll()
                    .contains(
                        "mailbox "
                            + ManyAccounts.address(account)
                            + " is throttled by the service (HTTP 429)");
              });
      // between two of its waits it asks again
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                AccountStatus seen = status(account);
                return seen.state() == State.WAITING
                    && seen.reason()
                        .contains("The service throttles " + ManyAccounts.address(account));
              });
      accounts.mailbox(account).fails(null);
    }
    for (String account : List.of("throttled", "mute")) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                accounts.passTheWait(account);
                return status(account).state() == State.IDLE;
              });
      assertThat(output)
          .contains("mailbox " + ManyAccounts.address(account) + " is no longer throttled");
    }
  }

  @Test
  void a_retry_after_of_900_seconds_is_kept_to_the_second_and_told(CapturedOutput output) {
    accounts.fill("patient", 1);
    accounts
        .tenant()
        .faults()
        .add(call -> call.contains(ManyAccounts.address("patient")), Fault.throttled("900"), 1);
    await().atMost(PATIENCE).until(() -> status("patient").state() == State.WAITING);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                output
                    .getAll()
                    .contains(
                        "mailbox patient@contoso.com is throttled by the service (HTTP 429)"));
    int before = accounts.requests("patient").size();
    accounts.travel(Duration.ofSeconds(620));
    awaitPolls(3);
    assertThat(status("patient").reason()).contains("The service throttles patient@contoso.com");
    assertThat(status("patient").state())
        .as("however long it lasts, it goes on by itself")
        .isEqualTo(State.WAITING);
    assertThat(accounts.requests("patient")).as("620 s of 900 are over").hasSize(before);
    assertThat(accounts.tenant().violations()).isEmpty();
    travelled = true;
    accounts.travel(Duration.ofSeconds(285));
    await().atMost(PATIENCE).until(() -> accounts.mailbox("patient").unread() == 0);
    assertThat(accounts.imported("patient")).hasSize(1);
  }

  @Test
  void
      a_mailbox_that_can_not_be_read_for_long_is_told_with_its_cause_and_called_well_once_it_is_read_to_its_end(
          CapturedOutput output) {
    awaitPolls(1);
    // another test may have made it stall: what lasts since isn't told of twice
    await().atMost(PATIENCE).until(() -> status("stale").state() == State.IDLE);
    accounts.mailbox("stale").fails(Fault.status(500, "MailboxInfoStale"));
    await().atMost(PATIENCE).until(() -> status("stale").reason() != null);
    assertThat(status("stale").reason()).contains("MailboxInfoStale");
    assertThat(output).contains("ERROR account stale: ").contains("MailboxInfoStale");
    accounts.travel(Duration.ofMinutes(6));
    await().atMost(PATIENCE).until(() -> errorsOf("stale", output) > 1);
    int before = accounts.requests("stale").size();
    await().atMost(PATIENCE).until(() -> accounts.requests("stale").size() > before + 20);
    await().atMost(PATIENCE).until(() -> status("stale").state() == State.NEEDS_ATTENTION);
    assertThat(errorsOf("stale", output)).as("told once an hour").isLessThan(4);
    // a success of before may still be told until the first failure is
    String sinceItFails =
        output.getAll().substring(output.getAll().indexOf("ERROR account stale: "));
    assertThat(sinceItFails)
        .doesNotContain("stale: the mailbox is read again")
        .doesNotContain("stale: the mailbox can be read again");
    accounts.mailbox("stale").fails(null);
    await()
        .atMost(PATIENCE)
        .until(() -> output.getAll().contains("account stale: the mailbox can be read again"));
    await().atMost(PATIENCE).until(() -> status("stale").state() == State.IDLE);
    assertThat(output).containsOnlyOnce("account stale: the mailbox can be read again");
  }

  @Test
  void a_request_that_is_not_answered_is_told_while_it_is_waited_for_in_log_and_state(
      CapturedOutput output) {
    accounts.mailbox("silent").fails(Fault.of(DemoFaults.Kind.SILENT));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> status("silent").reason() != null);
    AccountStatus waiting = status("silent");
    assertThat(waiting.reason())
        .contains("Waiting for the answer to 'list messages of silent@contoso.com' since 20")
        .contains("goes on by itself");
    assertThat(waiting.state()).isEqualTo(State.WAITING);
    await()
        .atMost(PATIENCE)
        .until(() -> output.getAll().contains("WARN  account silent: Waiting for the answer to '"));
    accounts.mailbox("silent").fails(null);
    await().atMost(PATIENCE).until(() -> status("silent").state() == State.IDLE);
    assertThat(status("silent").reason()).isNull();
  }
}
