package org.mailroom.schedule;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.camel.Body;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportResult;
import org.mailroom.graph.Patience;
import org.mailroom.settings.DatabaseTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * When each account is due, and who imports it: the table {@code account_schedule}, which all nodes
 * share. A node takes accounts from it, and gives them back after their imports. An import that is
 * still running or queued, here or elsewhere, isn't started again. An account that is paused isn't
 * due until it is resumed, on this node and all others, over restarts; an import that runs is
 * finished. Who asks how accounts do is answered from memory: what another node did is known a
 * second or two later. Safe for use by several threads.
 */
@Component("accountSchedule")
public final class AccountSchedule implements Patience {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private final Accounts accounts;
  private final AccountPauses pauses;
  private final TaskQueue tasks;
  private final ScheduleKeeper keeper;
  private final Board board;
  private final MailboxLeases leases;
  private final Nodes nodes;
  private final AccountAlerts alerts;
  private final StandingTable table;
  private final DatabaseTime time;
  private final Instant started;
  private final Map<String, Success> successes = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  /** When an import of this process ended that read its mailbox to the end, by both clocks. */
  private record Success(Instant database, Instant here) {}

  AccountSchedule(
      Accounts accounts,
      AccountPauses pauses,
      TaskQueue tasks,
      ScheduleKeeper keeper,
      MailboxLeases leases,
      Nodes nodes,
      AccountAlerts alerts,
      StandingTable table,
      DatabaseTime time,
      Clock clock) {
    this.accounts = accounts;
    this.pauses = pauses;
    this.tasks = tasks;
    this.keeper = keeper;
    this.board = keeper.board();
    this.leases = leases;
    this.nodes = nodes;
    this.alerts = alerts;
    this.table = table;
    this.time = time;
    this.started = clock.instant();
  }

  /**
   * Takes accounts that are due and returns their ids: as many as importers are free on this node,
   * and as many as it finished within the last second. Each is due again one interval after its
   * import has ended, or at once when its settings have changed; one with {@code poll-at} at the
   * next of its times after that.
   */
  public List<String> due() {
    Set<String> paused = pauses.all().keySet();
    Collection<Account> all = accounts.all();
    return stopping ? List.of() : keeper.take(all, paused, tasks::isEmpty);
  }

  /**
   * Polls an account no more until it is resumed. An import that runs is finished.
   *
   * @throws IllegalArgumentException when there is no such account
   */
  public void pause(String accountId) {
    require(accountId);
    if (!isPaused(accountId)) {
      pauses.pause(accountId);
      LOG.info("account {}: paused; it isn't polled until it is resumed", accountId);
    }
  }

  /**
   * Polls an account again, beginning at once, or at the next of its times.
   *
   * @throws IllegalArgumentException when there is no such account
   */
  public void resume(String accountId) {
    Account account = require(accountId);
    if (isPaused(accountId)) {
      pauses.resume(accountId);
      board.anew(account, time.now()).ifPresent(table::changeDueTime);
      LOG.info("account {}: resumed", accountId);
    }
  }

  /**
   * Imports an account as soon as possible, paused or not: within a second or two, or after the
   * import that runs. Doesn't wait for the database.
   *
   * @return whether another import runs or is queued, so that this one comes after it
   * @throws IllegalArgumentException when there is no such account
   */
  public boolean importNow(@Body String accountId) {
    require(accountId);
    boolean another = board.isInHand(accountId) || workedBy(accountId).isPresent();
    board.want(accountId);
    return another;
  }

  private Account require(String accountId) {
    return accounts
        .find(accountId)
        .orElseThrow(
            () -> new IllegalArgumentException("There is no account '" + accountId + "'."));
  }

  /** An importer has taken it up. */
  void begun(String accountId) {
    board.begun(accountId);
  }

  /**
   * An account that is in hand may be worked on: its mailbox was taken for it.
   *
   * @throws RuntimeException why it can't
   */
  void requireTaken(Account account) {
    RuntimeException why = board.why(account.id());
    if (why != null) {
      throw why;
    }
    leases.requireSame(account.id(), Standing.mailbox(account));
  }

  /** Who is to know that an import that let others go first here goes on at another node. */
  void whenGoneOnElsewhere(Consumer<String> told) {
    keeper.whenGoneOnElsewhere(told);
  }

