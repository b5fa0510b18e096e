package org.mailroom.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.SettableClock;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.settings.DatabaseTime;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Who is in a group, told by a directory that the test fills, on nodes that share a database. */
@ExtendWith(OutputCaptureExtension.class)
class GroupEntriesTest {

  private final DiscoveryParts parts = new DiscoveryParts();

  private static GraphException refused(int status, String code) {
    return new GraphException(
        GraphOperation.LIST_MEMBERS, DiscoveryParts.GROUP, status, code, null, null);
  }

  @Test
  void each_member_with_a_mailbox_becomes_an_account_and_one_node_asks_for_all_once_an_interval() {
    parts.joins("ada", "ben");
    DiscoveryParts.Node one = parts.node();
    DiscoveryParts.Node other = parts.node();
    GroupEntries first = one.groups();
    GroupEntries second = other.groups();
    first.refresh(false);
    second.refresh(false);
    first.refresh(false);
    assertThat(parts.directory.asked).isEqualTo(1);
    assertThat(one.found())
        .isEqualTo(
            Map.of(
                "everyone-ada_contoso.com",
                "ada@contoso.com",
                "everyone-ben_contoso.com",
                "ben@contoso.com"))
        .isEqualTo(other.found());
    parts.joins("cleo");
    parts.clock.pass(Duration.ofMinutes(15));
    second.refresh(false);
    first.refresh(false);
    assertThat(parts.directory.asked).isEqualTo(2);
    assertThat(one.found()).containsValue("cleo@contoso.com").isEqualTo(other.found());
  }

  @Test
  void after_a_restart_everybody_is_known_without_a_question() {
    parts.joins("ada");
    parts.node().groups().refresh(false);
    parts.directory.refusal = refused(0, null);
    DiscoveryParts.Node next = parts.node();
    next.groups().learn();
    assertThat(next.found()).containsOnlyKeys("everyone-ada_contoso.com");
    assertThat(parts.directory.asked).isEqualTo(1);
  }

  @Test
  void who_leaves_is_polled_no_more_and_is_told_once_and_who_comes_back_is_the_same_account(
      CapturedOutput output) {
    parts.joins("ada", "ben");
    DiscoveryParts.Node node = parts.node();
    GroupEntries groups = node.groups();
    groups.refresh(false);
    parts.directory.mailboxes.remove("id of ben");
    groups.refresh(true);
    groups.refresh(true);
    assertThat(node.found()).containsOnlyKeys("everyone-ada_contoso.com");
    assertThat(
            output
                .getOut()
                .lines()
                .filter(line -> line.contains("not polled any more: ben@contoso.com")))
        .hasSize(1);
    parts.joins("ben");
    groups.refresh(true);
    assertThat(node.found()).containsEntry("everyone-ben_contoso.com", "ben@contoso.com");
  }

  @Test
  void another_name_of_a_user_keeps_the_account_for_the_ledger_knows_it_by_that() {
    parts.joins("ada");
    DiscoveryParts.Node node = parts.node();
    GroupEntries groups = node.groups();
    groups.refresh(false);
    parts.directory.mailboxes.put("id of ada", "ada.king@contoso.com");
    groups.refresh(true);
    assertThat(node.found()).isEqualTo(Map.of("everyone-ada_contoso.com", "ada.king@contoso.com"));
  }

  @Test
  void a_refusal_is_told_once_with_what_to_do_and_changes_nothing(CapturedOutput output) {
    parts.joins("ada");
    DiscoveryParts.Node node = parts.node();
    GroupEntries groups = node.groups();
    groups.refresh(false);
    parts.directory.refusal = refused(403, "Authorization_RequestDenied");
    groups.refresh(true);
    groups.refresh(true);
    assertThat(node.found()).containsOnlyKeys("everyone-ada_contoso.com");
    assertThat(node.problem()).contains("GroupMember.Read.All").contains("imported on");
    assertThat(output.getOut().lines().filter(line -> line.contains("GroupMember.Read.All")))
        .hasSize(1);
    DiscoveryParts.Node other = parts.node();
    other.groups().learn();
    assertThat(other.problem()).as("every node says so").isEqualTo(node.problem());
    parts.directory.refusal = null;
    groups.refresh(true);
    assertThat(node.problem()).isNull();
    assertThat(output.getOut()).contains("entry everyone: it is told again");
  }

