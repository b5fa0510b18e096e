package org.mailroom.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.FailureInWords;
import org.mailroom.account.ImportProgress;
import org.mailroom.account.ImportResult;
import org.mailroom.account.PollHistory;
import org.mailroom.delivery.DestinationHealth;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.delivery.WaitingDeliveries;
import org.mailroom.graph.MailboxGates;
import org.mailroom.monitoring.AccountStatus.State;
import org.mailroom.schedule.AccountSchedule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * How the accounts do, put together from what the imports leave behind. Asking costs three queries,
 * however many accounts there are. While the database is down the figures of today and of failures
 * are those that were read last.
 */
@Component("accountStatuses")
public final class AccountStatuses {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");

  /** A wait that is over sooner isn't worth a word. */
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

  /**
   * Short waits, one after the other for so long, are; and one that is due to trouble of the
   * service, which has words of its own.
   */
  private static final Duration WORTH_TELLING = Duration.ofSeconds(10);

  private static final int INTERVALS_UNTIL_STALLED = 5;
  private static final Duration SOONEST_STALLED = Duration.ofMinutes(5);

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final ImportProgress progress;
  private final PollHistory history;
  private final FailedDeliveries failures;
  private final WaitingDeliveries waiting;
  private final DestinationHealth destinations;
  private final MailboxGates gates;
  private final Clock clock;
  private volatile Figures lastFigures = new Figures(Map.of(), Map.of(), Map.of());

  /** What only the database knows, by account. */
  record Figures(
      Map<String, Long> failed,
      Map<String, Map<LocalDate, Long>> imported,
      Map<String, WaitingDeliveries.Refused> refused) {}

  AccountStatuses(
      Accounts accounts,
      AccountSchedule schedule,
      ImportProgress progress,
      PollHistory history,
      FailedDeliveries failures,
      WaitingDeliveries waiting,
      DestinationHealth destinations,
      MailboxGates gates,
      Clock clock) {
    this.accounts = accounts;
    this.schedule = schedule;
    this.progress = progress;
    this.history = history;
    this.failures = failures;
    this.waiting = waiting;
    this.destinations = destinations;
    this.gates = gates;
    this.clock = clock;
  }

  /** All accounts, by id. */
  public List<AccountStatus> all() {
    Figures figures = figures();
    // asked outside: it may look whether settings have changed
    List<Account> known = List.copyOf(accounts.all());
    List<AccountStatus> statuses =
        new ArrayList<>(
            schedule.look(() -> known.stream().map(account -> status(account, figures)).toList()));
    accounts.problems().forEach((id, problem) -> statuses.add(unusable(id, problem, figures)));
    statuses.sort(Comparator.comparing(AccountStatus::account));
    return statuses;
  }

  /** One account; empty when there is no such account. */
  public Optional<AccountStatus> find(String accountId) {
    Optional<String> problem = Optional.ofNullable(accounts.problems().get(accountId));
    return problem.isPresent()
        ? problem.map(why -> unusable(accountId, why, figures()))
        : accounts.find(accountId).map(account -> status(account, figures()));
  }

  /** Reads what only the database knows; what was read before stays while that is down. */
  Figures figures() {
    try {
      lastFigures = new Figures(failures.count(), history.importedByDay(1), waiting.refused());
    } catch (DataAccessException databaseDown) {
      LOG.debug("figures of accounts can't be read", databaseDown);
    }
    return lastFigures;
  }

  /** Its settings don't fit any more: it can't be imported at all. */
  private AccountStatus unusable(String id, String problem, Figures figures) {
    Map<String, String> fields = accounts.fields(id);
    return new AccountStatus(
        id,
        accounts.mailboxInWords(id),
        fields.get("credential"),
        State.NEEDS_ATTENTION,
        null,
        problem,
        false,
        0,
        null,
        null,
        null,
        null,
        null,
        0,
        figures.failed().getOrDefault(id, 0L),
        true,
        false);
  }

  /**
   * One account without asking the database: no figures of today and of failures, and what is tried
   * again as it was read last.
   */
  AccountStatus withoutDatabase(Account account) {
    return status(account, new Figures(Map.of(), Map.of(), lastFigures.refused()));
  }

