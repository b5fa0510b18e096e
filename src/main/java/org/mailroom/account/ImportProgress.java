package org.mailroom.account;

import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** How far the imports are that run: for progress bars. */
@Component
public final class ImportProgress {

  private final AtomicLong imported = new AtomicLong();

  /** Messages imported since the start, of all accounts. */
  public long imported() {
    return imported.get();
  }

  void imported(int messages) {
    imported.addAndGet(messages);
  }
}
