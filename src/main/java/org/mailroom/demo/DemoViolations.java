package org.mailroom.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client did that it must not do; of a client that runs wild the first thousand and their
 * number. Safe for use by several threads.
 */
final class DemoViolations {

  private static final int MOST = 1000;

  private final List<DemoViolation> kept = new ArrayList<>();
  private long count;

  synchronized void add(DemoViolation.Kind kind, String mailbox, String request, String detail) {
    count++;
    if (kept.size() < MOST) {
      kept.add(new DemoViolation(Instant.now(), kind, mailbox, request, detail));
    }
  }

  synchronized List<DemoViolation> all() {
    return List.copyOf(kept);
  }

  synchronized long count() {
    return count;
  }

  synchronized void clear() {
    kept.clear();
    count = 0;
  }
}
