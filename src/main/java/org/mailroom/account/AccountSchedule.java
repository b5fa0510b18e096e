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
  private final Map<String, Polled> polled = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<String, ImportResult> lastResults = new HashMap<>();
  private volatile boolean stopping;

  /** The last poll of an account: when it ended, and the account as it was. */
  private record Polled(Account account, Instant ended) {

    boolean isDue(Account present, Instant now) {
      return !account.equals(present) || !now.isBefore(ended.plus(present.pollEvery()));
    }
  }

  AccountSchedule(Accounts accounts, Clock clock) {
    this.accounts = accounts;
    this.clock = clock;
  }

  /**
   * Returns the ids of the accounts that are due and takes them: each is due again one interval after its import has ended, or at once
   * when its settings have changed.
   */
  public synchronized List<String> due() {
    List<String> due = new ArrayList<>();
    Instant now = clock.instant();
    for (Account account : accounts.all()) {
      Polled last = polled.get(account.id());
      if (!stopping && (last == null || last.isDue(account, now)) && taken.add(account.id())) {
        due.add(account.id());
      }
    }
    return due;
  }

  /**
   * @param account as it was imported
   */
  synchronized void ended(Account account, ImportResult result) {
    taken.remove(result.account());
    lastResults.put(result.account(), result);
    polled.put(account.id(), new Polled(account, clock.instant()));
  }

  /** The account was deleted before its import began. */
  synchronized void dropped(String accountId) {
    taken.remove(accountId);
    lastResults.remove(accountId);
    polled.remove(accountId);
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
