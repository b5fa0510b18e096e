package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {

  @Test
  void a_line_has_one_space_for_line_breaks_and_control_characters() {
    assertThat(Printable.line("a\r\nb\u2028c\u0085d\u0007e\tf")).isEqualTo("a b c d e f");
    assertThat(Printable.line("Zo\u00eb \ud83d\ude00")).isEqualTo("Zo\u00eb \ud83d\ude00");
  }

  @Test
  void what_is_not_seen_or_turns_the_direction_of_text_is_shown_to_be_there() {
    assertThat(Printable.visible("a\u202eb\u200bc\u001b[1md\ud800"))
        .isEqualTo("a\uFFFDb\uFFFDc\uFFFD[1md\uFFFD");
    assertThat(Printable.visible("Zo\u00eb \ud83d\ude00")).isEqualTo("Zo\u00eb \ud83d\ude00");
  }
}
