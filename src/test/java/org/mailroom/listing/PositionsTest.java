package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PositionsTest {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Long> stored = new ArrayList<>();
  private final Positions positions =
      new Positions(
          position ->
              stored.add(position.receivedBefore().getEpochSecond() - BEGIN.getEpochSecond()));

  @BeforeEach
  void list() {
    for (int page = 1; page <= 4; page++) {
      positions.listed(page, Position.receivedBefore(BEGIN.plusSeconds(page)));
    }
  }

  @Test
  void pages_that_end_in_any_order_move_the_position_in_the_order_of_pages() {
    positions.done(3, true);
    positions.done(2, true);
    assertThat(stored).isEmpty();
    assertThat(positions.isWhole()).isFalse();
    positions.done(1, true);
    assertThat(stored).containsExactly(3L);
    positions.done(4, true);
    assertThat(stored).containsExactly(3L, 4L);
    assertThat(positions.isWhole()).isTrue();
  }

  @Test
  void nothing_is_stored_behind_a_page_that_is_not_whole_and_everything_in_front_of_it() {
    positions.done(4, true);
    positions.done(2, false);
    positions.done(3, true);
    assertThat(stored).isEmpty();
    positions.done(1, true);
    assertThat(stored).containsExactly(1L);
    positions.listed(5, Position.receivedBefore(BEGIN.plusSeconds(5)));
    positions.done(5, true);
    assertThat(stored).containsExactly(1L);
    assertThat(positions.isWhole()).isFalse();
  }

  @Test
  void a_page_that_was_not_listed_moves_nothing() {
    positions.done(9, false);
    positions.done(1, true);
    assertThat(stored).containsExactly(1L);
  }
}
