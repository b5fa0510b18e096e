package org.mailroom.account;

import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** How far the imports are that run: for progress bars. */
@Component
public final class ImportProgress {

  private final AtomicLong expected = new AtomicLong();
  private final AtomicLong imported = new AtomicLong();

  /** So many more messages wait in a mailbox, as far as the service says; 0 in all when nobody knows. */
  public long expected() {
    return Math.max(expected.get(), imported.get());
  }

  public long imported() {
    return imported.get();
  }

  void expect(int messages) {
    expected.addAndGet(messages);
  }

  void imported(int messages) {
    imported.addAndGet(messages);
  }
}
