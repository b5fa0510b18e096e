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
   * Runs a task again and again until the timer is shut down. A timer drops a task that throws, and
   * says nothing; this one logs it and goes on.
   *
   * @param first the wait before the first time
   * @param between from the end of one time to the beginning of the next
   */
  public static void repeat(
      ScheduledExecutorService timer, Runnable task, long first, long between, TimeUnit unit) {
    Future<?> unused =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                LOG.error(
                    "{} failed, and is tried again by itself: {}",
                    Thread.currentThread().getName(),
                    Causes.inShort(e));
                LOG.debug("{}", Thread.currentThread().getName(), e);
              }
            },
            first,
            between,
            unit);
  }
}
