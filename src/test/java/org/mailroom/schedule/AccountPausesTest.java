package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;
import org.mailroom.MigratedDatabase;
import org.mailroom.SettableClock;

/** Pauses on the table as the migrations make it, for two nodes. */
class AccountPausesTest {

  private final SettableClock clock = new SettableClock();
  private final MigratedDatabase database = new MigratedDatabase();
  private final AccountPauses here = new AccountPauses(database.jdbc(), Imports.atOnce(), clock);
  private final AccountPauses there = new AccountPauses(database.jdbc(), Imports.atOnce(), clock);

  @Test
  void a_pause_counts_here_at_once_and_on_another_node_after_two_seconds_and_so_does_its_end() {
    here.pause("a");
    assertThat(here.all()).containsOnlyKeys("a").containsEntry("a", clock.instant());
    clock.pass(Duration.ofMillis(1999));
    assertThat(there.all()).isEmpty();
    clock.pass(Duration.ofMillis(1));
    there.all();
    assertThat(there.all()).containsOnlyKeys("a");
    there.resume("a");
    assertThat(there.all()).isEmpty();
    clock.passSeconds(3);
    here.all();
    assertThat(here.all()).isEmpty();
  }

  @Test
  void a_pause_of_another_node_counts_though_this_one_s_clock_is_set_back() {
    assertThat(there.all()).isEmpty();
    here.pause("a");
    clock.pass(Duration.ofHours(-2));
    there.all();
    assertThat(there.all()).containsOnlyKeys("a");
  }

  @Test
  void a_pause_survives_a_restart_and_a_second_one_leaves_its_beginning() {
    here.pause("a");
    var since = clock.instant();
    clock.passSeconds(60);
    there.pause("a");
    assertThat(new AccountPauses(database.jdbc(), Imports.atOnce(), clock).all())
        .containsEntry("a", since);
  }

  @Test
  void a_database_that_is_down_changes_nothing_and_is_asked_again_after_two_seconds() {
    here.pause("a");
    database.jdbc().execute("alter table account_pause rename to away");
    clock.passSeconds(3);
    here.all();
    assertThat(here.all()).containsOnlyKeys("a");
    database.jdbc().execute("alter table away rename to account_pause");
    there.resume("a");
    clock.passSeconds(1);
    assertThat(here.all()).containsOnlyKeys("a");
    clock.passSeconds(1);
    here.all();
    assertThat(here.all()).isEmpty();
  }

  @Test
  void whoever_asks_waits_for_no_database_and_one_reading_is_under_way_at_a_time() {
    Deque<Runnable> later = new ArrayDeque<>();
    ExecutorService threads = org.mockito.Mockito.mock(ExecutorService.class);
    org.mockito.Mockito.doAnswer(given -> later.add(given.getArgument(0)))
        .when(threads)
        .execute(org.mockito.ArgumentMatchers.any());
    AccountPauses slow = new AccountPauses(database.jdbc(), threads, clock);
    here.pause("a");
    clock.passSeconds(3);
    assertThat(slow.all()).isEmpty();
    assertThat(slow.all()).isEmpty();
    assertThat(later).hasSize(1);
    later.remove().run();
    assertThat(slow.all()).containsOnlyKeys("a");
  }
}
