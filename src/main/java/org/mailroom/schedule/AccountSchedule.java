package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.camel.Body;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportResult;
import org.mailroom.graph.Patience;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * When each account is due. An import that is still running or queued isn't started again. An account that is paused isn't due until it
 * is resumed, on this node and all others, over restarts; an import that runs is finished. Safe for use by several threads.
 */
@Component("accountSchedule")
public final class AccountSchedule implements Patience {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  /** So long a task may be neither on the queue nor begun: an importer has it in hand. */
  private static final Duration IN_HAND = Duration.ofSeconds(5);

  private final Accounts accounts;
  private final AccountPauses pauses;
  private final TaskQueue tasks;
  private final RuntimeClaim claim;
  private final Clock clock;
  private final Instant started;
  /** Guarded by the schedule. */
  private final Map<String, Standing> standings = new HashMap<>();
  private volatile boolean stopping;
  private volatile int queued;

  AccountSchedule(Accounts accounts, AccountPauses pauses, TaskQueue tasks, RuntimeClaim claim, Clock clock) {
    this.accounts = accounts;
    this.pauses = pauses;
    this.tasks = tasks;
    this.claim = claim;
    this.clock = clock;
    this.started = clock.instant();
  }

  /**
   * Returns the ids of the accounts that are due and takes them: each is due again one interval after its import has ended, or at once
   * when its settings have changed; one with {@code poll-at} at the next of its times after that. None is while another runtime works on the
   * database.
   */
  public List<String> due() {
    Set<String> paused = pauses.all().keySet();
    // before the schedule is locked: a database that hangs must not keep everybody from it
    Collection<Account> all = claim.lostTo().isPresent() ? List.of() : accounts.all();
    synchronized (this) {
      List<String> due = new ArrayList<>();
      Instant now = clock.instant();
      takeBackLostTasks(now);
      for (Account account : all) {
        Standing standing = standing(account.id());
        standing.see(account, now);
        if (!stopping && standing.isDue(paused.contains(account.id()), now)) {
          standing.wanted = false;
          standing.queuedAt = now;
          queued++;
          due.add(account.id());
        }
      }
      return due;
    }
  }

  /** A task that was on the queue and is gone without having begun, for the route was stopped, say: its account is due again. */
  private void takeBackLostTasks(Instant now) {
    if (queued > 0 && tasks.isEmpty()) {
      standings.forEach((id, standing) -> {
        if (standing.queuedAt != null && standing.queuedAt.plus(IN_HAND).isBefore(now)) {
          LOG.warn("account {}: its task got lost before its import began, as when the route import-account is stopped; it is due again", id);
          unqueue(standing);
        }
      });
    }
  }

  private void unqueue(Standing standing) {
    if (standing.queuedAt != null) {
      standing.queuedAt = null;
      queued--;
    }
  }

  private Standing standing(String accountId) {
    return standings.computeIfAbsent(accountId, id -> new Standing(clock.instant()));
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
    require(accountId);
    if (isPaused(accountId)) {
      pauses.resume(accountId);
      synchronized (this) {
        standing(accountId).resumed(clock.instant());
      }
      LOG.info("account {}: resumed", accountId);
    }
  }

  /**
   * Imports an account as soon as possible, paused or not: within a second, or after the import that runs.
   *
   * @return whether another import runs or is queued, so that this one comes after it
   * @throws IllegalArgumentException when there is no such account
   */
  public boolean importNow(@Body String accountId) {
    require(accountId);
    synchronized (this) {
      Standing standing = standing(accountId);
      standing.wanted = true;
      return standing.isTaken();
    }
  }

  private void require(String accountId) {
    if (accounts.find(accountId).isEmpty()) {
      throw new IllegalArgumentException("There is no account '" + accountId + "'.");
    }
  }

  /** An importer has taken it up. */
  synchronized void begun(String accountId) {
    Standing standing = standing(accountId);
    unqueue(standing);
    standing.running = true;
    standing.goesOnAt = null;
  }

  /** Whether its import lets others go first, and goes on later. */
  public synchronized boolean isSuspended(String accountId) {
    return standing(accountId).goesOnAt != null;
  }

  /** Whether an account is due that no importer has taken up yet. */
  @Override
  public boolean isAnyoneWaiting() {
    return queued > 0;
  }

  /**
   * An import has ended.
   *
   * @param account as it was imported
   */
  synchronized void ended(Account account, ImportResult result) {
    Standing standing = standing(account.id());
    Instant now = clock.instant();
    standing.lastResult = result;
    standing.goesOnAt = result.goesOnAt();
    if (result.isThrough()) {
      standing.lastSuccess = now;
    }
    standing.polled(account, now);
  }

  /** Nobody imports it any more, whatever became of its import. */
  void givenBack(String accountId) {
    Account account = accounts.find(accountId).orElse(null);
    synchronized (this) {
      Standing standing = standing(accountId);
      standing.running = false;
      unqueue(standing);
      if (account == null) {
        standings.remove(accountId);
      } else if (!standing.isPolled()) {
        // it ended before it could say what it came to: not at once again
        standing.polled(account, clock.instant());
      }
    }
  }

  /** Looks at many accounts without waiting for each of them, and without anything changing in between; it mustn't ask database or service. */
  public synchronized <T> T look(Supplier<T> atAccounts) {
    return atAccounts.get();
  }

  public boolean isPaused(String accountId) {
    return pauses.all().containsKey(accountId);
  }

  /** Since when an account is paused; empty when it isn't. */
  public Optional<Instant> pausedSince(String accountId) {
    return Optional.ofNullable(pauses.all().get(accountId));
  }

  /** What the last import of an account came to; empty before the first. */
  public synchronized Optional<ImportResult> lastResult(String accountId) {
    return Optional.ofNullable(standing(accountId).lastResult);
  }

  /** When the last import ended that read its mailbox to the end; empty when none has since the start. */
  public synchronized Optional<Instant> lastSuccess(String accountId) {
    return Optional.ofNullable(standing(accountId).lastSuccess);
  }

  /**
   * How many messages the mailbox holds for Mailroom: after an import those that it left, while one runs those that it hasn't imported
   * yet. Empty while that isn't known.
   */
  public Optional<Long> backlog(String accountId) {
    return lastResult(accountId).filter(ImportResult::couldBeRead)
        .map(result -> (long) result.waiting() + result.givenUpBefore() + result.failed() + result.unmarked());
  }

  /** When the account is due again; in the past when it is due now. */
  public synchronized Instant nextPoll(String accountId) {
    Account account = accounts.find(accountId).orElse(null);
    if (account == null) {
      return started;
    }
    Standing standing = standing(accountId);
    standing.see(account, clock.instant());
    Instant next = standing.next();
    return next.equals(Instant.MIN) ? started : next;
  }

  /** Since when this process knows the account: its start, or when the account was set up. */
  public synchronized Instant knownSince(String accountId) {
    return standing(accountId).knownSince;
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
