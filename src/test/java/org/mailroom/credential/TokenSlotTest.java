package org.mailroom.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mailroom.settings.CredentialProperties;
import org.mailroom.settings.GrantType;
import org.mailroom.settings.Home;

class TokenSlotTest {

  private static final class SettableClock extends Clock {
    private Instant now = Instant.parse("2026-05-04T08:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }

    void advance(Duration by) {
      now = now.plus(by);
    }
  }

  private final SettableClock clock = new SettableClock();
  private final List<String> refusedTokens = new ArrayList<>();
  private int asked;
  private CredentialException refusal;
  private final TokenSlot slot =
      new TokenSlot(
          (credential, refused, claims) -> {
            asked++;
            refusedTokens.add(refused);
            if (refusal != null) {
              throw refusal;
            }
            return AccessToken.of(
                "token-" + asked, clock.instant(), clock.instant().plus(Duration.ofHours(1)));
          },
          clock);

  private static Credential credential(String revision) {
    CredentialProperties settings =
        new CredentialProperties(
            null,
            GrantType.CLIENT_CREDENTIALS,
            "tenant",
            "client",
            "secret",
            null,
            null,
            null,
            null,
            null,
            null);
    return new Credential(
        "c",
        Home.DATABASE,
        settings,
        "scope",
        URI.create("https://a"),
        URI.create("https://b"),
        revision,
        null);
  }

  @Test
  void a_token_serves_its_lifetime_and_is_renewed_five_minutes_before_its_end() {
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-1");
    clock.advance(Duration.ofMinutes(54));
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-1");
    clock.advance(Duration.ofMinutes(2));
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-2");
  }

  @Test
  void while_it_can_not_be_renewed_a_token_serves_to_its_very_end() {
    slot.authorization(credential("1"));
    refusal = new CredentialException("c", "temporarily_unavailable", null, null);
    clock.advance(Duration.ofMinutes(57));
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-1");
    assertThat(slot.lastRefusal(credential("1"))).isSameAs(refusal);
    clock.advance(Duration.ofMinutes(4));
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    refusal = null;
    clock.advance(Duration.ofMinutes(1));
    assertThat(slot.authorization(credential("1"))).startsWith("Bearer token-");
    assertThat(slot.lastRefusal(credential("1"))).isNull();
  }

  @Test
  void a_clock_that_was_two_hours_ahead_and_is_set_back_keeps_nobody_from_a_token() {
    refusal = new CredentialException("c", "temporarily_unavailable", null, null);
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    clock.advance(Duration.ofHours(-2));
    refusal = null;
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-2");
  }

  @Test
  void what_was_refused_before_a_change_or_a_sign_in_is_not_told_after_it() {
    refusal = new CredentialException("c", "invalid_client", "AADSTS7000215: wrong", null);
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    assertThat(slot.lastRefusal(credential("1"))).isSameAs(refusal);
    assertThat(slot.lastRefusal(credential("2"))).isNull();
  }

  @Test
  void a_permanent_refusal_is_asked_about_every_15_minutes_and_at_once_after_a_change() {
    refusal = new CredentialException("c", "invalid_client", "AADSTS7000215: wrong", null);
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    clock.advance(Duration.ofMinutes(14));
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    assertThat(asked).isEqualTo(1);
    clock.advance(Duration.ofMinutes(2));
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    assertThat(asked).isEqualTo(2);
    slot.askAgain();
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    assertThat(asked).as("somebody tries").isEqualTo(3);
    refusal = null;
    assertThat(slot.authorization(credential("2"))).isEqualTo("Bearer token-4");
  }

