package org.mailroom.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a destination is with a message.
 *
 * @param error why it isn't further; null when there is no reason
 * @param nextAttempt null when it is due, or none follows
 * @param receivedAt of its message; null where that wasn't known when this was written, and of what
 *     was delivered
 * @param erased the message was erased: no destination gets it any more
 */
record LedgerState(
    String status,
    int attempts,
    @Nullable String error,
    @Nullable Instant nextAttempt,
    @Nullable Instant receivedAt,
    boolean erased) {

  /** Its message was seen, so that it is known not to be too old. */
  boolean isOfSeenMessage() {
    return isSettled() || receivedAt != null;
  }

  boolean isSettled() {
    return status.equals(LedgerEntry.DELIVERED)
        || (status.equals(LedgerEntry.DISCARDED) && !isGone());
  }

  /**
   * The service said that the message isn't there any more, so that nothing is asked for again:
   * only such a discarded delivery has a next attempt. Where a listing brings the message all the
   * same, it is due.
   */
  boolean isGone() {
    return status.equals(LedgerEntry.DISCARDED) && nextAttempt != null;
  }

  boolean isGivenUp() {
    return status.equals(LedgerEntry.FAILED);
  }

  /** What was given up because of the service is looked at again, too. */
  boolean isDue(Instant now) {
    return isGone()
        || (status.equals(LedgerEntry.PENDING) && nextAttempt == null)
        || (!isSettled() && nextAttempt != null && !now.isBefore(nextAttempt));
  }
}
