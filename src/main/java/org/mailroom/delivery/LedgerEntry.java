package org.mailroom.delivery;

import java.time.OffsetDateTime;

/**
 * A row of the table {@code delivery}.
 *
 * @param attempts made so far
 * @param again there is a row already, which this one replaces
 * @param nextAttempt null when none follows
 * @param subject for a person to recognise the message by; null when it has none
 */
record LedgerEntry(
    String account, String messageId, String destination, String status, int attempts, boolean again, String error,
    OffsetDateTime nextAttempt, OffsetDateTime deliveredAt, String subject, OffsetDateTime receivedAt) {}
