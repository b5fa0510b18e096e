package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.MigratedDatabase;
import org.mailroom.SettableClock;
import org.mailroom.settings.DatabaseTime;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Who works on a database, and whose sign of life is missed. */
@ExtendWith(OutputCaptureExtension.class)
class NodesTest {

  private final MigratedDatabase database = new MigratedDatabase();
  private final NodeProcess one = process("node", "one");

  private NodeProcess process(String... settings) {
    return new NodeProcess(database.jdbc(), database.transaction(), settings);
  }

  @Test
  void each_sees_all_of_them_itself_included_and_is_gone_when_it_stops() {
    NodeProcess two = process("node", "two", "polling", "false");
    one.nodes.read();
    assertThat(one.nodes.all()).extracting(Node::name).containsExactly("one", "two");
    assertThat(one.nodes.all()).extracting(Node::self).containsExactly(true, false);
    assertThat(one.nodes.all()).extracting(Node::kind).containsExactly("runtime", "command");
    assertThat(one.nodes.wasAlone()).isTrue();
    assertThat(process().nodes.wasAlone()).as("one polls").isFalse();
    assertThat(one.nodes.find(two.nodes.self().id())).isPresent();
    two.nodes.destroy();
    one.nodes.read();
    assertThat(one.nodes.all()).extracting(Node::name).doesNotContain("two");
    assertThat(one.nodes.missed()).isEmpty();
  }

  @Test
  void
      a_runtime_that_gives_no_sign_of_life_is_missed_by_the_clock_of_the_database_until_it_gives_one() {
    NodeProcess two = process("node", "two");
    two.nodes.counts(() -> 7);
    NodeProcess.wasSeenBefore(database.jdbc(), two.nodes, 29);
    one.nodes.read();
    assertThat(one.nodes.missed()).isEmpty();
    assertThat(one.nodes.isAlive(two.nodes.id())).isTrue();
    NodeProcess.wasSeenBefore(database.jdbc(), two.nodes, 30);
    one.nodes.read();
    assertThat(one.nodes.missed())
        .singleElement()
        .satisfies(
            missed -> {
              assertThat(missed.name()).isEqualTo("two");
              assertThat(missed.missed()).isTrue();
              assertThat(missed.mailboxes()).isZero();
            });
    assertThat(one.nodes.isAlive(two.nodes.id())).isFalse();
    two.nodes.beat();
    one.nodes.read();
    assertThat(one.nodes.missed()).isEmpty();
    assertThat(one.nodes.find(two.nodes.id()))
        .hasValueSatisfying(seen -> assertThat(seen.mailboxes()).isEqualTo(7));
  }

  @Test
  void a_command_that_was_killed_isnt_missed_and_is_forgotten_and_so_is_a_runtime_after_a_day() {
    NodeProcess command = process("polling", "false");
    NodeProcess.wasSeenBefore(database.jdbc(), command.nodes, 299);
    NodeProcess two = process("node", "two");
    NodeProcess.wasSeenBefore(database.jdbc(), two.nodes, 86_399);
    one.nodes.read();
    assertThat(one.nodes.missed()).extracting(Node::name).containsExactly("two");
    one.clock.pass(Duration.ofHours(2));
    one.nodes.read();
    assertThat(database.rows("node")).isEqualTo(3);
    NodeProcess.wasSeenBefore(database.jdbc(), command.nodes, 301);
    NodeProcess.wasSeenBefore(database.jdbc(), two.nodes, 86_401);
    one.clock.pass(Duration.ofHours(2));
    one.nodes.read();
    assertThat(database.rows("node")).isEqualTo(1);
  }

  @Test
  void a_sign_of_life_that_comes_too_late_or_finds_no_row_ends_what_was_leased_before(
      CapturedOutput output) {
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
    assertThat(output.getAll())
        .contains("node one gave no sign of life for 30 s")
        .contains("lets go of it");
    database.jdbc().update("delete from node");
    one.nodes.beat();
    assertThat(one.nodes.epoch()).isEqualTo(first + 2);
    assertThat(database.rows("node")).isEqualTo(1);
  }

  @Test
  void a_process_of_this_machine_that_was_killed_isnt_waited_for() {
    database.jdbc().update("update node set pid = " + Integer.MAX_VALUE);
    NodeProcess next = process("node", "next");
    assertThat(next.nodes.wasAlone()).isTrue();
    assertThat(next.nodes.all()).extracting(Node::name).containsExactly("next");
    database.jdbc().update("update node set pid = " + Integer.MAX_VALUE + ", machine = 'another'");
    assertThat(process().nodes.wasAlone()).as("only that machine knows").isFalse();
  }

  @Test
  void times_are_the_databases_where_the_clock_of_a_machine_is_off() {
    SettableClock slow = new SettableClock();
    DatabaseTime time = new DatabaseTime(slow, () -> 0);
    Instant now = slow.instant();
    time.told(now.plusSeconds(1));
    assertThat(time.now()).as("so long the asking may take").isEqualTo(now);
    time.told(now.plusSeconds(3600));
    assertThat(time.now()).isEqualTo(now.plusSeconds(3600));
    assertThat(time.ofHere(now.plusSeconds(5))).isEqualTo(now.plusSeconds(3605));
    assertThat(time.here(now.plusSeconds(3605))).isEqualTo(now.plusSeconds(5));
  }

  @Test
  void
      an_import_that_ends_just_after_the_machines_clock_was_set_is_due_as_ever_and_not_that_much_later() {
    SettableClock clock = new SettableClock();
    AtomicLong nanos = new AtomicLong();
    DatabaseTime time = new DatabaseTime(clock, nanos::get);
    Instant database = clock.instant();
    time.told(database);
    clock.pass(Duration.ofMinutes(15));
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(time.now()).as("the database wasn't asked since").isEqualTo(database.plusSeconds(1));
    assertThat(time.here(time.now())).as("by the clock as it is now").isEqualTo(clock.instant());
    time.told(database.plusSeconds(1));
    assertThat(time.now()).isEqualTo(database.plusSeconds(1));
    clock.pass(Duration.ofDays(-9000));
    assertThat(time.now()).as("set back").isEqualTo(database.plusSeconds(1));
  }
}
