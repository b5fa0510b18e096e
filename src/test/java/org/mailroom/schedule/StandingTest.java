package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mailroom.account.Account;
import org.mailroom.account.ImportResult;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;
import org.mailroom.settings.PollAt;

/** When an account is due. */
class StandingTest {

  private static final Instant MIDNIGHT = Instant.parse("2026-01-05T00:00:00Z");

  private Standing standing;

  private static Account account(String mailbox, String pollAt) {
    PollAt at = pollAt == null ? null : PollAt.parse(pollAt, "UTC");
    return new Account(
        "support",
        mailbox,
        "c",
        List.of("inbox"),
        false,
        "",
        Duration.ofMinutes(1),
        at,
        Content.JSON,
        false,
        List.of("database"),
        null,
        null,
        AttachmentsKept.ALL,
        null,
        null);
  }

  private static Instant at(String time) {
    return Instant.parse("2026-01-05T" + time + "Z");
  }

  private boolean isDue(Account seen, String time) {
    if (standing == null) {
      standing = Standing.of(seen, at(time));
    } else if (!standing.settings().equals(Standing.digest(seen))) {
      standing = standing.anew(seen, at(time));
    }
    return standing.isDue(false, at(time));
  }

  private void polled(Account as, String end, int waiting, Exception failure) {
    ImportResult result =
        new ImportResult(
            "support",
            MIDNIGHT,
            Duration.ZERO,
            0,
            0,
            0,
            0,
            0,
            waiting,
            0,
            0,
            0,
            1,
            false,
            null,
            null,
            null,
            failure,
            List.of());
    standing = standing.ended(as, result, at(end), null, null);
  }

  @Test
  void with_an_interval_it_is_due_at_once_and_then_one_interval_after_the_end_of_its_poll() {
    Account every = account("a@contoso.com", null);
    assertThat(isDue(every, "00:00:00")).isTrue();
    polled(every, "00:00:30", 0, null);
    assertThat(isDue(every, "00:01:29")).isFalse();
    assertThat(isDue(every, "00:01:30")).isTrue();
    assertThat(isDue(account("b@contoso.com", null), "00:00:31"))
        .as("its settings have changed")
        .isTrue();
  }

  @Test
  void with_times_it_waits_for_the_next_of_them_also_when_it_is_new_or_changed() {
    Account daily = account("a@contoso.com", "0 0 6 * * *");
    assertThat(isDue(daily, "05:00:00")).isFalse();
    assertThat(standing.dueAt()).isEqualTo(at("06:00:00"));
    assertThat(isDue(daily, "06:00:00")).isTrue();
    polled(daily, "06:02:00", 0, null);
    assertThat(isDue(daily, "23:00:00")).isFalse();
    assertThat(standing.dueAt()).isEqualTo(at("06:00:00").plus(Duration.ofDays(1)));
    assertThat(isDue(account("a@contoso.com", "0 0 7,22 * * *"), "08:00:00")).isFalse();
    assertThat(standing.dueAt()).isEqualTo(at("22:00:00"));
  }

  @Test
  void a_time_that_passes_while_it_is_imported_or_paused_or_nothing_runs_is_not_made_up_for() {
    Account hourly = account("a@contoso.com", "0 0 * * * *");
    assertThat(isDue(hourly, "05:59:59")).isFalse();
    assertThat(isDue(hourly, "06:00:00")).isTrue();
    polled(hourly, "07:30:00", 0, null);
    assertThat(standing.dueAt()).as("not at once for 07:00").isEqualTo(at("08:00:00"));
    standing = standing.anew(hourly, at("10:15:00"));
    assertThat(isDue(hourly, "10:15:00")).as("8, 9 and 10 o'clock were missed").isFalse();
    assertThat(standing.dueAt()).isEqualTo(at("11:00:00"));
    assertThat(Standing.of(hourly, at("12:10:00")).dueAt()).isEqualTo(at("13:00:00"));
  }

  @Test
  void what_one_left_is_tried_again_after_the_interval_until_nothing_is_left() {
    Account daily = account("a@contoso.com", "0 0 6 * * *");
    assertThat(isDue(daily, "05:59:59")).isFalse();
    polled(daily, "06:00:10", 0, new IllegalStateException("the service has trouble"));
    assertThat(isDue(daily, "06:01:09")).isFalse();
    assertThat(isDue(daily, "06:01:10")).isTrue();
    polled(daily, "06:01:20", 2, null);
    assertThat(standing.dueAt()).as("two deliveries wait").isEqualTo(at("06:02:20"));
    polled(daily, "06:02:30", 0, null);
    assertThat(standing.dueAt()).isEqualTo(at("06:00:00").plus(Duration.ofDays(1)));
  }

  @Test
  void an_import_that_somebody_asks_for_does_not_wait_and_one_that_is_paused_does() {
    Account daily = account("a@contoso.com", "0 0 6 * * *");
    assertThat(isDue(daily, "05:00:00")).isFalse();
    standing = standing.wanted(true);
    assertThat(isDue(daily, "05:00:01")).isTrue();
    standing = standing.taken("node").back();
    assertThat(standing.isDue(true, at("06:00:00"))).isFalse();
  }
}
