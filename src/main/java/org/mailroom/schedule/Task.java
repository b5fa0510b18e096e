package org.mailroom.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An account that this process has in hand. The {@link Board} guards it. */
final class Task {

  /** Its mailbox is this node's. */
  final boolean leased;

  /** Why it can't be worked on; null: it can. */
  final @Nullable RuntimeException why;

  /** Null: its import runs. */
  @Nullable Instant queuedAt;

  /** What its import came to is known. */
  boolean ended;

  Task(@Nullable Instant queuedAt, @Nullable RuntimeException why) {
    this.queuedAt = queuedAt;
    this.leased = why == null;
    this.why = why;
  }

  boolean isQueuedBefore(Instant time) {
    return queuedAt != null && queuedAt.isBefore(time);
  }
}