  @Test
  void an_empty_answer_of_a_group_that_was_full_is_told_and_changes_nothing() {
    parts.joins("ada", "ben");
    DiscoveryParts.Node node = parts.node();
    GroupEntries groups = node.groups();
    groups.refresh(false);
    parts.directory.mailboxes.clear();
    groups.refresh(true);
    assertThat(node.found()).hasSize(2);
    assertThat(node.problem()).contains("has no members").contains("had 2 mailboxes before");
    parts.directory.withoutMailbox = 7;
    groups.refresh(true);
    assertThat(node.found()).hasSize(2);
    assertThat(node.problem()).contains("7 members, and none of them a mailbox");
  }

  @Test
  void members_whose_addresses_are_not_told_are_a_refusal_too() {
    parts.joins("ada");
    DiscoveryParts.Node node = parts.node();
    GroupEntries groups = node.groups();
    groups.refresh(false);
    parts.directory.refusal = new MembersNotToldException(DiscoveryParts.GROUP, 3);
    groups.refresh(true);
    assertThat(node.found()).hasSize(1);
    assertThat(node.problem()).contains("User.ReadBasic.All");
  }

  @Test
  void
      trouble_of_the_service_is_asked_about_again_after_a_minute_and_a_refusal_after_the_interval() {
    DiscoveryParts.Node node = parts.node();
    GroupEntries groups = node.groups();
    parts.directory.refusal = refused(503, null);
    groups.refresh(false);
    parts.clock.passSeconds(61);
    groups.refresh(false);
    assertThat(parts.directory.asked).isEqualTo(2);
    parts.directory.refusal = refused(403, "Authorization_RequestDenied");
    parts.clock.passSeconds(61);
    groups.refresh(false);
    parts.clock.pass(Duration.ofMinutes(14));
    groups.refresh(false);
    assertThat(parts.directory.asked).isEqualTo(3);
    parts.clock.pass(Duration.ofMinutes(1));
    groups.refresh(false);
    assertThat(parts.directory.asked).isEqualTo(4);
  }

  @Test
  void another_group_in_the_settings_is_asked_about_at_once() {
    parts.joins("ada");
    parts.node().groups().refresh(false);
    parts.directory.mailboxes.clear();
    parts.joins("ben");
    DiscoveryParts.Node other =
        parts.node("accounts.everyone.members-of", "33333333-3333-4444-5555-666666666666");
    other.groups().refresh(false);
    assertThat(other.found()).containsOnlyKeys("everyone-ben_contoso.com");
  }

  @Test
  void
      who_was_in_the_group_before_is_not_imported_for_another_one_that_is_not_told_and_it_is_asked_about_no_oftener_for_that() {
    parts.joins("ada");
    parts.node().groups().refresh(false);
    DiscoveryParts.Node other =
        parts.node("accounts.everyone.members-of", "33333333-3333-4444-5555-666666666666");
    GroupEntries groups = other.groups();
    groups.learn();
    assertThat(other.found()).as("nobody is known to be in it").isEmpty();
    parts.directory.refusal = refused(403, "Authorization_RequestDenied");
    for (int i = 0; i < 10; i++) {
      groups.refresh(false);
      parts.clock.passSeconds(3);
    }
    assertThat(other.found()).isEmpty();
    assertThat(other.problem()).contains("GroupMember.Read.All").doesNotContain("imported on");
    assertThat(parts.directory.asked).isEqualTo(2);
    parts.directory.refusal = null;
    parts.clock.pass(Duration.ofMinutes(15));
    groups.refresh(false);
    assertThat(other.found())
        .as("the same account as before")
        .containsOnlyKeys("everyone-ada_contoso.com");
  }

