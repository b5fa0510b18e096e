package org.mailroom.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.mailroom.Heap;

/** What an import keeps of failures doesn't grow with their number. */
class FailuresInMemoryTest {

  private static final int FAILURES = 100_000;

  /** Kept, all of them were some hundred megabytes. */
  private static final int SIZE_OF_ONE = 2_000;

  private static final long ALLOWED = 50_000_000;

  /** Holds what a refusal may hold: its text, and an answer. */
  private static Exception refusal(int number) {
    return new IllegalStateException("the mailbox refused message " + number) {
      private final byte[] answer = new byte[SIZE_OF_ONE];

      @Override
      public String toString() {
        return super.toString() + answer.length;
      }
    };
  }

  @Test
  void of_a_hundred_thousand_refusals_an_import_keeps_how_many_they_were_and_single_causes() {
    AccountImport running =
        new AccountImport(null, new ImportTally(Clock.systemUTC(), 0), () -> false);
    long before = Heap.used();
    for (int number = 1; number <= FAILURES; number++) {
      running.tally().unmarked(1, refusal(number));
      running.trouble().failed(refusal(number));
      running.failed(refusal(number));
    }
    assertThat(Heap.usedDownTo(before + ALLOWED) - before).isLessThan(ALLOWED);
    assertThat(running.failure()).hasMessage("the mailbox refused message 1");
    assertThat(running.tally().of(ImportTally.Count.UNMARKED)).isEqualTo(FAILURES);
    assertThat(running.trouble().last()).hasMessage("the mailbox refused message " + FAILURES);
    assertThat(running.trouble().count()).isEqualTo(FAILURES);
  }
}
