package org.mailroom.schedule;

import java.time.Instant;

/** An account that this process has in hand. The {@link Board} guards it. */
final class Task {

  /** Its mailbox is this node's. */
  final boolean leased;

  /** Why it can't be worked on; null: it can. */
  final RuntimeException why;

  /** Null: its import runs. */
  Instant queuedAt;

  /** What its import came to is known. */
  boolean ended;

  Task(Instant queuedAt, RuntimeException why) {
    this.queuedAt = queuedAt;
    this.leased = why == null;
    this.why = why;
  }

  boolean isQueuedBefore(Instant time) {
    return queuedAt != null && queuedAt.isBefore(time);
  }
}