  /**
   * Whether what an earlier import left unfinished in this process can go on: no other node has had
   * its mailbox since.
   */
  boolean isUnbroken(String accountId) {
    return leases.isUnbroken(accountId);
  }

  /** Whether the mailbox of an account in hand isn't this node's any more. */
  boolean isLost(String accountId) {
    return leases.isLost(accountId);
  }

  /**
   * Its import has met that the mailbox isn't this node's any more, or may not be: it is due as
   * before, for whoever takes it.
   */
  void lost(String accountId) {
    leases.lose(accountId);
  }

  /** Whether its import lets others go first, and goes on later. */
  public boolean isSuspended(String accountId) {
    return board.standing(accountId).filter(Standing::goesOn).isPresent();
  }

  /** Whether an account is due that no importer has taken up yet. */
  @Override
  public boolean isAnyoneWaiting() {
    return board.isAnyoneWaiting();
  }

  /**
   * An import has ended.
   *
   * @param account as it was imported
   */
  void ended(Account account, ImportResult result) {
    Trouble before = board.standing(account.id()).map(Standing::trouble).orElse(null);
    Trouble after = alerts.ended(before, result, time.now());
    Instant now = time.now();
    if (result.isThrough()) {
      successes.put(account.id(), new Success(now, time.here(now)));
    }
    board.ended(
        account,
        result,
        now,
        result.goesOnAt() == null ? null : time.ofHere(result.goesOnAt()),
        after);
  }

  /** Nobody imports it any more, whatever became of its import. */
  void givenBack(String accountId) {
    keeper.giveBack(accountId);
  }

  /**
   * Looks at many accounts without waiting for each of them, and without anything changing in
   * between; it mustn't ask database or service.
   */
  public <T> T look(Supplier<T> atAccounts) {
    synchronized (board) {
      return atAccounts.get();
    }
  }

  public boolean isPaused(String accountId) {
    return pauses.all().containsKey(accountId);
  }

  /** Since when an account is paused; empty when it isn't. */
  public Optional<Instant> pausedSince(String accountId) {
    return Optional.ofNullable(pauses.all().get(accountId));
  }

  /** Which node imports an account, or has it on its queue; empty: none, or one that is missed. */
  public Optional<Node> workedBy(String accountId) {
    return board
        .standing(accountId)
        .map(Standing::node)
        .filter(nodes::isAlive)
        .flatMap(nodes::find);
  }

  /** What the last import of an account came to, on whichever node; empty before the first. */
  public Optional<ImportResult> lastResult(String accountId) {
    return board.standing(accountId).map(Standing::result);
  }

  /**
   * When the last import ended that read its mailbox to the end, on whichever node; empty when none
   * has since the first of them began.
   */
  public Optional<Instant> lastSuccess(String accountId) {
    Success here = successes.get(accountId);
    return board
        .standing(accountId)
        .map(Standing::lastSuccess)
        .map(last -> here != null && here.database().equals(last) ? here.here() : time.here(last));
  }

  /**
   * How many messages the last import left: those that were refused, wait, were given up, or aren't
   * marked. What no import has listed yet isn't counted. Empty while that isn't known.
   */
  public Optional<Long> backlog(String accountId) {
    return lastResult(accountId)
        .filter(ImportResult::couldBeRead)
        .map(
            result ->
                (long) result.waiting()
                    + result.givenUpBefore()
                    + result.failed()
                    + result.unmarked());
  }

  /**
   * When the account is due again, by this machine's clock as all times here; in the past when it
   * is due now.
   */
  public Instant nextPoll(String accountId) {
    Optional<Standing> standing =
        board
            .standing(accountId)
            .or(() -> accounts.find(accountId).map(account -> Standing.of(account, time.now())));
    return standing.map(Standing::dueAt).map(time::here).orElse(started);
  }

  /** Since when this process knows the account: its start, or when the account was set up. */
  public Instant knownSince(String accountId) {
    Instant since = board.knownSince(accountId);
    return since == null ? started : since;
  }

  /** When this process began to poll. */
  public Instant started() {
    return started;
  }

  boolean isStopping() {
    return stopping;
  }

  @EventListener(ContextClosedEvent.class)
  void stop() {
    stopping = true;
  }
}
