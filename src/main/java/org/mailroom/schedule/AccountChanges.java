package org.mailroom.schedule;

import java.util.ArrayList;
import java.util.List;
import org.mailroom.account.Account;

/**
 * What has changed of the accounts since this process looked last.
 *
 * @param added those of which no row is known
 * @param changed those with other settings than they are due by
 * @param replanned those whose next time counts from now on, for nobody polled before
 * @param gone those that aren't there any more
 */
record AccountChanges(
    List<Account> added, List<Account> changed, List<Account> replanned, List<String> gone) {

  /** To be filled. */
  static AccountChanges none() {
    return new AccountChanges(
        new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }
}
