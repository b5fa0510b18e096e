package org.mailroom;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** The memory of this JVM that is still in use after a collection. */
public final class Heap {

  private static final int BEFORE = 2;
  private static final int TIMES = 5;

  private Heap() {}

  /** In bytes: the least of some collections, for other threads allocate meanwhile. */
  public static long used() {
    return least(BEFORE, 0);
  }

  /**
   * The same, after as many collections as it takes to come to less than a limit, in bytes, or
   * after some more.
   */
  public static long usedDownTo(long limit) {
    return least(TIMES, limit);
  }

  private static long least(int times, long limit) {
    long least = Long.MAX_VALUE;
    for (int time = 0; time < times && least >= limit; time++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      try {
        // references to what was collected are cleared by a thread of their own
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return least;
  }
}
