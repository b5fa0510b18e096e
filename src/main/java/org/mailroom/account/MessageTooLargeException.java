package org.mailroom.account;

/** A message is larger than its account's {@code max-size}: trying again doesn't help. */
public final class MessageTooLargeException extends RuntimeException {

  MessageTooLargeException(Account account, long bytes) {
    super("the message is larger than the account's max-size of " + account.maxSize().toMegabytes() + "MB (at least " + bytes + " bytes)."
        + " Raise mailroom.accounts." + account.id() + ".max-size, then run: failed retry --account " + account.id());
  }
}
