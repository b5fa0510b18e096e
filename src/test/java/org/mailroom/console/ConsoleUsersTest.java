package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mailroom.MigratedDatabase;
import org.mailroom.SettableClock;
import org.springframework.mock.env.MockEnvironment;

class ConsoleUsersTest {

  private final SettableClock clock = new SettableClock();
  private final ConsoleUsers users =
      new ConsoleUsers(new MigratedDatabase().jdbc(), clock, new MockEnvironment(), null);

  @Test
  void whoever_was_deleted_is_out_within_seconds_also_when_the_clock_is_set_back_meanwhile() {
    for (Duration passes : new Duration[] {Duration.ofSeconds(5), Duration.ofHours(-2)}) {
      assertThat(users.table().create("anna", ConsoleRole.VIEWER)).isPresent();
      assertThat(users.isKnown("anna")).isTrue();
      users.table().delete("anna");
      assertThat(users.isKnown("anna")).as("remembered").isTrue();
      clock.pass(passes);
      assertThat(users.isKnown("anna")).as("after %s", passes).isFalse();
    }
  }
}
