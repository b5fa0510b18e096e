package org.mailroom.demo;

import java.util.concurrent.atomic.LongAdder;

/** What Graph was asked since the counters were last set to zero. */
public final class DemoCounters {

  private final LongAdder requests = new LongAdder();
  private final LongAdder parts = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder throttled = new LongAdder();
  private final LongAdder listings = new LongAdder();

  void count(DemoCall call, int status) {
    boolean batch = call.segment(0).equals("$batch");
    (call.part() ? parts : requests).increment();
    if (batch) {
      batches.increment();
    }
    if (call.method().equals("GET") && call.path().endsWith("/messages")) {
      listings.increment();
    }
    if (status == 429) {
      throttled.increment();
    }
  }

  void reset() {
    requests.reset();
    parts.reset();
    batches.reset();
    throttled.reset();
    listings.reset();
  }

  /** HTTP requests; a batch is one. */
  public long requests() {
    return requests.sum();
  }

  /** What counts against the mailboxes' limits: each part of a batch, and each request that isn't one. */
  public long counted() {
    return requests.sum() - batches.sum() + parts.sum();
  }

  /** Requests for a page of messages. */
  public long listings() {
    return listings.sum();
  }

  /** Requests and parts that were answered 429. */
  public long throttled() {
    return throttled.sum();
  }
}
