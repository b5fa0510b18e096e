package org.mailroom.export;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that the ledger knows.
 *
 * @param filedAt the time that its folder is named after; null where that isn't known
 */
record KnownMessage(String account, String messageId, @Nullable Instant filedAt) {

  /** Never what the mail says: this text may reach a log. */
  @Override
  public String toString() {
    return "message " + messageId + " of account " + account;
  }
}
