package org.mailroom.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class FetchTroubleTest {

  /** The bounds that lots were drawn below. */
  private final List<Integer> bounds = new ArrayList<>();

  private int lot = 1;

  private final FetchTrouble trouble =
      new FetchTrouble(
          new RandomGenerator() {
            @Override
            public long nextLong() {
              throw new UnsupportedOperationException();
            }

            @Override
            public int nextInt(int bound) {
              bounds.add(bound);
              return lot;
            }
          });

  private void fail(FetchTrouble of, int messages) {
    for (int message = 0; message < messages; message++) {
      of.failed(new IllegalStateException("HTTP 500"));
    }
  }

  @Test
  void each_message_is_asked_for_until_three_in_a_row_have_failed() {
    for (int message = 0; message < 3; message++) {
      assertThat(trouble.isWorthATry()).isTrue();
      fail(trouble, 1);
    }
    assertThat(trouble.isWorthATry()).isFalse();
  }

  @Test
  void in_trouble_one_in_five_is_asked_for_all_the_same_and_fewer_the_more_of_them_fail() {
    fail(trouble, 3);
    lot = 0;
    assertThat(trouble.isWorthATry()).isTrue();
    fail(trouble, 1);
    assertThat(trouble.isWorthATry()).isTrue();
    fail(trouble, 5);
    lot = 1;
    assertThat(trouble.isWorthATry()).isFalse();
    assertThat(bounds).containsExactly(5, 6, 11);
  }

  @Test
  void one_that_is_fetched_ends_the_trouble_and_shows_that_those_that_failed_are_to_blame() {
    fail(trouble, 7);
    assertThat(trouble.isServiceToBlame()).isTrue();
    trouble.fetched();
    assertThat(trouble.isWorthATry()).isTrue();
    assertThat(bounds).as("without a lot").isEmpty();
    assertThat(trouble.isServiceToBlame()).isFalse();
    assertThat(trouble.count()).isEqualTo(7);
  }

  @Test
  void a_message_behind_any_number_that_always_fail_has_its_turn_in_some_import() {
    for (int bad : new int[] {3, 8, 100, 1000}) {
      RandomGenerator lots = new Random(7);
      int imports = 0;
      boolean asked = false;
      while (!asked && imports < 1000) {
        imports++;
        asked = isLastAskedFor(bad, new FetchTrouble(lots));
      }
      assertThat(asked).as("behind %d", bad).isTrue();
    }
  }

  private boolean isLastAskedFor(int bad, FetchTrouble ofAnImport) {
    for (int message = 0; message < bad; message++) {
      if (ofAnImport.isWorthATry()) {
        fail(ofAnImport, 1);
      }
    }
    return ofAnImport.isWorthATry();
  }

  @Test
  void of_a_service_that_gives_nothing_little_is_asked_however_many_messages_there_are() {
    FetchTrouble ofAnImport = new FetchTrouble(new Random(7));
    isLastAskedFor(10_000, ofAnImport);
    assertThat(ofAnImport.count()).as("of ten thousand").isLessThan(300);
  }

  @Test
  void the_next_turn_of_a_long_import_asks_for_everything_anew() {
    AccountImport turn =
        new AccountImport(null, new ImportTally(Clock.systemUTC(), 0), () -> false);
    fail(turn.trouble(), 100);
    AccountImport next = new AccountImport(null, turn.tally(), () -> false);
    for (int message = 0; message < 3; message++) {
      assertThat(next.trouble().isWorthATry()).isTrue();
      fail(next.trouble(), 1);
    }
    assertThat(next.trouble().count()).isEqualTo(3);
  }
}
