package org.mailroom.retention;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that something is kept of.
 *
 * @param filedAt the time that its folder is named after; null where that isn't known
 * @param inDatabase there is a row of it in {@code mail_message}
 * @param waits a delivery of it waits for another try, or was given up and nobody has decided
 */
record Found(
    String account,
    String messageId,
    @Nullable Instant filedAt,
    boolean inDatabase,
    boolean waits) {

  /** Never what the mail says: this text may reach a log. */
  @Override
  public String toString() {
    return "message " + messageId + " of account " + account;
  }
}
