package org.mailroom.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * When each account is due. An import that is still running or queued isn't started again. An account that is paused isn't due until it
 * is resumed, on this node and all others, over restarts; an import that runs is finished.
 */
@Component("accountSchedule")
public final class AccountSchedule {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private final Accounts accounts;
  private final AccountPauses pauses;
  private final Clock clock;
  private final Instant started;
  private final Map<String, Polled> polled = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Set<String> wanted = new HashSet<>();
  private final Set<String> queued = new HashSet<>();
  private final Map<String, Instant> suspended = new HashMap<>();
  private final Map<String, ImportResult> lastResults = new HashMap<>();
  private final Map<String, Instant> lastSuccesses = new HashMap<>();
  private volatile boolean stopping;

  /** The last poll of an account: when it ended, and the account as it was. */
  private record Polled(Account account, Instant ended) {

    boolean isDue(Account present, Instant now) {
      return !account.equals(present) || !now.isBefore(ended.plus(present.pollEvery()));
    }
  }

  AccountSchedule(Accounts accounts, AccountPauses pauses, Clock clock) {
    this.accounts = accounts;
    this.pauses = pauses;
    this.clock = clock;
    this.started = clock.instant();
  }

  /**
   * Returns the ids of the accounts that are due and takes them: each is due again one interval after its import has ended, or at once
   * when its settings have changed.
   */
  public List<String> due() {
    Set<String> paused = pauses.all().keySet();
    synchronized (this) {
      List<String> due = new ArrayList<>();
      Instant now = clock.instant();
      for (Account account : accounts.all()) {
        String id = account.id();
        Polled last = polled.get(id);
        boolean goesOn = suspended.containsKey(id) && !now.isBefore(suspended.get(id));
        boolean isDue = wanted.contains(id) || (!paused.contains(id) && (goesOn || (!suspended.containsKey(id) && (last == null || last.isDue(account, now)))));
        if (!stopping && isDue && taken.add(id)) {
          wanted.remove(id);
          suspended.remove(id);
          queued.add(id);
          due.add(id);
        }
      }
      return due;
    }
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
   * Polls an account again, beginning at once.
   *
   * @throws IllegalArgumentException when there is no such account
   */
  public void resume(String accountId) {
    require(accountId);
    if (isPaused(accountId)) {
      pauses.resume(accountId);
      synchronized (this) {
        polled.remove(accountId);
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
  public synchronized boolean importNow(String accountId) {
    require(accountId);
    wanted.add(accountId);
    return taken.contains(accountId);
  }

  private void require(String accountId) {
    if (accounts.find(accountId).isEmpty()) {
      throw new IllegalArgumentException("There is no account '" + accountId + "'.");
    }
  }

  /** An importer has taken it up. */
  synchronized void begun(String accountId) {
    queued.remove(accountId);
  }

  /** Whether its import lets others go first, and goes on later. */
  public synchronized boolean isSuspended(String accountId) {
    return suspended.containsKey(accountId);
  }

  /** Whether an account is due that no importer has taken up yet. */
  synchronized boolean isAnyoneWaiting() {
    return !queued.isEmpty();
  }

  /** Its import has more to do, and lets the others go first: it is due again after {@code wait}. */
  synchronized void suspended(String accountId, Duration wait) {
    taken.remove(accountId);
    suspended.put(accountId, clock.instant().plus(wait));
  }

  /**
   * @param account as it was imported
   */
  synchronized void ended(Account account, ImportResult result) {
    taken.remove(result.account());
    lastResults.put(result.account(), result);
    Instant now = clock.instant();
    if (result.failure() == null) {
      lastSuccesses.put(result.account(), now);
    }
    polled.put(account.id(), new Polled(account, now));
  }

  /** The account was deleted before its import began. */
  synchronized void dropped(String accountId) {
    taken.remove(accountId);
    queued.remove(accountId);
    lastResults.remove(accountId);
    lastSuccesses.remove(accountId);
    polled.remove(accountId);
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
    return Optional.ofNullable(lastResults.get(accountId));
  }

  /** When the last import ended that read its mailbox to the end; empty when none has since the start. */
  public synchronized Optional<Instant> lastSuccess(String accountId) {
    return Optional.ofNullable(lastSuccesses.get(accountId));
  }

  /**
   * How many messages the mailbox holds for Mailroom: after an import those that it left, while one runs those that it hasn't imported
   * yet. Empty while that isn't known.
   */
  public synchronized Optional<Long> backlog(String accountId) {
    return lastResult(accountId).filter(ImportResult::couldBeRead).map(result -> (long) result.waiting() + result.failed() + result.unmarked());
  }

  /** When the account is due again; in the past when it is due now. */
  public synchronized Instant nextPoll(String accountId) {
    Polled last = polled.get(accountId);
    return last == null ? started : last.ended().plus(last.account().pollEvery());
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
