package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

/** Which contents are stored. */
class AttachmentsKeptTest {

  private static final String INCLUDE = "excluded by attachments.include";
  private static final String EXCLUDE = "excluded by attachments.exclude";

  private static AttachmentsKept kept(List<String> include, List<String> exclude, boolean inline) {
    return new AttachmentsKept(include, exclude, inline, DataSize.ofKilobytes(10));
  }

  @ParameterizedTest
  @CsvSource({
    "*.pdf,INVOICE.Pdf,true",
    "*.pdf,a.pdf.exe,false",
    "*.pdf,.pdf,true",
    "*.pdf,pdf,false",
    "scan?.tif,scan7.tif,true",
    "scan?.tif,scan.tif,false",
    "scan?.tif,scan12.tif,false",
    "a.b,axb,false",
    "[ab].txt,a.txt,false",
    "[ab].txt,[AB].txt,true",
    "(*)\\E.*,(x)\\E.y,true",
    "rechnung*,RECHNUNG 4,true",
    "ü*,u\u0308ber.pdf,true",
    "Ä.pdf,ä.pdf,true",
    "x?,x\uD83D\uDE00,true",
    "*.pdf,'  a.pdf  ',true",
    "*,anything,true",
    "a*b*c,'a1b2\n3c',true"
  })
  void a_pattern_matches_a_name_whatever_its_case_and_nothing_but_star_and_question_mark_is_special(
      String pattern, String name, boolean matches) {
    assertThat(kept(List.of(pattern), List.of(), true).whyNot(name, false, 1L))
        .isEqualTo(matches ? java.util.Optional.empty() : java.util.Optional.of(INCLUDE));
    assertThat(kept(List.of(), List.of(pattern), true).whyNot(name, false, 1L))
        .isEqualTo(matches ? java.util.Optional.of(EXCLUDE) : java.util.Optional.empty());
  }

  @Test
  void what_is_excluded_is_not_stored_although_it_is_included_inline_or_not() {
    AttachmentsKept kept = kept(List.of("*.pdf"), List.of("draft*"), true);
    assertThat(kept.whyNot("offer.pdf", false, 1L)).isEmpty();
    assertThat(kept.whyNot("draft offer.pdf", false, 1L)).contains(EXCLUDE);
    assertThat(kept.whyNot("draft.png", true, 1L)).contains(EXCLUDE);
    assertThat(kept.whyNot("offer.docx", null, 1L)).contains(INCLUDE);
  }

  @Test
  void of_what_the_text_shows_inline_decides_and_not_include() {
    assertThat(kept(List.of("*.pdf"), List.of(), true).whyNot("image001.png", true, 1L)).isEmpty();
    assertThat(kept(List.of("*.pdf"), List.of(), false).whyNot("image001.png", true, 1L))
        .contains("excluded by attachments.inline");
    assertThat(kept(List.of(), List.of(), false).whyNot("offer.pdf", true, 1L))
        .contains("excluded by attachments.inline");
    assertThat(kept(List.of(), List.of(), false).whyNot("offer.pdf", false, 1L)).isEmpty();
  }

  @Test
  void what_is_larger_is_not_stored_and_what_tells_no_size_is() {
    AttachmentsKept kept = kept(List.of(), List.of(), true);
    assertThat(kept.whyNot("a", false, 10_240L)).isEmpty();
    assertThat(kept.whyNot("a", false, 10_241L)).contains("larger than attachments.max-size");
    assertThat(kept.whyNot("a", true, 10_241L)).contains("larger than attachments.max-size");
    assertThat(kept.whyNot("a", false, null)).isEmpty();
  }

  @Test
  void one_without_a_name_matches_what_matches_the_empty_name() {
    assertThat(kept(List.of("*.pdf"), List.of(), true).whyNot(null, false, 1L)).contains(INCLUDE);
    assertThat(kept(List.of("*"), List.of(), true).whyNot(null, false, 1L)).isEmpty();
    assertThat(kept(List.of(), List.of("?*"), true).whyNot(null, false, 1L)).isEmpty();
    assertThat(kept(Arrays.asList(" ", ""), List.of(), true).whyNot(null, false, 1L))
        .as("blank patterns are none")
        .isEmpty();
  }

  @Test
  void everything_is_stored_where_nothing_is_said() {
    assertThat(AttachmentsKept.ALL.whyNot(null, true, Long.MAX_VALUE)).isEmpty();
  }
}
