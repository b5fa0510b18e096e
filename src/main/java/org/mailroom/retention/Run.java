package org.mailroom.retention;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What one run has deleted, and whether it may go on. Used by one thread. */
final class Run {

  private final Clock clock;
  private final Instant begun;
  private final Instant end;
  private final BooleanSupplier mayGoOn;
  private boolean cut;
  private long messages;
  private long attachments;
  private long folders;
  private long files;
  private long bytes;
  private int problems;
  private @Nullable String firstProblem;

  /**
   * @param longest so long it may take
   * @param mayGoOn asked before each small step, for longer waits than these there are none
   */
  Run(Clock clock, Duration longest, BooleanSupplier mayGoOn) {
    this.clock = clock;
    this.begun = clock.instant();
    this.end = begun.plus(longest);
    this.mayGoOn = mayGoOn;
  }

  /** Asked before each step. Once it may not go on, it is over, and something may be left. */
  boolean goesOn() {
    cut = cut || !clock.instant().isBefore(end) || !mayGoOn.getAsBoolean();
    return !cut;
  }

  void rows(long ofMessages, long ofAttachments) {
    messages += ofMessages;
    attachments += ofAttachments;
  }

  void files(MailTree.Deleted deleted) {
    folders += deleted.files() > 0 ? 1 : 0;
    files += deleted.files();
    bytes += deleted.bytes();
    if (deleted.problem() != null) {
      problem(deleted.problem());
    }
  }

  void problem(String words) {
    problems++;
    firstProblem = firstProblem == null ? words : firstProblem;
  }

  boolean didSomething() {
    return messages + attachments + files > 0;
  }

  /** It ended before all was looked at. */
  boolean isCut() {
    return cut;
  }

  long messages() {
    return messages;
  }

  long attachments() {
    return attachments;
  }

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  /** Messages of which there were files. */
  long folders() {
    return folders;
  }

  Duration took() {
    return Duration.between(begun, clock.instant());
  }

  /** What couldn't be deleted, in words; null when there is nothing of it. */
  @Nullable String problem() {
    return firstProblem == null
        ? null
        : firstProblem
            + (problems > 1 ? "; and " + (problems - 1) + " more" : "")
            + ". It is tried again with each run.";
  }
}
