package org.mailroom.account;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.mailroom.account.AccountImport.Finished;

/**
 * Aggregator: finished messages on their way to being changed in the mailbox. Messages of the second where the listing stands wait until it
 * has gone on, for changing them would move positions under it. Guarded by its import.
 */
final class MarkingQueue {

  private static final long COMPLETION_TIMEOUT = 1_000_000_000L;

  private final Deque<Finished> ready = new ArrayDeque<>();
  private final List<Finished> standing = new ArrayList<>();
  private long oldest;
  private int busy;

  void add(Finished message, boolean behind) {
    if (behind) {
      ready(message);
    } else {
      standing.add(message);
    }
  }

  private void ready(Finished message) {
    if (ready.isEmpty()) {
      oldest = System.nanoTime();
    }
    ready.add(message);
  }

  /** The listing has gone on. */
  void release(Predicate<Finished> behind) {
    for (Iterator<Finished> each = standing.iterator(); each.hasNext();) {
      Finished message = each.next();
      if (behind.test(message)) {
        ready(message);
        each.remove();
      }
    }
  }

  int size() {
    return ready.size();
  }

  /** There is a whole batch, or what there is has waited long enough, or nothing more comes. */
  boolean isBatchReady(int batchSize, boolean complete) {
    return ready.size() >= batchSize || (!ready.isEmpty() && (complete || System.nanoTime() - oldest > COMPLETION_TIMEOUT));
  }

  /** A lane takes a batch; it says {@link #done} before it takes the next. */
  List<Finished> take(int batchSize) {
    List<Finished> batch = new ArrayList<>();
    while (batch.size() < batchSize && !ready.isEmpty()) {
      batch.add(ready.remove());
    }
    oldest = System.nanoTime();
    busy++;
    return batch;
  }

  void done() {
    busy--;
  }

  /** How many of the mailbox's places the batch that was just taken may have: what the others, running and waiting, leave. */
  int lanes(int places, int batchSize) {
    int waiting = (ready.size() + batchSize - 1) / batchSize;
    return Math.max(1, (places - busy + 1) / (1 + waiting));
  }
}
