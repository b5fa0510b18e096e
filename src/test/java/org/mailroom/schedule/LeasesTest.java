package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mailroom.account.Account;
import org.mailroom.graph.GatesForTests;
import org.mailroom.graph.LeaseLostException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;

/**
 * Several nodes on one database: who works on which mailbox, and what becomes of it when one of
 * them is gone. On both kinds of database.
 */
@ExtendWith(OutputCaptureExtension.class)
class LeasesTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  enum Kind {
    H2,
    POSTGRESQL
  }

  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
    SharedSchedule.migrate(server);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private static SharedSchedule database(Kind kind) {
    return kind == Kind.H2 ? SharedSchedule.h2() : SharedSchedule.of(server);
  }

  private static void know(NodeProcess node, String... accounts) {
    List.of(accounts).forEach(account -> node.know(account, MINUTE));
  }

  @ParameterizedTest
  @EnumSource
  void
      each_takes_as_many_as_its_importers_are_free_and_as_many_again_as_it_finished_and_none_that_another_one_has(
          Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one", "importers", "2");
    NodeProcess two = database.node("two", "importers", "2");
    know(one, "a", "b", "c", "d", "e", "f");
    know(two, "a", "b", "c", "d", "e", "f");
    assertThat(one.schedule.due()).containsExactly("a", "b");
    assertThat(one.schedule.isAnyoneWaiting()).isTrue();
    assertThat(two.schedule.due()).containsExactly("c", "d");
    assertThat(one.schedule.due()).as("its importers have enough").isEmpty();
    one.runs("a", Imports.idle("a", one.clock));
    assertThat(one.schedule.due())
        .as("one is free, and one was finished")
        .containsExactly("e", "f");
    two.runs("c", Imports.idle("c", two.clock));
    two.runs("d", Imports.idle("d", two.clock));
    assertThat(two.schedule.due()).isEmpty();
    assertThat(two.schedule.workedBy("e"))
        .hasValueSatisfying(node -> assertThat(node.name()).isEqualTo("one"));
    assertThat(two.schedule.workedBy("c")).isEmpty();
    assertThat(one.schedule.workedBy("b"))
        .hasValueSatisfying(node -> assertThat(node.self()).isTrue());
    assertThat(two.schedule.importNow("b")).as("the other one is at it").isTrue();
    assertThat(two.schedule.due()).isEmpty();
    one.runs("b", Imports.idle("b", one.clock));
    one.keeper.keep();
    assertThat(two.schedule.due()).as("whoever is free fulfils the wish").containsExactly("b");
  }

  @ParameterizedTest
  @EnumSource
  void what_an_import_came_to_is_known_on_the_other_nodes_in_words_and_after_their_start(
      Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    know(one, "a");
    know(two, "a");
    one.schedule.due();
    one.runs("a", Imports.leaving("a", one.clock, 1, 2, 3, 4));
    one.keeper.keep();
    two.schedule.due();
    assertThat(two.schedule.backlog("a")).contains(10L);
    assertThat(two.schedule.lastSuccess("a")).contains(one.clock.instant());
    assertThat(two.schedule.nextPoll("a")).isEqualTo(one.clock.instant().plus(MINUTE));
    one.clock.pass(MINUTE);
    one.schedule.due();
    one.runs("a", Imports.failed("a", one.clock, new IllegalStateException("no\u0000where")));
    one.keeper.keep();
    two.schedule.due();
    assertThat(two.schedule.lastResult("a").orElseThrow().failure()).hasMessage("no\u0000where");
    NodeProcess three = database.node("three");
    assertThat(three.schedule.lastSuccess("a"))
        .as("it joins others")
        .contains(one.clock.instant().minus(MINUTE));
    List.of(one, two, three).forEach(node -> node.nodes.destroy());
    NodeProcess alone = database.node("alone");
    know(alone, "a");
    assertThat(alone.schedule.lastResult("a")).as("nobody polled meanwhile").isEmpty();
    assertThat(alone.schedule.lastSuccess("a")).isEmpty();
    assertThat(alone.schedule.due()).as("every account is due at the start").containsExactly("a");
  }

  @ParameterizedTest
  @EnumSource
  void
      what_a_node_had_that_gives_no_sign_of_life_another_one_takes_over_and_the_first_one_writes_nothing_more(
          Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    know(one, "a", "b");
    one.know("rarely", Duration.ofDays(1));
    know(two, "a", "b");
    two.know("rarely", Duration.ofDays(1));
    assertThat(one.schedule.due()).containsExactly("a", "b", "rarely");
    one.runs("rarely", Imports.idle("rarely", one.clock));
    one.schedule.importNow("rarely");
    assertThat(one.schedule.due()).containsExactly("rarely");
    one.schedule.begun("a");
    database.transaction.executeWithoutResult(status -> one.leases.require("a"));
    assertThat(two.schedule.due()).isEmpty();
    NodeProcess.wasSeenBefore(database.jdbc, one.nodes, 29);
    assertThat(two.schedule.due()).as("it may still come back").isEmpty();
    NodeProcess.wasSeenBefore(database.jdbc, one.nodes, 30);
    assertThat(two.schedule.due())
        .as("the one that was wanted, too")
        .containsExactlyInAnyOrder("a", "b", "rarely");

    one.nodes.beat();
    assertThatThrownBy(
            () ->
                database.transaction.executeWithoutResult(
                    status -> {
                      database.jdbc.update(
                          "insert into account_pause (account, paused_at) values ('a',"
                              + " current_timestamp)");
                      one.leases.require("a");
                    }))
        .isInstanceOf(LeaseLostException.class)
        .hasMessageContaining("a@contoso.com was taken over by node two");
    assertThat(database.rows("account_pause")).as("it is rolled back").isZero();
    assertThat(one.schedule.isLost("a")).isTrue();
    assertThatThrownBy(() -> GatesForTests.pass(one.gates, "A@contoso.com"))
        .isInstanceOf(LeaseLostException.class)
        .hasMessageContaining("taken over by node two");
    assertThat(one.schedule.due()).as("it has an import there that isn't through").isEmpty();
    one.schedule.givenBack("a");
    one.schedule.givenBack("b");
    one.keeper.keep();
    assertThat(two.schedule.isLost("a")).isFalse();
    database.transaction.executeWithoutResult(status -> two.leases.require("a"));
    assertThat(one.schedule.due()).isEmpty();
    assertThat(one.schedule.workedBy("a"))
        .hasValueSatisfying(node -> assertThat(node.name()).isEqualTo("two"));
    GatesForTests.pass(two.gates, "a@contoso.com");
  }

  @ParameterizedTest
  @EnumSource
  void
      an_account_whose_mailbox_another_node_has_changed_a_moment_ago_is_left_and_those_beside_it_are_taken(
          Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    know(one, "a");
    assertThat(one.schedule.due()).containsExactly("a");
    Account moved = two.know("moved", "a@contoso.com", MINUTE);
    Account beside = two.know("beside", "b@contoso.com", MINUTE);
    assertThat(two.schedule.due()).as("the other mailbox is worked on").containsExactly("beside");
    two.runs("beside", Imports.idle("beside", two.clock));
    two.keeper.keep();
    database.jdbc.update(
        "update account_schedule set mailbox = 'b@contoso.com' where account = 'moved'");
    List<Standing> asKnownHere =
        List.of(Standing.of(moved, two.clock.instant()), Standing.of(beside, two.clock.instant()));
    assertThat(two.taking.take(asKnownHere, true, two.keeper.board())).containsExactly("beside");
    assertThat(database.rows("account_schedule where account = 'moved' and node is null"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void
      a_node_whose_sign_of_life_came_too_late_lets_go_of_what_it_had_though_nobody_took_it_and_takes_it_anew(
          Kind kind, CapturedOutput output) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    know(one, "a");
    one.schedule.due();
    one.schedule.begun("a");
    GatesForTests.pass(one.gates, "a@contoso.com");
    one.clock.pass(Duration.ofSeconds(25));
    assertThatThrownBy(() -> GatesForTests.pass(one.gates, "a@contoso.com"))
        .isInstanceOf(LeaseLostException.class);
    GatesForTests.pass(one.gates, "other@contoso.com");
    one.clock.pass(Duration.ofSeconds(5));
    one.nodes.beat();
    assertThatThrownBy(() -> GatesForTests.pass(one.gates, "a@contoso.com"))
        .as("also when it is back")
        .isInstanceOf(LeaseLostException.class);
    assertThatThrownBy(() -> one.leases.require("a")).isInstanceOf(LeaseLostException.class);
    long token = database.token("a@contoso.com");
    one.schedule.givenBack("a");
    assertThat(one.schedule.due()).as("it is due as before").containsExactly("a");
    assertThat(database.token("a@contoso.com")).isGreaterThan(token);
    one.leases.require("a");
    GatesForTests.pass(one.gates, "a@contoso.com");
  }

  @ParameterizedTest
  @EnumSource
  void
      two_accounts_of_one_mailbox_are_worked_on_by_one_node_at_a_time_which_gives_it_back_with_the_last(
          Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    for (NodeProcess node : List.of(one, two)) {
      node.know("a", "Shared@contoso.com", MINUTE);
    }
    assertThat(one.schedule.due()).containsExactly("a");
    for (NodeProcess node : List.of(one, two)) {
      node.know("b", "shared@Contoso.com", MINUTE);
    }
    assertThat(two.schedule.due()).as("its mailbox is worked on").isEmpty();
    assertThat(one.schedule.due()).containsExactly("b");
    assertThat(one.nodes.self().mailboxes()).isEqualTo(1);
    one.runs("a", Imports.idle("a", one.clock));
    one.keeper.keep();
    two.clock.pass(MINUTE);
    assertThat(two.schedule.due()).isEmpty();
    one.runs("b", Imports.idle("b", one.clock));
    one.keeper.keep();
    assertThat(one.nodes.self().mailboxes()).isZero();
    assertThat(two.schedule.due()).containsExactlyInAnyOrder("a", "b");
    assertThat(database.rows("mailbox_lease")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void what_the_service_asked_for_and_what_is_used_of_the_quota_go_along_with_the_mailbox(
      Kind kind) {
    SharedSchedule database = database(kind);
    String[] quota = {"limits.requests-per-window", "25", "limits.batch-size", "20"};
    NodeProcess one = database.node("one", quota);
    NodeProcess two = database.node("two", quota);
    know(one, "a", "b", "idle");
    one.schedule.due();
    for (int i = 0; i < 20; i++) {
      GatesForTests.pass(one.gates, "a@contoso.com");
    }
    one.runs("a", Imports.idle("a", one.clock));
    one.schedule.begun("b");
    one.keeper.keep();
    // a pause is stored at once, not only from time to time
    GatesForTests.throttled(one.gates, "b@contoso.com", Duration.ofSeconds(900));
    one.keeper.keep();
    assertThat(database.rows("mailbox_lease where mailbox = 'idle@contoso.com' and gate is null"))
        .as("nothing to hand on")
        .isEqualTo(1);

    know(two, "a", "b");
    two.clock.pass(MINUTE);
    NodeProcess.wasSeenBefore(database.jdbc, one.nodes, 30);
    assertThat(two.schedule.due()).containsExactlyInAnyOrder("a", "b");
    assertThat(two.gates.closedUntil("b@contoso.com"))
        .contains(one.clock.instant().plusSeconds(900));
    assertThat(two.gates.opensIn("b@contoso.com")).isEqualTo(Duration.ofSeconds(840));
    assertThat(two.gates.opensIn("a@contoso.com"))
        .as("five of 25 are left")
        .isBetween(Duration.ofSeconds(540), Duration.ofSeconds(545));
    two.clock.pass(Duration.ofMinutes(9).plusSeconds(2));
    assertThat(two.gates.opensIn("a@contoso.com")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void the_site_is_told_once_of_trouble_and_once_of_its_end_whichever_nodes_meet_them(Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    know(one, "a");
    know(two, "a");
    var failed = Imports.failed("a", one.clock, new IllegalStateException("the folder is gone"));
    one.schedule.due();
    one.runs("a", failed);
    assertThat(one.alerts.due(failed))
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert)
                    .containsEntry("event", "failed")
                    .containsEntry("cause", "the folder is gone"));
    one.keeper.keep();
    two.clock.pass(MINUTE);
    assertThat(two.schedule.due()).containsExactly("a");
    two.runs("a", failed);
    assertThat(two.alerts.due(failed)).as("the other one told it").isEmpty();
    two.keeper.keep();
    one.nodes.destroy();
    two.nodes.destroy();
    NodeProcess next = database.node("next");
    know(next, "a");
    next.schedule.due();
    next.runs("a", Imports.idle("a", next.clock));
    assertThat(next.alerts.due(Imports.idle("a", next.clock)))
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert)
                    .containsEntry("event", "recovered")
                    .containsEntry("cause", "the folder is gone")
                    .containsEntry("since", one.clock.instant().toString()));
  }

  @ParameterizedTest
  @EnumSource
  void
      changed_settings_that_several_nodes_notice_are_one_more_poll_and_other_ones_on_a_node_are_not_one_after_another(
          Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    know(one, "a");
    know(two, "a");
    one.schedule.due();
    one.runs("a", Imports.idle("a", one.clock));
    assertThat(two.schedule.due()).isEmpty();
    one.know("a", Duration.ofMinutes(5));
    two.know("a", Duration.ofMinutes(5));
    assertThat(one.schedule.due()).containsExactly("a");
    one.runs("a", Imports.idle("a", one.clock));
    assertThat(one.schedule.due()).isEmpty();
    assertThat(two.schedule.due()).isEmpty();
    NodeProcess other = database.node("other");
    other.know("a", Duration.ofMinutes(9));
    assertThat(other.schedule.due()).as("its file says something else").containsExactly("a");
    other.runs("a", Imports.idle("a", other.clock));
    other.keeper.keep();
    List<String> due = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      List.of(one, two, other).forEach(node -> due.addAll(node.schedule.due()));
    }
    assertThat(due).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void
      an_import_that_goes_on_later_goes_on_where_it_stood_unless_another_node_had_the_mailbox_since(
          Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    know(one, "a");
    one.schedule.due();
    assertThat(one.schedule.isUnbroken("a")).as("the first").isFalse();
    one.runs("a", Imports.goingOn("a", one.clock, one.clock.instant()));
    assertThat(one.schedule.due()).containsExactly("a");
    assertThat(one.schedule.isUnbroken("a")).isTrue();
    one.runs("a", Imports.goingOn("a", one.clock, one.clock.instant()));
    one.keeper.keep();
    know(two, "a");
    assertThat(two.schedule.due()).as("the node that has begun it comes first").isEmpty();
    assertThat(two.schedule.isSuspended("a")).isTrue();
    List<String> goneOn = new ArrayList<>();
    one.schedule.whenGoneOnElsewhere(goneOn::add);
    two.clock.passSeconds(2);
    assertThat(two.schedule.due()).containsExactly("a");
    assertThat(two.schedule.isUnbroken("a")).isFalse();
    assertThat(one.schedule.due()).isEmpty();
    assertThat(goneOn).containsExactly("a");
    two.runs("a", Imports.goingOn("a", two.clock, two.clock.instant()));
    two.keeper.keep();
    one.clock.passSeconds(4);
    assertThat(one.schedule.due()).containsExactly("a");
    assertThat(one.schedule.isUnbroken("a")).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void a_stop_gives_back_what_was_in_hand_and_nobody_waits_for_a_node_that_stopped(Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    know(one, "a", "b");
    know(two, "a", "b");
    one.schedule.due();
    one.schedule.begun("a");
    stop(one);
    assertThat(database.rows("mailbox_lease where node is not null")).isZero();
    assertThat(database.rows("node")).isEqualTo(1);
    assertThat(two.schedule.due()).containsExactlyInAnyOrder("a", "b");
    assertThatThrownBy(() -> one.leases.require("a"))
        .as("what the stop didn't wait for")
        .isInstanceOf(LeaseLostException.class);
    assertThatThrownBy(() -> GatesForTests.pass(one.gates, "a@contoso.com"))
        .isInstanceOf(LeaseLostException.class);
  }

  private static void stop(NodeProcess node) {
    try {
      node.keeper.destroy();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    node.nodes.destroy();
  }

  @ParameterizedTest
  @EnumSource
  void a_command_waits_for_a_mailbox_that_a_runtime_works_on_says_who_has_it_and_gives_it_back(
      Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    NodeProcess command = database.node("command", "polling", "false", "limits.mailbox-wait", "0s");
    know(one, "a");
    know(command, "a");
    one.schedule.due();
    one.schedule.begun("a");
    List<String> told = new ArrayList<>();
    assertThatThrownBy(() -> command.turns.await("a", told::add))
        .isInstanceOf(MailboxBusyException.class)
        .hasMessageContaining(
            "mailbox a@contoso.com of account a is being worked on by node one since 2")
        .hasMessageContaining("mailroom.limits.mailbox-wait");
    one.ends("a", Imports.idle("a", one.clock));
    one.keeper.keep();
    one.schedule.pause("a");
    try (MailboxTurns.Turn turn = command.turns.await("a", told::add)) {
      one.clock.pass(MINUTE);
      one.schedule.resume("a");
      assertThat(one.schedule.due()).as("the command has it").isEmpty();
    }
    assertThat(one.schedule.due()).containsExactly("a");
    assertThat(told).isEmpty();
    command.turns.await("nobody", told::add).close();
  }

  @ParameterizedTest
  @EnumSource
  void while_the_database_is_away_what_is_due_says_so_and_afterwards_the_database_counts(
      Kind kind) {
    SharedSchedule database = database(kind);
    NodeProcess one = database.node("one");
    know(one, "a", "b");
    one.schedule.due();
    one.runs("a", Imports.idle("a", one.clock));
    one.runs("b", Imports.idle("b", one.clock));
    one.schedule.due();
    database.jdbc.execute("alter table node rename to elsewhere");
    one.schedule.importNow("b");
    assertThat(one.schedule.due()).containsExactly("b");
    assertThatThrownBy(() -> one.schedule.requireTaken(one.known.get("b")))
        .isInstanceOf(DataAccessException.class);
    one.runs("b", Imports.failed("b", one.clock, new IllegalStateException("away")));
    assertThat(one.schedule.due()).as("not each second").isEmpty();
    assertThat(one.schedule.lastResult("b").orElseThrow().failure()).hasMessage("away");
    database.jdbc.execute("alter table elsewhere rename to node");
    assertThat(one.schedule.due()).as("the wish is fulfilled").containsExactly("b");
    one.schedule.requireTaken(one.known.get("b"));
    one.know("b", "moved@contoso.com", MINUTE);
    assertThatThrownBy(() -> one.schedule.requireTaken(one.known.get("b")))
        .isInstanceOf(LeaseLostException.class);
    assertThat(one.schedule.lastResult("b").orElseThrow().failure()).isNull();
  }

  @Test
  void
      a_lease_that_another_transaction_has_locked_is_passed_over_and_what_writes_under_one_keeps_it() {
    SharedSchedule database = database(Kind.POSTGRESQL);
    NodeProcess one = database.node("one");
    NodeProcess two = database.node("two");
    know(one, "a");
    know(two, "a", "b");
    one.schedule.due();
    one.schedule.begun("a");
    NodeProcess.wasSeenBefore(database.jdbc, one.nodes, 60);
    database.transaction.executeWithoutResult(
        status -> {
          one.leases.require("a");
          // of another thread, which has a transaction of its own
          assertThat(
                  CompletableFuture.supplyAsync(two.schedule::due)
                      .orTimeout(30, TimeUnit.SECONDS)
                      .join())
              .as("it isn't waited for")
              .containsExactly("b");
        });
    assertThat(two.schedule.due()).containsExactly("a");
    assertThatThrownBy(
            () -> database.transaction.executeWithoutResult(status -> one.leases.require("a")))
        .isInstanceOf(LeaseLostException.class);
  }
}
