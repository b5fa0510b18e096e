package org.mailroom.demo;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long the tenant takes: the way to it and back, and its work on a request or on a part of a
 * batch. Nothing unless it is set.
 */
public final class DemoLatency {

  /**
   * So much of a delay that this machine's timers and threads added is made up for in the next one.
   */
  private static final long MADE_UP_NANOS = 1_000_000;

  private volatile Duration network = Duration.ZERO;
  private volatile Duration service = Duration.ZERO;

  /**
   * @param way of a request and its answer together
   * @param work on one request, or one part of a batch, while it takes one of the mailbox's four
   *     places
   */
  public void set(Duration way, Duration work) {
    this.network = way;
    this.service = work;
  }

  boolean isWorkInstant() {
    return service.isZero();
  }

  /** The timetable of a request that has just arrived. */
  Lane arrived() {
    return new Lane(System.nanoTime());
  }

  /**
   * The timetable of one thing after the other. It holds its times: what this machine itself takes
   * for the work is a part of the service's time, and a timer that is late doesn't add up over the
   * parts of a batch.
   */
  final class Lane {

    private long due;

    private Lane(long begin) {
      this.due = begin;
    }

    /** Another lane that begins where this one is. */
    Lane fork() {
      return new Lane(due);
    }

    void travel() throws InterruptedException {
      take(network);
    }

    /** Something begins that takes the service's time. */
    void begin() {
      due = Math.max(due, System.nanoTime() - MADE_UP_NANOS);
    }

    /** What was begun ends when its time is over. */
    void end() throws InterruptedException {
      take(service);
    }

    private void take(Duration time) throws InterruptedException {
      due += time.toNanos();
      long left = due - System.nanoTime();
      if (!time.isZero() && left > 0) {
        TimeUnit.NANOSECONDS.sleep(left);
      }
    }
  }
}
