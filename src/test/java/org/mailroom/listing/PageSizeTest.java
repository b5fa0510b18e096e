package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mailroom.SettableClock;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;

/** How long a page that got no answer in time is remembered. */
class PageSizeTest {

  private final SettableClock clock = new SettableClock();

  /** What is left behind by a listing whose only page got no answer in time. */
  private Hints tooLarge() {
    PageSize size = new PageSize(100, Hints.NONE, clock);
    size.refused(
        new GraphException(
            GraphOperation.LIST_MESSAGES, "support@contoso.com", 504, null, null, null));
    return size.hints(false);
  }

  private int asked(Hints hints) {
    return new PageSize(100, hints, clock).now();
  }

  @Test
  void half_of_what_got_no_answer_is_asked_for_during_six_hours_and_then_all_again() {
    Hints hints = tooLarge();
    clock.pass(Duration.ofHours(6).minusSeconds(1));
    assertThat(asked(hints)).isEqualTo(50);
    clock.passSeconds(1);
    assertThat(asked(hints)).isEqualTo(100);
  }

  @Test
  void a_clock_that_is_set_back_lets_it_last_no_longer() {
    clock.pass(Duration.ofDays(365));
    Hints hints = tooLarge();
    clock.pass(Duration.ofDays(-365));
    assertThat(asked(hints)).isEqualTo(100);
  }
}
