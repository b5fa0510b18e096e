package org.mailroom.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mailroom.message.MailMessage.Header;

class MessageIdsTest {

  private static MailHeaders header(String name, String value) {
    return new MailHeaders(List.of(new Header("Subject", "<no@id>"), new Header(name, value)));
  }

  private static List<String> references(String value) {
    return MessageIds.references(header("references", value));
  }

  private static String inReplyTo(String value) {
    return MessageIds.inReplyTo(header("IN-REPLY-TO", value));
  }

  @Test
  void
      ids_over_folded_lines_with_comments_commas_and_phrases_between_them_are_read_in_their_order_and_once() {
    String value =
        "<1@a> (the (first) one \\) here <x@y>)\r\n"
            + "\t<2@b>,<3@c>\r\n"
            + " \"a phrase <q@q>\" <1@a>\r\n"
            + " <long-\r\n"
            + "  er@d>";
    assertThat(references(value)).containsExactly("<1@a>", "<2@b>", "<3@c>", "<long-er@d>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<1@a|<1@a>", "<1@a <2@b>|<1@a> <2@b>", "1@a 2@b|<1@a> <2@b>", "<1@a>>> <2@b>|<1@a> <2@b>",
            "(no end <1@a> <2@b>|<1@a> <2@b>",
        "\"no end <1@a>|<1@a>", "<> < > <1@a>|<1@a>", "<no-at-sign> x|<no-at-sign>",
            "@ a@ @b <1@a>|<1@a>", "((((<1@a>|<1@a>"
      })
  void broken_ones_are_read_as_far_as_they_can_be(String value, String ids) {
    assertThat(references(value)).containsExactly(ids.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "<>", "nothing here", "(only a comment)", "()", ",;\""})
  void where_there_is_none_the_field_is_absent(String value) {
    assertThat(references(value)).isNull();
    assertThat(inReplyTo(value)).isNull();
    assertThat(MessageIds.references(new MailHeaders(List.of()))).isNull();
    assertThat(MessageIds.inReplyTo(new MailHeaders(List.of(new Header("In-Reply-To", null)))))
        .isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<1@a>|<1@a>",
        "1@a|<1@a>",
        "Your message of Mon by ada@example.com <1@a>|<1@a>",
        "<1@a> <2@b>|<1@a>"
      })
  void what_is_answered_is_the_first_id(String value, String id) {
    assertThat(inReplyTo(value)).isEqualTo(id);
  }

  @Test
  void an_address_among_words_is_that_of_a_person() {
    assertThat(inReplyTo("Message from ada@example.com of \"Monday\"")).isNull();
  }

  @Test
  void of_very_many_the_first_and_the_last_are_kept() {
    String value =
        IntStream.range(0, 5000).mapToObj(i -> "<" + i + "@a>").collect(Collectors.joining(" "));
    assertThat(references(value))
        .hasSize(200)
        .startsWith("<0@a>", "<1@a>")
        .endsWith("<4998@a>", "<4999@a>")
        .contains("<19@a>", "<4820@a>")
        .doesNotContain("<20@a>");
  }

  /** Read with a step back for each sign, these would take hours. */
  @ParameterizedTest
  @ValueSource(strings = {"(", "<", "\"", "(<\"", ">", "a@", "<a ", "\\(", "(\\", "<@"})
  void hostile_ones_of_megabytes_are_read_in_one_go(String part) {
    String value = part.repeat(2_000_000 / part.length()) + " <1@a>";
    List<String> references = references(value);
    assertThat(references == null ? 0 : references.size()).isLessThanOrEqualTo(200);
    assertThat(references("<" + "x".repeat(5000) + "@a> <1@a>"))
        .as("an id that no line can hold")
        .containsExactly("<1@a>");
  }
}
