package org.mailroom.delivery;

import java.time.Instant;

/**
 * How far a destination is with a message.
 *
 * @param nextAttempt null when it is due
 */
record LedgerState(String status, int attempts, Instant nextAttempt) {
  boolean isSettled() {
    return status.equals("DELIVERED") || status.equals("DISCARDED");
  }

  boolean isDue(Instant now) {
    return status.equals("PENDING") && (nextAttempt == null || !now.isBefore(nextAttempt));
  }
}
