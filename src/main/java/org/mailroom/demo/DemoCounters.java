package org.mailroom.demo;

import java.util.concurrent.atomic.LongAdder;

/** What Graph was asked since the counters were last set to zero. */
public final class DemoCounters {

  private final LongAdder requests = new LongAdder();
  private final LongAdder parts = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder throttled = new LongAdder();
  private final LongAdder listings = new LongAdder();
  private final LongAdder deletes = new LongAdder();
  private final LongAdder purged = new LongAdder();
  private final LongAdder patches = new LongAdder();
  private final LongAdder idlePatches = new LongAdder();

  void count(DemoCall call, int status) {
    boolean batch = call.isBatch();
    (call.isPart() ? parts : requests).increment();
    if (batch) {
      batches.increment();
    }
    if (call.method().equals("GET") && call.path().endsWith("/messages")) {
      listings.increment();
    }
    if (call.method().equals("DELETE")) {
      deletes.increment();
    }
    if (status == 429) {
      throttled.increment();
    }
  }

  void purge() {
    purged.increment();
  }

  void patch(boolean changedSomething) {
    patches.increment();
    if (!changedSomething) {
      idlePatches.increment();
    }
  }

  void reset() {
    requests.reset();
    parts.reset();
    batches.reset();
    throttled.reset();
    listings.reset();
    deletes.reset();
    purged.reset();
    patches.reset();
    idlePatches.reset();
  }

  /** HTTP requests; a batch is one. */
  public long requests() {
    return requests.sum();
  }

  /**
   * What counts against the mailboxes' limits: each part of a batch, and each request that isn't
   * one.
   */
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

  /** DELETEs that were sent, parts included, whatever they were answered. */
  public long deletes() {
    return deletes.sum();
  }

  /** Messages that are gone for good: deleted while they lay in Deleted Items. */
  public long purged() {
    return purged.sum();
  }

  /** PATCHes of messages that were done. */
  public long patches() {
    return patches.sum();
  }

  /** PATCHes of messages that were done and changed nothing. */
  public long idlePatches() {
    return idlePatches.sum();
  }
}
