package org.mailroom.push;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.stereotype.Component;

/**
 * Mailboxes to look at. Whoever takes a notification only notes the mailbox here, which takes no
 * lock and asks nobody; a timer has their accounts imported, each once however many notifications
 * there were. Safe for use by several threads.
 */
@Component
final class Wakes {

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final Set<String> mailboxes = ConcurrentHashMap.newKeySet();

  Wakes(Accounts accounts, AccountSchedule schedule) {
    this.accounts = accounts;
    this.schedule = schedule;
  }

  /** Notes a mailbox by its key. */
  void add(String mailbox) {
    mailboxes.add(mailbox);
  }

  /**
   * Has the accounts of the noted mailboxes imported as soon as possible; not those that are
   * paused, or polled at times of their own.
   */
  void wake() {
    if (mailboxes.isEmpty()) {
      return;
    }
    Set<String> noted = new HashSet<>(mailboxes);
    // what is noted from here on wakes once more: an import that runs may have passed it
    mailboxes.removeAll(noted);
    for (Account account : accounts.all()) {
      if (noted.contains(WantedSubscription.key(account.mailbox()))
          && WantedSubscriptions.isToldOf(account)
          && !schedule.isPaused(account.id())) {
        wake(account.id());
      }
    }
  }

  private void wake(String accountId) {
    try {
      schedule.importNow(accountId);
    } catch (IllegalArgumentException goneMeanwhile) {
      // nothing to import
    }
  }
}
