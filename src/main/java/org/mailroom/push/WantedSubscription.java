package org.mailroom.push;

import java.util.Locale;

/**
 * A mailbox that some account wants to be told of.
 *
 * @param mailbox as the account names it
 * @param credential of the first of its accounts that is polled at an interval
 * @param resource what is subscribed to: a folder of the mailbox, or all of it
 */
record WantedSubscription(String mailbox, String credential, String resource) {

  /** By what a mailbox is known here: addresses and object ids don't differ by case. */
  static String key(String mailbox) {
    return mailbox.toLowerCase(Locale.ROOT);
  }

  String key() {
    return key(mailbox);
  }
}
