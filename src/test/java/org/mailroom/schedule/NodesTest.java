package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.MigratedDatabase;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Who works on a database, and whose sign of life is missed. */
@ExtendWith(OutputCaptureExtension.class)
class NodesTest {

  private final MigratedDatabase database = new MigratedDatabase();
  private final NodeProcess one = new NodeProcess(database.jdbc(), "node", "one");

  @Test
  void each_sees_all_of_them_itself_included_and_is_gone_when_it_stops() {
    NodeProcess two = new NodeProcess(database.jdbc(), "node", "two", "polling", "false");
    one.nodes.read();
    assertThat(one.nodes.all()).extracting(Node::name).containsExactly("one", "two");
    assertThat(one.nodes.all()).extracting(Node::self).containsExactly(true, false);
    assertThat(one.nodes.all()).extracting(Node::kind).containsExactly("runtime", "command");
    assertThat(one.nodes.wasAlone()).isTrue();
    assertThat(new NodeProcess(database.jdbc()).nodes.wasAlone()).as("one polls").isFalse();
    assertThat(one.nodes.find(two.nodes.self().id())).isPresent();
    two.nodes.destroy();
    one.nodes.read();
    assertThat(one.nodes.all()).extracting(Node::name).doesNotContain("two");
    assertThat(one.nodes.missed()).isEmpty();
  }

  @Test
  void a_runtime_that_gives_no_sign_of_life_is_missed_by_the_clock_of_the_database_until_it_gives_one() {
    NodeProcess two = new NodeProcess(database.jdbc(), "node", "two");
    two.nodes.counts(() -> 7);
    NodeProcess.wasSeenBefore(database.jdbc(), two.nodes.id(), 29);
    one.nodes.read();
    assertThat(one.nodes.missed()).isEmpty();
    assertThat(one.nodes.isAlive(two.nodes.id())).isTrue();
    NodeProcess.wasSeenBefore(database.jdbc(), two.nodes.id(), 30);
    one.nodes.read();
    assertThat(one.nodes.missed()).singleElement().satisfies(missed -> {
      assertThat(missed.name()).isEqualTo("two");
      assertThat(missed.missed()).isTrue();
      assertThat(missed.mailboxes()).isZero();
    });
    assertThat(one.nodes.isAlive(two.nodes.id())).isFalse();
    two.nodes.beat();
    one.nodes.read();
    assertThat(one.nodes.missed()).isEmpty();
    assertThat(one.nodes.find(two.nodes.id())).hasValueSatisfying(seen -> assertThat(seen.mailboxes()).isEqualTo(7));
  }

  @Test
  void a_command_that_was_killed_isnt_missed_and_is_forgotten_and_so_is_a_runtime_after_a_day() {
    NodeProcess command = new NodeProcess(database.jdbc(), "polling", "false");
    NodeProcess.wasSeenBefore(database.jdbc(), command.nodes.id(), 299);
    NodeProcess two = new NodeProcess(database.jdbc(), "node", "two");
    NodeProcess.wasSeenBefore(database.jdbc(), two.nodes.id(), 86_399);
    one.nodes.read();
    assertThat(one.nodes.missed()).extracting(Node::name).containsExactly("two");
    one.clock.pass(Duration.ofHours(2));
    one.nodes.read();
    assertThat(database.rows("node")).isEqualTo(3);
    NodeProcess.wasSeenBefore(database.jdbc(), command.nodes.id(), 301);
    NodeProcess.wasSeenBefore(database.jdbc(), two.nodes.id(), 86_401);
    one.clock.pass(Duration.ofHours(2));
    one.nodes.read();
    assertThat(database.rows("node")).isEqualTo(1);
  }

  @Test
  void a_sign_of_life_that_comes_too_late_or_finds_no_row_ends_what_was_leased_before(CapturedOutput output) {
    int first = one.nodes.epoch();
    one.clock.pass(Duration.ofSeconds(24));
    assertThat(one.nodes.isInTime()).isTrue();
    one.clock.pass(Duration.ofSeconds(1));
    assertThat(one.nodes.isInTime()).as("less a margin").isFalse();
    one.clock.pass(Duration.ofSeconds(4));
    one.nodes.beat();
    assertThat(one.nodes.isInTime()).isTrue();
    assertThat(one.nodes.epoch()).isEqualTo(first);
    one.clock.pass(Duration.ofSeconds(30));
    one.nodes.beat();
    assertThat(one.nodes.epoch()).isEqualTo(first + 1);
    assertThat(output.getAll()).contains("node one gave no sign of life for 30 s").contains("lets go of it");
    database.jdbc().update("delete from node");
    one.nodes.beat();
    assertThat(one.nodes.epoch()).isEqualTo(first + 2);
    assertThat(database.rows("node")).isEqualTo(1);
  }

  @Test
  void a_process_of_this_machine_that_was_killed_isnt_waited_for() {
    database.jdbc().update("update node set pid = " + Integer.MAX_VALUE);
    NodeProcess next = new NodeProcess(database.jdbc(), "node", "next");
    assertThat(next.nodes.wasAlone()).isTrue();
    assertThat(next.nodes.all()).extracting(Node::name).containsExactly("next");
    database.jdbc().update("update node set pid = " + Integer.MAX_VALUE + ", machine = 'another'");
    assertThat(new NodeProcess(database.jdbc()).nodes.wasAlone()).as("only that machine knows").isFalse();
  }

  @Test
  void times_are_the_databases_where_the_clocks_of_machines_differ() {
    assertThat(Duration.between(one.time.now(), java.time.Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
    assertThat(Duration.between(one.nodes.self().startedAt(), java.time.Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
  }
}