  private AccountStatus status(Account account, Figures figures) {
    String id = account.id();
    Instant now = clock.instant();
    long failed = figures.failed().getOrDefault(id, 0L);
    Optional<ImportProgress.Running> running = progress.running(id);
    Optional<ImportResult> last = schedule.lastResult(id);
    boolean paused = schedule.isPaused(id);
    boolean elsewhere =
        running.isEmpty() && schedule.workedBy(id).filter(node -> !node.self()).isPresent();
    // whoever imports it sees whether it gets on
    boolean stalled = !paused && !elsewhere && isStalled(account, running, now);
    Standing standing = standing(account, running, last, figures, paused, stalled, elsewhere, now);
    int importing = running.map(ImportProgress.Running::imported).orElse(0);
    long today =
        figures.imported().getOrDefault(id, Map.of()).getOrDefault(history.today(), 0L) + importing;
    return new AccountStatus(
        id,
        account.mailbox(),
        account.credential(),
        standing.state(),
        standing.until(),
        standing.reason(),
        running.isPresent() || elsewhere,
        importing,
        last.map(result -> result.begun().plus(result.took())).orElse(null),
        schedule.lastSuccess(id).orElse(null),
        last.map(ImportResult::took).orElse(null),
        paused ? null : schedule.nextPoll(id),
        schedule.backlog(id).orElse(null),
        today,
        failed,
        last.map(result -> result.failure() != null).orElse(false),
        stalled);
  }

  /**
   * An import that runs and gets on is alive, however long it takes; one that merely began isn't.
   */
  private boolean isStalled(
      Account account, Optional<ImportProgress.Running> running, Instant now) {
    Instant alive = schedule.lastSuccess(account.id()).orElse(schedule.knownSince(account.id()));
    Instant step = running.map(ImportProgress.Running::lastStep).orElse(alive);
    Duration most = account.pollEvery().multipliedBy(INTERVALS_UNTIL_STALLED);
    most = most.compareTo(SOONEST_STALLED) < 0 ? SOONEST_STALLED : most;
    Instant last = step.isAfter(alive) ? step : alive;
    // with times of its own it may be silent until the next of them
    Instant expected =
        account.pollAt() == null || running.isPresent() ? last : account.pollAt().after(last);
    return expected.isBefore(now) && expected.plus(most).isBefore(now);
  }

  private record Standing(State state, @Nullable Instant until, @Nullable String reason) {}

  private Standing standing(
      Account account,
      Optional<ImportProgress.Running> running,
      Optional<ImportResult> last,
      Figures figures,
      boolean paused,
      boolean stalled,
      boolean elsewhere,
      Instant now) {
    Instant throttled = throttledUntil(account, now);
    Exception failure = last.map(ImportResult::failure).orElse(null);
    if (paused && ((running.isEmpty() && !elsewhere) || schedule.isSuspended(account.id()))) {
      return new Standing(
          State.PAUSED,
          null,
          "Somebody paused it at "
              + seconds(schedule.pausedSince(account.id()).orElse(now))
              + ". Resume it to import again.");
    }
    if (throttled != null) {
      String why =
          gates.isInTrouble(account.mailbox())
              ? account.mailbox()
                  + ": the service has trouble (HTTP 503). Nothing is sent to it before "
                  + seconds(throttled)
                  + ". Mailroom tries again by itself; see the Microsoft 365 service health page if"
                  + " it lasts."
              : "The service throttles "
                  + account.mailbox()
                  + ": nothing is sent to it before "
                  + seconds(throttled)
                  + ". Mailroom goes on by itself;"
                  + " if it lasts, poll less often or read the mailbox with fewer applications.";
      // nobody at the site can mend that, however long it lasts
      return new Standing(State.WAITING, throttled, stalled ? stalled(account) + " " + why : why);
    }
    if (failure != null) {
      return FailureInWords.of(failure).passing() && !stalled
          ? new Standing(State.WAITING, schedule.nextPoll(account.id()), failure.getMessage())
          : new Standing(State.NEEDS_ATTENTION, null, failure.getMessage());
    }
    Optional<MailboxGates.Unanswered> unanswered = gates.unanswered(account.mailbox());
    if (unanswered.isPresent()) {
      String why = inWords(unanswered.get());
      return stalled
          ? new Standing(State.NEEDS_ATTENTION, null, stalled(account) + " " + why)
          : new Standing(State.WAITING, null, why);
    }
    if (stalled) {
      return new Standing(
          State.NEEDS_ATTENTION,
          null,
          stalled(account)
              + " Look at the importers (mailroom.importers), the routes and the log; restart"
              + " Mailroom if it lasts.");
    }
    for (String destination : account.deliverTo()) {
      DestinationHealth.Outage outage = destinations.outages().get(destination);
      if (outage != null) {
        return new Standing(
            State.WAITING,
            outage.nextTry(),
            "Destination "
                + destination
                + " is down since "
                + seconds(outage.since())
                + ": "
                + outage.cause()
                + (outage.cause().contains("by itself")
                    ? " Its deliveries wait."
                    : " Its deliveries wait, and Mailroom goes on by itself."));
      }
    }
    if (running.isPresent() || elsewhere) {
      return new Standing(State.IMPORTING, null, null);
    }
    return standing(account, last, figures);
  }

