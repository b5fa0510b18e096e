package org.mailroom.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What an import came to so far, in numbers that don't grow with the mailbox. Safe for use by
 * several threads.
 */
public final class ImportTally {

  /** What becomes of messages. */
  public enum Count {
    /** Every destination has it now. */
    IMPORTED,
    /**
     * The site's rules said to skip it, or to leave it; or it is too old, which showed only when it
     * was fetched.
     */
    PASSED_OVER,
    /** A destination refused it, or it couldn't be made ready. */
    FAILED,
    /** One of those is tried no more. */
    GIVEN_UP,
    /** An earlier import gave it up, and nobody has decided yet. */
    GIVEN_UP_BEFORE,
    /** Its delivery isn't due yet, or its destination is down. */
    WAITING,
    /** Somebody deleted or moved it meanwhile. */
    GONE,
    /** It was delivered but not marked. */
    UNMARKED,
    /** It was imported and marked before, and the filter still matches it. */
    LISTED_FOR_NOTHING,
    /** It was listed. */
    LISTED,
    /** It was listed and is dealt with, whatever became of it. */
    THROUGH
  }

  private final Map<Count, AtomicInteger> counts = new EnumMap<>(Count.class);
  private final Clock clock;
  private final Instant begun;
  private final long requestsBefore;
  private volatile @Nullable Instant lastStep;
  private volatile @Nullable Exception firstUnmarked;
  private volatile @Nullable String firstRefusal;

  /**
   * @param requestsBefore how many requests to its mailbox were counted before
   */
  public ImportTally(Clock clock, long requestsBefore) {
    this.clock = clock;
    this.begun = clock.instant();
    this.requestsBefore = requestsBefore;
    for (Count count : Count.values()) {
      counts.put(count, new AtomicInteger());
    }
  }

  public void add(Count what, int messages) {
    Objects.requireNonNull(counts.get(what)).addAndGet(messages);
    if (messages > 0) {
      step();
    }
  }

  /** When the import began. */
  public Instant begun() {
    return begun;
  }

  public int of(Count what) {
    return Objects.requireNonNull(counts.get(what)).get();
  }

  /** It gets on: a page came, or was delivered, or a batch was answered. */
  public void step() {
    lastStep = clock.instant();
  }

  /** Changing a message was refused: counted, and the first reason kept. */
  public synchronized void unmarked(int messages, @Nullable Exception why) {
    add(Count.UNMARKED, messages);
    firstUnmarked = firstUnmarked == null ? why : firstUnmarked;
  }

  /** A delivery failed: the first reason is kept. */
  public synchronized void refused(@Nullable String why) {
    firstRefusal = firstRefusal == null ? why : firstRefusal;
  }

  ImportProgress.Running progress(String account) {
    return new ImportProgress.Running(
        account, begun, lastStep, of(Count.IMPORTED), of(Count.LISTED), of(Count.THROUGH));
  }

  /**
   * @param requests how many requests to its mailbox were counted by now
   */
  public ImportResult result(AccountImport running, long requests) {
    return new ImportResult(
        running.account().id(),
        begun,
        Duration.between(begun, clock.instant()),
        of(Count.IMPORTED),
        of(Count.PASSED_OVER),
        of(Count.FAILED),
        of(Count.GIVEN_UP),
        of(Count.GIVEN_UP_BEFORE),
        of(Count.WAITING),
        of(Count.GONE),
        of(Count.UNMARKED),
        of(Count.LISTED_FOR_NOTHING),
        Math.max(0, requests - requestsBefore),
        running.isReadingPaused(),
        running.goesOnAt(),
        firstUnmarked,
        firstRefusal,
        running.failure(),
        running.standings());
  }
}
