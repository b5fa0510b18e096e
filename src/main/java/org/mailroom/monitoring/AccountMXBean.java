package org.mailroom.monitoring;

import org.jspecify.annotations.Nullable;

/**
 * An account as jconsole shows it: {@code org.mailroom:type=Account,name=…}. Times are ISO 8601 in
 * UTC, null where there is none.
 */
public interface AccountMXBean {

  @Nullable String getMailbox();

  @Nullable String getCredential();

  /** importing, idle, waiting, needs attention, or paused. */
  String getState();

  @Nullable String getWaitingUntil();

  /** Cause and remedy; null when there is nothing to tell. */
  @Nullable String getReason();

  boolean isRunning();

  /** Name of the node that has it in hand; null while none has. */
  @Nullable String getWorkedBy();

  @Nullable String getLastPoll();

  @Nullable String getLastSuccess();

  double getLastSuccessAgeSeconds();

  @Nullable String getNextPoll();

  /**
   * Messages that the last import left: refused, waiting, given up, not marked. Null while that
   * isn't known.
   */
  @Nullable Long getBacklog();

  long getImportedToday();

  /** Deliveries that were given up and wait for a decision. */
  long getFailed();

  /** Polls it no more until it is resumed, on any node; an import that runs is finished. */
  void pause();

  void resume();

  /** Returns what happens: the import begins, or comes after the one that runs. */
  String importNow();

  /**
   * Imports a period of the past with the next import, which begins at once, on whichever node.
   * Returns what happens.
   *
   * @param since as 2026-01-31T00:00:00Z
   * @param until exclusive; empty: up to now
   * @param includeRead also what somebody has read already
   */
  String backfill(String since, String until, boolean includeRead);
}