  /**
   * Until when the service asks for patience; short waits count when there is one after the other.
   * Null when it doesn't.
   */
  private @Nullable Instant throttledUntil(Account account, Instant now) {
    Optional<Instant> until =
        gates
            .closedUntil(account.mailbox())
            .filter(
                end ->
                    end.isAfter(
                        now.plus(
                            gates.isInTrouble(account.mailbox()) ? WORTH_TELLING : SHORTEST_WAIT)));
    boolean lasts =
        gates
            .throttledSince(account.mailbox())
            .filter(since -> since.plus(WORTH_TELLING).isBefore(now))
            .isPresent();
    return until.orElse(lasts ? gates.closedUntil(account.mailbox()).orElse(now) : null);
  }

  static String inWords(MailboxGates.Unanswered unanswered) {
    return "Waiting for the answer to '"
        + unanswered.request()
        + "' since "
        + seconds(unanswered.since())
        + ". Mailroom goes on by itself, and gives the request up at "
        + seconds(unanswered.givenUp())
        + " at the latest; if it lasts, check the network and see the Microsoft 365 service health"
        + " page.";
  }

  /** What is due is tried with the account's next import. */
  private static Instant later(@Nullable Instant due, Instant poll) {
    return due == null || poll.isAfter(due) ? poll : due;
  }

  private Standing standing(Account account, Optional<ImportResult> last, Figures figures) {
    Exception unmarked = last.map(ImportResult::firstUnmarked).orElse(null);
    if (unmarked != null) {
      return new Standing(
          State.NEEDS_ATTENTION,
          null,
          "Messages were delivered but not marked as read: " + unmarked.getMessage());
    }
    long failed = figures.failed().getOrDefault(account.id(), 0L);
    WaitingDeliveries.Refused refused = figures.refused().get(account.id());
    if (failed == 0 && refused != null) {
      return new Standing(
          State.WAITING,
          later(refused.next(), schedule.nextPoll(account.id())),
          refused.deliveries()
              + (refused.deliveries() == 1 ? " delivery was" : " deliveries were")
              + " refused, such as for this cause: "
              + refused.error()
              + (refused.error().contains("by itself")
                  ? " It"
                  : " Mailroom tries again by itself, and")
              + " gives up after mailroom.retry.max-attempts.");
    }
    return failed > 0
        ? new Standing(
            State.NEEDS_ATTENTION,
            null,
            failed
                + (failed == 1 ? " delivery was" : " deliveries were")
                + " given up. Look at the causes,"
                + " then retry or discard them: in the console, or by: failed list --account "
                + account.id())
        : new Standing(State.IDLE, null, null);
  }

  private String stalled(Account account) {
    return schedule
        .lastSuccess(account.id())
        .map(last -> "The mailbox wasn't read to its end since " + seconds(last) + ".")
        .orElseGet(
            () ->
                "The mailbox wasn't read to its end yet; Mailroom has known it since "
                    + seconds(schedule.knownSince(account.id()))
                    + ".");
  }

  private static Instant seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }
}
