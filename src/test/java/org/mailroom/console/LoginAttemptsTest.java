package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How long somebody waits who has failed to sign in. */
class LoginAttemptsTest {

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final LoginAttempts attempts =
      new LoginAttempts(
          new Clock() {
            @Override
            public java.time.ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now.get();
            }
          });

  private void fail(String user, String address, int times) {
    for (int i = 0; i < times; i++) {
      attempts.failed(user, address);
    }
  }

  @Test
  void one_address_waits_after_five_failures_each_time_longer_up_to_a_quarter_of_an_hour() {
    fail("admin", "203.0.113.1", 4);
    assertThat(attempts.toWait("admin", "203.0.113.1").isOver()).isTrue();
    fail("admin", "203.0.113.1", 1);
    assertThat(attempts.toWait("admin", "203.0.113.1"))
        .isEqualTo(new LoginAttempts.Wait(Duration.ofSeconds(30), false));
    assertThat(attempts.toWait("admin", "203.0.113.2").isOver()).isTrue();
    assertThat(attempts.toWait("other", "203.0.113.1").isOver()).isTrue();
    fail("admin", "203.0.113.1", 10);
    assertThat(attempts.toWait("admin", "203.0.113.1").time()).isEqualTo(Duration.ofMinutes(15));
    now.set(now.get().plus(Duration.ofMinutes(15)));
    assertThat(attempts.toWait("admin", "203.0.113.1").isOver()).isTrue();
  }

  @Test
  void guesses_from_many_addresses_count_for_the_user_who_still_gets_in_from_where_he_works() {
    attempts.succeeded("admin", "192.0.2.10");
    for (int i = 0; i < 20; i++) {
      fail("admin", "203.0.113." + i, 1);
    }
    LoginAttempts.Wait elsewhere = attempts.toWait("admin", "198.51.100.1");
    assertThat(elsewhere).isEqualTo(new LoginAttempts.Wait(Duration.ofSeconds(30), true));
    assertThat(elsewhere.inWords())
        .isEqualTo("Too many failed attempts to sign in as this user. Try again in 30 seconds.");
    assertThat(attempts.toWait("admin", "192.0.2.10").isOver()).isTrue();
    assertThat(attempts.toWait("other", "198.51.100.1").isOver()).isTrue();
    // a scraper that signs in every few seconds doesn't help the guesser
    attempts.succeeded("admin", "192.0.2.10");
    assertThat(attempts.toWait("admin", "198.51.100.1").isOver()).isFalse();
    now.set(now.get().plus(Duration.ofMinutes(61)));
    fail("admin", "198.51.100.1", 1);
    assertThat(attempts.toWait("admin", "198.51.100.1").isOver()).isTrue();
  }

  @Test
  void the_addresses_of_one_ipv6_network_count_as_one() {
    for (int i = 0; i < 5; i++) {
      fail("admin", "2001:db8:1:2::" + i, 1);
    }
    assertThat(attempts.toWait("admin", "2001:db8:1:2:ffff::1").isOver()).isFalse();
    assertThat(attempts.toWait("admin", "2001:db8:1:3::1").isOver()).isTrue();
  }
}
