package org.mailroom.settings;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that don't keep the process alive, with a name for logs and thread dumps. What must not
 * wait for one another (a node's heartbeat for a look at the databases, say) has a thread each.
 */
public final class Daemons {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");

  private Daemons() {}

  /** Makes daemons that all have the same name. */
  public static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Runs a task again and again until the timer is shut down. A timer drops a task that throws, be
   * it an error that passes, and says nothing; this one logs it and goes on.
   *
   * @param first the wait before the first time
   * @param between from the end of one time to the beginning of the next
   */
  public static void repeat(
      ScheduledExecutorService timer, Runnable task, long first, long between, TimeUnit unit) {
    Future<?> unused =
        timer.scheduleWithFixedDelay(
            () -> run(task, "failed, and is tried again by itself"), first, between, unit);
  }

  /** The same task for an executor that keeps what it throws where nobody looks: it is logged. */
  public static Runnable told(Runnable task) {
    return () -> run(task, "failed");
  }

  private static void run(Runnable task, String what) {
    try {
      task.run();
    } catch (Throwable failure) {
      survive(failure, what);
    }
  }

  /**
   * What a thread does about a failure that it outlives: logs it. A lack of memory it tells to its
   * handler of uncaught exceptions, as if it had died of it, which ends the process.
   *
   * @param what the end of the sentence that the thread's name begins
   */
  static void survive(Throwable failure, String what) {
    Thread thread = Thread.currentThread();
    try {
      if (failure instanceof OutOfMemoryError) {
        // first: what follows needs memory as well
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
      }
      LOG.error("{} {}: {}", thread.getName(), what, Causes.inShort(failure));
      LOG.debug("{}", thread.getName(), failure);
    } catch (Throwable unsaid) {
      // that the thread goes on counts for more than the line
    }
  }
}