  @Test
  void what_was_to_be_asked_by_a_clock_that_was_wrong_is_asked_at_once_and_then_at_the_interval() {
    parts.joins("ada");
    GroupEntries groups = parts.node().groups();
    parts.clock.pass(Duration.ofDays(365));
    groups.refresh(false);
    parts.clock.pass(Duration.ofDays(-365));
    groups.refresh(false);
    groups.refresh(false);
    assertThat(parts.directory.asked).isEqualTo(2);
  }

  /** A machine whose clock is set as one likes, while the database's goes on. */
  private final class Machine {

    private final SettableClock own = new SettableClock();
    private final AtomicLong nanos = new AtomicLong();
    private final DatabaseTime time = new DatabaseTime(own, nanos::get);
    private final GroupEntries groups = parts.node().groups(time);

    Machine() {
      time.told(parts.clock.instant());
    }

    void isSet(Duration ahead) {
      own.pass(ahead);
    }

    void looks() {
      groups.refresh(false);
    }

    void passes(Duration some) {
      own.pass(some);
      nanos.addAndGet(some.toNanos());
    }
  }

  @Test
  void nodes_whose_clocks_are_hours_apart_ask_once_an_interval_between_them() {
    parts.joins("ada");
    Machine right = new Machine();
    Machine ahead = new Machine();
    Machine behind = new Machine();
    ahead.isSet(Duration.ofHours(3));
    behind.isSet(Duration.ofHours(-3));
    List<Machine> all = List.of(right, ahead, behind);
    for (int look = 0; look < 299; look++) {
      all.forEach(Machine::looks);
      all.forEach(machine -> machine.passes(Duration.ofSeconds(3)));
    }
    assertThat(parts.directory.asked).as("within a quarter of an hour").isEqualTo(1);
    all.forEach(machine -> machine.passes(Duration.ofSeconds(3)));
    all.forEach(Machine::looks);
    assertThat(parts.directory.asked).as("after it").isEqualTo(2);
  }

  @Test
  void a_clock_that_is_set_forward_or_back_makes_a_node_ask_neither_oftener_nor_later() {
    parts.joins("ada");
    Machine node = new Machine();
    node.looks();
    for (int set = 0; set < 4; set++) {
      node.isSet(Duration.ofDays(set % 2 == 0 ? 40 : -40));
      node.looks();
      assertThat(parts.directory.asked).as("not before its time").isEqualTo(1 + set);
      node.passes(Duration.ofMinutes(15));
      node.looks();
      assertThat(parts.directory.asked).as("at its time").isEqualTo(2 + set);
    }
  }

  @Test
  void a_route_that_does_not_run_is_told_as_the_reason_and_it_is_asked_again_after_a_minute() {
    parts.joins("ada");
    DiscoveryParts.Node node = parts.node();
    GroupEntries groups = node.groups();
    parts.directory.refusal = new RouteNotRunningException("direct:ask-graph", "");
    groups.refresh(false);
    assertThat(node.problem()).contains("no route that runs begins with direct:ask-graph");
    parts.directory.refusal = null;
    parts.clock.passSeconds(61);
    groups.refresh(false);
    assertThat(node.problem()).isNull();
    assertThat(node.found()).hasSize(1);
  }

  @Test
  void two_nodes_whose_settings_differ_do_not_change_the_group_to_and_fro() {
    parts.joins("ada");
    GroupEntries one = parts.node().groups();
    GroupEntries other =
        parts.node("accounts.everyone.members-of", "33333333-3333-4444-5555-666666666666").groups();
    for (int i = 0; i < 10; i++) {
      one.refresh(false);
      other.refresh(false);
      parts.clock.passSeconds(3);
    }
    assertThat(parts.directory.asked).isLessThanOrEqualTo(3);
  }

  @Test
  void accounts_of_two_entries_never_have_the_same_id() {
    parts.joins("b-c", "c");
    DiscoveryParts.Node node =
        parts.node(
            "accounts.everyone.members-of",
            DiscoveryParts.GROUP,
            "accounts.everyone-b.members-of",
            DiscoveryParts.GROUP,
            "accounts.everyone-b.credential",
            "contoso",
            "accounts.everyone-b.deliver-to",
            "database");
    node.groups().refresh(false);
    assertThat(node.found()).hasSize(4);
  }
}
