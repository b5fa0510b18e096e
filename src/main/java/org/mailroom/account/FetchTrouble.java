package org.mailroom.account;

import org.jspecify.annotations.Nullable;

/**
 * Tells whether the service is to blame when it can't give what belongs to single messages. One
 * message that fails while others can be fetched has a fault of its own. Where several fail and
 * none can be fetched, it is the service's trouble, and costs no message an attempt. After a few
 * failures in a row nothing more is asked for in this import. Safe for use by several threads.
 */
public final class FetchTrouble {

  private static final int MOST_IN_A_ROW = 3;

  private int failed;
  private int fetched;
  private int inARow;
  private @Nullable Exception last;

  /** Everything of a message that had to be fetched was. */
  public synchronized void fetched() {
    fetched++;
    inARow = 0;
  }

  /** Something of a message wasn't given, and that may be due to the message or to the service. */
  public synchronized void failed(@Nullable Exception why) {
    failed++;
    inARow++;
    last = why;
  }

  /** How many messages failed so. */
  public synchronized int count() {
    return failed;
  }

  /** Why the last of them did; null when none has. */
  public synchronized @Nullable Exception last() {
    return last;
  }

  /** Nothing more is to be asked for: the service is in trouble. */
  public synchronized boolean isServiceDown() {
    return inARow >= MOST_IN_A_ROW;
  }

  /** At the end of an import: what failed did so because of the service. */
  public synchronized boolean isServiceToBlame() {
    return fetched == 0 && failed > 1;
  }
}
