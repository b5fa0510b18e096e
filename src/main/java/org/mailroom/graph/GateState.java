package org.mailroom.graph;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of the limits of a mailbox, for whoever works on it next.
 *
 * @param closedUntil until when the service asked to leave it alone; null: it didn't
 * @param trouble it did so because it has trouble, not because it is asked too often
 * @param used of the quota, oldest first
 */
public record GateState(@Nullable Instant closedUntil, boolean trouble, List<Used> used) {

  /**
   * Requests that the service counts.
   *
   * @param at until then, and a window longer
   */
  public record Used(Instant at, int parts) {}

  /** Nothing of it matters to anybody. */
  boolean isEmpty() {
    return closedUntil == null && used.isEmpty();
  }
}
