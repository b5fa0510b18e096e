package org.mailroom.account;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * How far the imports are that run: for progress bars, and for the states of accounts. Safe for use
 * by several threads.
 */
@Component
public final class ImportProgress {

  /**
   * An import that runs.
   *
   * @param begun when
   * @param lastStep when it last got a page, delivered one or marked one; null before it got
   *     anywhere
   * @param imported so far
   * @param listed messages that the service listed so far
   * @param through messages that were listed and are dealt with: imported, there already, or noted
   *     as failed
   */
  public record Running(
      String account,
      Instant begun,
      @Nullable Instant lastStep,
      int imported,
      int listed,
      int through) {}

  private final AtomicLong ended = new AtomicLong();
  private final Map<String, AccountImport> running = new ConcurrentHashMap<>();

  /** Messages imported since the start, of all accounts. */
  public long imported() {
    return ended.get()
        + running.values().stream()
            .mapToLong(each -> each.tally().of(ImportTally.Count.IMPORTED))
            .sum();
  }

  /** The import of an account that runs now. */
  public Optional<Running> running(String accountId) {
    return Optional.ofNullable(running.get(accountId))
        .map(found -> found.tally().progress(accountId));
  }

  /** An import begins, or another turn of one. */
  public void begun(AccountImport begun) {
    running.put(begun.account().id(), begun);
  }

  /** Another node goes on with the import of an account whose turn was over here. */
  public void goneOnElsewhere(String accountId) {
    AccountImport over = running.get(accountId);
    if (over != null) {
      ended(over);
    }
  }

  public void ended(AccountImport over) {
    if (running.remove(over.account().id(), over)) {
      ended.addAndGet(over.tally().of(ImportTally.Count.IMPORTED));
    }
  }
}
