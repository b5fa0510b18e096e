package org.mailroom.demo;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How long the tenant takes: the way to it and back, and its work on a request or on a part of a batch. Nothing unless it is set. */
public final class DemoLatency {

  private volatile Duration network = Duration.ZERO;
  private volatile Duration service = Duration.ZERO;

  /**
   * @param way of a request and its answer together
   * @param work on one request, or one part of a batch, while it takes one of the mailbox's four places
   */
  public void set(Duration way, Duration work) {
    this.network = way;
    this.service = work;
  }

  boolean isWorkInstant() {
    return service.isZero();
  }

  void travel() throws InterruptedException {
    sleep(network);
  }

  void work() throws InterruptedException {
    sleep(service);
  }

  private static void sleep(Duration time) throws InterruptedException {
    if (!time.isZero()) {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
  }
}
