package org.mailroom.schedule;

import java.time.Instant;
import org.mailroom.account.Account;
import org.mailroom.account.ImportResult;

/** Where one account stands, and when it is due. One thread at a time uses it. */
final class Standing {

  /** On the queue since then; null: not on the queue. */
  Instant queuedAt;
  boolean running;
  /** Somebody asked for an import. */
  boolean wanted;
  Instant goesOnAt;
  ImportResult lastResult;
  Instant lastSuccess;
  /** When its last poll ended; null before the first. */
  private Instant polledAt;
  /** The account as it was polled last; null before the first, and when that doesn't count any more. */
  private Account polledAs;
  /** The account as it is, and since when that is known: times of {@code poll-at} that were before don't count. */
  private Account seenAs;
  private Instant seenAt;
  /** Since when this process knows it. */
  final Instant knownSince;

  Standing(Instant knownSince) {
    this.knownSince = knownSince;
  }

  boolean isTaken() {
    return running || queuedAt != null;
  }

  /** The account's settings, as they are now. */
  void see(Account account, Instant now) {
    if (!account.equals(seenAs)) {
      seenAs = account;
      seenAt = now;
    }
  }

  /** It was polled, with these settings. */
  void polled(Account account, Instant end) {
    polledAs = account;
    polledAt = end;
  }

  boolean isPolled() {
    return polledAt != null && polledAs != null;
  }

  /** It was paused till now: what interval there was is over, and times of {@code poll-at} that were missed don't count. */
  void resumed(Instant now) {
    polledAs = null;
    seenAt = now;
  }

  /**
   * When it is due by its settings, which were seen before: one interval after its last poll, at once where there was none with these settings, or at the
   * next of its times. What was left at one of these is tried again after the interval.
   *
   * @return {@link Instant#MIN} when it is due at once
   */
  Instant next() {
    if (goesOnAt != null) {
      return goesOnAt;
    }
    boolean polledSo = seenAs.equals(polledAs);
    Instant again = polledSo ? polledAt.plus(seenAs.pollEvery()) : Instant.MIN;
    if (seenAs.pollAt() == null) {
      return again;
    }
    Instant planned = seenAs.pollAt().after(polledSo && polledAt.isAfter(seenAt) ? polledAt : seenAt);
    return polledSo && lastResult != null && lastResult.isAnythingToTryAgain() && again.isBefore(planned) ? again : planned;
  }

  boolean isDue(boolean paused, Instant now) {
    return !isTaken() && (wanted || (!paused && !now.isBefore(next())));
  }
}
