package org.mailroom.message;

import org.mailroom.account.Account;
import org.mailroom.graph.TextTooLongException;

/**
 * A message is larger than its account's {@code max-size}, or its text than the memory: trying
 * again doesn't help.
 */
public final class MessageTooLargeException extends RuntimeException {

  MessageTooLargeException(Account account, long bytes) {
    super(
        "the message is larger than the account's max-size of "
            + account.maxSize().toBytes()
            + " bytes (it has at least "
            + bytes
            + ")."
            + " Raise mailroom.accounts."
            + account.id()
            + ".max-size, then run: failed retry --account "
            + account.id());
  }

  MessageTooLargeException(Account account, TextTooLongException why) {
    super(
        "the message's text is larger than "
            + (why.longest() >> 20)
            + "MB, which is what fits into a heap of "
            + (Runtime.getRuntime().maxMemory() >> 20)
            + "MB. Give Java more memory (-Xmx), then run: failed retry --account "
            + account.id());
  }
}
