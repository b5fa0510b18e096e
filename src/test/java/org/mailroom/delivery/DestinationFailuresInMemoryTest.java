package org.mailroom.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mailroom.Heap;

/** What is kept of the failures of a destination doesn't grow with their number. */
class DestinationFailuresInMemoryTest {

  /** For each of five kinds. */
  private static final int FAILURES = 20_000;

  /**
   * Kept, the messages' ids alone were twenty megabytes for each kind, and what failed with them as
   * much again.
   */
  private static final String LONG_ID = "x".repeat(1_000);

  private static final int SIZE_OF_ONE = 1_000;
  private static final long ALLOWED = 10_000_000;

  /** Holds as much as an answer; what it says is short, for words take time to be made plain. */
  private static Exception failure(int number) {
    return new IllegalStateException("the archive is away " + number) {
      private final byte[] answer = new byte[SIZE_OF_ONE];

      @Override
      public String toString() {
        return super.toString() + answer.length;
      }
    };
  }

  @Test
  void of_a_hundred_thousand_failures_for_each_kind_of_reason_the_last_is_kept() {
    DestinationHealth health = new DestinationHealth(Clock.systemUTC());
    long before = Heap.used();
    for (Outcome outcome :
        List.of(Outcome.REFUSED, Outcome.LATER, Outcome.IN_DOUBT, Outcome.BUSY, Outcome.DOWN)) {
      for (int number = 1; number <= FAILURES; number++) {
        health.failed(
            "archive",
            List.of(LONG_ID + number),
            new Failure(outcome, LONG_ID + number, null, failure(number)));
      }
      assertThat(Heap.usedDownTo(before + ALLOWED) - before).as("%s", outcome).isLessThan(ALLOWED);
    }
    assertThat(health.outages()).containsOnlyKeys("archive");
  }
}
