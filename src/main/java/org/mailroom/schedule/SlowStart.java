package org.mailroom.schedule;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.mailroom.settings.Daemons;

/**
 * Runs tasks side by side: few at first, twice as many after a while, and so on, up to as many as
 * there may be. In a process that has just started, many at once would all run the same steps
 * before those are compiled, and the compiler has its turn among them. Safe for use by several
 * threads; takes no task after it was closed, and runs those that it has.
 */
final class SlowStart implements Executor, AutoCloseable {

  private final ThreadPoolExecutor threads;
  private final int most;
  private final ScheduledExecutorService growth;

  /**
   * @param name of its threads, before a number
   * @param first so many tasks at first
   * @param most so many at the same time later
   * @param between after so long twice as many
   */
  SlowStart(String name, int first, int most, Duration between) {
    AtomicInteger number = new AtomicInteger();
    this.most = most;
    this.threads =
        new ThreadPoolExecutor(
            Math.min(first, most),
            most,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Daemons.named(name + "-" + number.incrementAndGet()).newThread(task));
    this.growth = Executors.newSingleThreadScheduledExecutor(Daemons.named(name + "-growth"));
    Daemons.repeat(
        growth, this::grow, between.toMillis(), between.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /** Twice as many from now on. */
  void grow() {
    threads.setCorePoolSize(Math.min(2 * threads.getCorePoolSize(), most));
    if (threads.getCorePoolSize() == most || threads.isTerminated()) {
      growth.shutdown();
    }
  }

  /** How many run. */
  int running() {
    return threads.getPoolSize();
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
