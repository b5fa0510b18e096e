package org.mailroom.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportProgress;
import org.mailroom.account.ImportResult;
import org.mailroom.account.PollHistory;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.delivery.WaitingDeliveries;
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

  private static final int INTERVALS_UNTIL_STALLED = 5;
  private static final Duration SOONEST_STALLED = Duration.ofMinutes(5);

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final ImportProgress progress;
  private final PollHistory history;
  private final FailedDeliveries failures;
  private final WaitingDeliveries waiting;
  private final AccountStandings standings;
  private final Clock clock;
  private volatile AccountFigures lastFigures = new AccountFigures(Map.of(), Map.of(), Map.of());

  AccountStatuses(
      Accounts accounts,
      AccountSchedule schedule,
      ImportProgress progress,
      PollHistory history,
      FailedDeliveries failures,
      WaitingDeliveries waiting,
      AccountStandings standings,
      Clock clock) {
    this.accounts = accounts;
    this.schedule = schedule;
    this.progress = progress;
    this.history = history;
    this.failures = failures;
    this.waiting = waiting;
    this.standings = standings;
    this.clock = clock;
  }

  /** All accounts, by id. */
  public List<AccountStatus> all() {
    AccountFigures figures = figures();
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
  AccountFigures figures() {
    try {
      lastFigures =
          new AccountFigures(failures.count(), history.importedByDay(1), waiting.refused());
    } catch (DataAccessException databaseDown) {
      LOG.debug("figures of accounts can't be read", databaseDown);
    }
    return lastFigures;
  }

  /** Its settings don't fit any more: it can't be imported at all. */
  private AccountStatus unusable(String id, String problem, AccountFigures figures) {
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
    return status(account, new AccountFigures(Map.of(), Map.of(), lastFigures.refused()));
  }

  private AccountStatus status(Account account, AccountFigures figures) {
    String id = account.id();
    ImportProgress.Running running = progress.running(id).orElse(null);
    ImportResult last = schedule.lastResult(id).orElse(null);
    boolean paused = schedule.isPaused(id);
    boolean elsewhere =
        running == null && schedule.workedBy(id).filter(node -> !node.self()).isPresent();
    // whoever imports it sees whether it gets on
    boolean stalled = !paused && !elsewhere && isStalled(account, running, clock.instant());
    AccountStandings.Imports imports =
        new AccountStandings.Imports(running, elsewhere, last, paused, stalled);
    AccountStandings.Standing standing = standings.of(account, imports, figures);
    int importing = running == null ? 0 : running.imported();
    long today =
        figures.imported().getOrDefault(id, Map.of()).getOrDefault(history.today(), 0L) + importing;
    return new AccountStatus(
        id,
        account.mailbox(),
        account.credential(),
        standing.state(),
        standing.until(),
        standing.reason(),
        imports.isRunning(),
        importing,
        last == null ? null : last.begun().plus(last.took()),
        schedule.lastSuccess(id).orElse(null),
        last == null ? null : last.took(),
        paused ? null : schedule.nextPoll(id),
        schedule.backlog(id).orElse(null),
        today,
        figures.failed().getOrDefault(id, 0L),
        last != null && last.failure() != null,
        stalled);
  }

  /**
   * An import that runs and gets on is alive, however long it takes; one that merely began isn't.
   */
  private boolean isStalled(
      Account account, ImportProgress.@Nullable Running running, Instant now) {
    Instant alive = schedule.lastSuccess(account.id()).orElse(schedule.knownSince(account.id()));
    Instant step = running == null ? null : running.lastStep();
    Duration most = account.pollEvery().multipliedBy(INTERVALS_UNTIL_STALLED);
    most = most.compareTo(SOONEST_STALLED) < 0 ? SOONEST_STALLED : most;
    Instant last = step != null && step.isAfter(alive) ? step : alive;
    // with times of its own it may be silent until the next of them
    Instant expected =
        account.pollAt() == null || running != null ? last : account.pollAt().after(last);
    return expected.isBefore(now) && expected.plus(most).isBefore(now);
  }
}
