package org.mailroom.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mailroom.SettableClock;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportResult;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;

/** When the site is told of an account, and when not, by a clock that the test drives. */
class AccountAlertsTest {

  private static final Exception DENIED =
      new GraphException(
          GraphOperation.LIST_MESSAGES, "a@contoso.com", 403, "ErrorAccessDenied", null, null);
  private static final Exception TROUBLE =
      new GraphException(
          GraphOperation.LIST_MESSAGES, "a@contoso.com", 503, "serviceNotAvailable", null, null);

  private final SettableClock clock = new SettableClock();
  private final AccountAlerts alerts = new AccountAlerts(mock(Accounts.class));

  private final Map<String, Trouble> troubles = new HashMap<>();

  private List<Map<String, Object>> ends(ImportResult result) {
    troubles.put(
        result.account(), alerts.ended(troubles.get(result.account()), result, clock.instant()));
    return alerts.due(result);
  }

  private List<Map<String, Object>> fails(Exception why) {
    return ends(Imports.failed("a", clock, why));
  }

  private List<Map<String, Object>> succeeds() {
    return ends(Imports.idle("a", clock));
  }

  @Test
  void what_somebody_has_to_mend_is_told_at_once_and_once_and_its_end_too() {
    Instant since = clock.instant();
    assertThat(fails(DENIED))
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert)
                    .containsEntry("event", "failed")
                    .containsEntry("account", "a")
                    .containsEntry("code", "ErrorAccessDenied")
                    .containsEntry("since", since.toString())
                    .containsKeys("cause", "remedy"));
    clock.pass(Duration.ofDays(1));
    assertThat(fails(DENIED)).isEmpty();
    assertThat(succeeds())
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert)
                    .containsEntry("event", "recovered")
                    .containsEntry("account", "a")
                    .containsEntry("code", "ErrorAccessDenied")
                    .containsEntry("since", since.toString()));
    assertThat(succeeds()).isEmpty();
    assertThat(fails(DENIED)).as("the next time").hasSize(1);
  }

  @Test
  void trouble_of_the_service_is_told_when_it_has_lasted_for_more_than_five_minutes() {
    Instant since = clock.instant();
    assertThat(fails(TROUBLE)).isEmpty();
    clock.pass(Duration.ofMinutes(5));
    assertThat(fails(TROUBLE)).isEmpty();
    clock.pass(Duration.ofMillis(1));
    assertThat(fails(TROUBLE))
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert)
                    .containsEntry("event", "failed")
                    .containsEntry("since", since.toString()));
    assertThat(fails(TROUBLE)).isEmpty();
    assertThat(succeeds()).extracting(alert -> alert.get("event")).containsExactly("recovered");
  }

  @Test
  void trouble_that_passes_is_never_told_and_counts_anew_the_next_time() {
    fails(TROUBLE);
    clock.pass(Duration.ofMinutes(4));
    assertThat(succeeds()).isEmpty();
    fails(TROUBLE);
    clock.pass(Duration.ofMinutes(4));
    assertThat(fails(TROUBLE)).isEmpty();
  }

  @Test
  void accounts_are_told_of_apart() {
    assertThat(fails(DENIED)).hasSize(1);
    assertThat(ends(Imports.failed("b", clock, DENIED))).hasSize(1);
    assertThat(ends(Imports.idle("b", clock))).hasSize(1);
    assertThat(fails(DENIED)).isEmpty();
  }

  @Test
  void an_import_that_is_not_at_its_end_shows_neither_failure_nor_recovery() {
    fails(DENIED);
    ImportResult goesOn = Imports.goingOn("a", clock, clock.instant());
    assertThat(ends(goesOn)).isEmpty();
    assertThat(ends(Imports.paused("a", clock))).as("reading pauses").isEmpty();
    assertThat(alerts.due(null)).as("its account is gone").isEmpty();
    assertThat(succeeds()).hasSize(1);
  }

  @Test
  void what_is_no_answer_of_the_service_has_its_sentence_as_the_cause() {
    assertThat(fails(new IllegalStateException("the disk is full")))
        .singleElement()
        .satisfies(
            alert ->
                assertThat(alert)
                    .containsEntry("cause", "the disk is full")
                    .containsEntry("remedy", null)
                    .containsEntry("code", null));
  }
}
