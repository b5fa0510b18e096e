package org.mailroom.account;

import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the service is to blame when it can't give what belongs to single messages. One
 * message that fails while others can be fetched has a fault of its own. Where several fail and
 * none can be fetched, it is the service's trouble, and costs no message an attempt. After a few
 * failures in a row only some messages are asked for, to see whether the trouble is over, and the
 * fewer the more of those fail. Which ones is drawn by lot: were it the first ones, a few messages
 * that are never given would stand before all others in each import. Safe for use by several
 * threads.
 */
public final class FetchTrouble {

  private static final int MOST_IN_A_ROW = 3;

  /** At first one in so many is asked for. */
  private static final int FIRST_PROBES = 5;

  private final RandomGenerator lots;
  private int failed;
  private int fetched;
  private int inARow;
  private @Nullable Exception last;

  /** Nothing has failed so far. */
  FetchTrouble() {
    this(new Random());
  }

  /**
   * @param lots draws 0 for a message that is asked for though the service is in trouble
   */
  FetchTrouble(RandomGenerator lots) {
    this.lots = lots;
  }

  /** Everything of a message that had to be fetched was: the service is well. */
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

  /**
   * Whether the next message that needs something is to be asked for: each while the service is
   * well, few while it is in trouble.
   */
  public synchronized boolean isWorthATry() {
    return inARow < MOST_IN_A_ROW || lots.nextInt(FIRST_PROBES + inARow - MOST_IN_A_ROW) == 0;
  }

  /** At the end of an import: what failed did so because of the service. */
  public synchronized boolean isServiceToBlame() {
    return fetched == 0 && failed > 1;
  }
}
