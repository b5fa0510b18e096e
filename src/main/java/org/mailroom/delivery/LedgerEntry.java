package org.mailroom.delivery;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table {@code delivery}.
 *
 * @param attempts made so far
 * @param again there is a row already, which this one replaces
 * @param inDoubt the service couldn't give what belongs to the message, and whether that is the
 *     message's own fault shows the end of the import
 * @param nextAttempt null when none follows
 * @param envelope for a person to recognise the message by; null when it is no message
 */
record LedgerEntry(
    String account,
    String messageId,
    String destination,
    String status,
    int attempts,
    boolean again,
    boolean inDoubt,
    @Nullable String error,
    @Nullable OffsetDateTime nextAttempt,
    @Nullable OffsetDateTime deliveredAt,
    @Nullable Envelope envelope) {

  static final String PENDING = "PENDING";
  static final String DELIVERED = "DELIVERED";
  static final String FAILED = "FAILED";
  static final String DISCARDED = "DISCARDED";

  /** Null when it has none, or isn't known. */
  @Nullable String subject() {
    return envelope == null ? null : envelope.subject();
  }

  @Nullable OffsetDateTime receivedAt() {
    return envelope == null ? null : envelope.receivedAt();
  }

  boolean is(String other) {
    return status.equals(other);
  }
}
