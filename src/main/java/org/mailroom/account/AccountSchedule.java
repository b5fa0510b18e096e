package org.mailroom.account;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** When each account is due. An import that is still running or queued isn't started again. */
@Component("accountSchedule")
public final class AccountSchedule {

  private final Accounts accounts;
  private final Clock clock;
  private final Map<String, Instant> nextPolls = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<String, ImportResult> lastResults = new HashMap<>();
  private volatile boolean stopping;

  AccountSchedule(Accounts accounts, Clock clock) {
    this.accounts = accounts;
    this.clock = clock;
  }

  /** Returns the ids of the accounts that are due and takes them: each is due again one interval after its import has ended. */
  public synchronized List<String> due() {
    List<String> due = new ArrayList<>();
    Instant now = clock.instant();
    for (Account account : accounts.all()) {
      if (!stopping && !now.isBefore(nextPolls.getOrDefault(account.id(), Instant.MIN)) && taken.add(account.id())) {
        due.add(account.id());
      }
    }
    return due;
  }

  synchronized void ended(ImportResult result) {
    taken.remove(result.account());
    lastResults.put(result.account(), result);
    accounts.find(result.account()).ifPresent(account -> nextPolls.put(account.id(), clock.instant().plus(account.pollEvery())));
  }

  /** What the last import of an account came to; empty before the first. */
  public synchronized Optional<ImportResult> lastResult(String accountId) {
    return Optional.ofNullable(lastResults.get(accountId));
  }

  boolean isStopping() {
    return stopping;
  }

  @EventListener(ContextClosedEvent.class)
  void stop() {
    stopping = true;
  }
}
