package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlotTest {

  @Test
  void the_axis_ends_at_a_round_figure_whose_half_is_whole() {
    assertThat(List.of(0L, 4L, 5L, 11L, 21L, 41L, 100L, 101L, 4_001L).stream().map(Plot::round))
        .containsExactly(4L, 4L, 10L, 20L, 40L, 100L, 100L, 200L, 10_000L);
  }

  @Test
  void bars_have_the_height_of_their_figures_and_words_for_those_who_do_not_see_them() {
    Plot plot =
        Plot.of(
            "Imported a minute",
            List.of(0L, 50L, 100L, 1L),
            List.of("10:00", "10:03"),
            "a minute",
            "the last hour");
    assertThat(plot.bars())
        .startsWith("M277.5 100v-50.0h195.0v50.0z")
        .contains("v-100.0")
        .endsWith("v-1.5h195.0v1.5z");
    assertThat(plot.sum()).isEqualTo(151);
    assertThat(plot.words())
        .isEqualTo("151 messages imported in the last hour, at most 100 in a minute");
    assertThat(Plot.evenly(List.of("a", "b", "c", "d", "e"), 3)).containsExactly("a", "c", "e");
  }

  @Test
  void bars_that_are_shown_together_have_one_scale() {
    LocalDate today = LocalDate.of(2026, 1, 2);
    assertThat(Sparkline.of(Map.of(today, 100L), today, 2, 1_000).some())
        .isEqualTo("M8 24v-2h6v2z");
    assertThat(Sparkline.of(Map.of(today, 1_000L), today, 2, 1_000).some())
        .isEqualTo("M8 24v-24h6v24z");
  }
}
