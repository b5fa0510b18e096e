package org.mailroom.message;

import java.time.Instant;

/**
 * Remembers since when a message is known not to be in the mailbox as it will be, beyond the end of
 * this process.
 */
@FunctionalInterface
interface Unsettled {

  /** When that was noticed first; now, when it is noticed for the first time. */
  Instant since(String account, String messageId);
}