  @Test
  void a_throttled_token_endpoint_is_left_alone_as_long_as_it_says() {
    refusal = new CredentialException("c", "http_429", null, Duration.ofSeconds(60), null, null);
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    clock.advance(Duration.ofSeconds(59));
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    assertThat(asked).isEqualTo(1);
    clock.advance(Duration.ofSeconds(2));
    refusal = null;
    slot.authorization(credential("1"));
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void what_an_endpoint_asks_for_is_bounded() {
    refusal = new CredentialException("c", "http_503", null, Duration.ZERO, null, null);
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    assertThat(asked).as("not at once again").isEqualTo(1);
    clock.advance(Duration.ofSeconds(1));
    refusal = new CredentialException("c", "http_503", null, Duration.ofDays(9), null, null);
    assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
    clock.advance(Duration.ofHours(1));
    refusal = null;
    assertThat(slot.authorization(credential("1"))).startsWith("Bearer ");
  }

  @Test
  void trouble_is_asked_about_less_often_the_longer_it_lasts() {
    refusal = new CredentialException("c", "server_error", null, null);
    for (int second = 0; second < 3600; second++) {
      assertThatThrownBy(() -> slot.authorization(credential("1"))).isSameAs(refusal);
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(asked).isBetween(200, 320);
  }

  @Test
  void a_token_that_the_service_refused_is_replaced_once_however_many_report_it() {
    slot.authorization(credential("1"));
    for (int i = 0; i < 10; i++) {
      slot.refused("Bearer token-1", null);
    }
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-2");
    slot.refused("Bearer token-1", null);
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-2");
    assertThat(refusedTokens).containsExactly(null, "token-1");
  }

  /**
   * An import of a mailbox as the wire does it: asks, and once more when another token is to be
   * had.
   */
  private boolean polled(String mailbox, boolean takes) {
    for (int tries = 1; tries <= 2; tries++) {
      String authorization = slot.authorization(credential("1"));
      if (takes) {
        slot.accepted(mailbox);
        return true;
      }
      if (!slot.refused(authorization, mailbox, null)) {
        return false;
      }
    }
    return false;
  }

  @Test
  void a_mailbox_that_refuses_every_token_costs_one_renewal_and_the_token_stays_for_the_others() {
    for (int second = 0; second < 3000; second += 5) {
      polled("bad", false);
      polled("good", true);
      clock.advance(Duration.ofSeconds(5));
    }
    assertThat(asked).as("the first, and one because of bad").isEqualTo(2);
    clock.advance(Duration.ofHours(1));
    for (int second = 0; second < 3000; second += 5) {
      polled("bad", false);
      polled("good", true);
      clock.advance(Duration.ofSeconds(5));
    }
    assertThat(asked).as("the lifetime of a token was over").isEqualTo(3);
  }

  @Test
  void many_mailboxes_that_refuse_every_token_do_not_make_a_storm() {
    for (int second = 0; second < 3600; second += 5) {
      for (int mailbox = 0; mailbox < 50; mailbox++) {
        polled("bad-" + mailbox, false);
      }
      clock.advance(Duration.ofSeconds(5));
    }
    assertThat(asked).as("one in ten minutes, twenty, forty").isBetween(2, 6);
  }

  @Test
  void a_token_that_was_revoked_is_replaced_for_all_by_the_first_who_notices() {
    polled("a", true);
    polled("b", true);
    clock.advance(Duration.ofMinutes(20));
    String revoked = slot.authorization(credential("1"));
    assertThat(slot.refused(revoked, "a", null)).isTrue();
    assertThat(slot.refused(revoked, "b", null)).isTrue();
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-2");
    assertThat(slot.refused(revoked, "b", null)).as("there is another already").isTrue();
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-2");
    polled("a", true);
    clock.advance(Duration.ofSeconds(20));
    assertThat(slot.refused("Bearer token-2", "a", null)).as("it took this one before").isTrue();
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-3");
    assertThat(asked).isEqualTo(3);
  }

  @Test
  void a_mailbox_that_takes_and_refuses_by_turns_makes_no_storm() {
    for (int second = 0; second < 600; second++) {
      polled("a", second % 2 == 0);
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(asked).isLessThan(70);
  }

  @Test
  void claims_that_are_demanded_are_asked_for_though_the_token_is_young_but_not_again_and_again() {
    String first = slot.authorization(credential("1"));
    assertThat(slot.refused(first, "a", "{\"nbf\":1}")).isTrue();
    String second = slot.authorization(credential("1"));
    assertThat(slot.refused(second, "a", "{\"nbf\":1}")).as("it has them").isFalse();
    assertThat(slot.refused(second, "a", "{\"nbf\":2}")).isFalse();
    clock.advance(Duration.ofMinutes(1));
    assertThat(slot.refused(second, "a", "{\"nbf\":3}")).isTrue();
    assertThat(slot.authorization(credential("1"))).isEqualTo("Bearer token-3");
  }
}
