package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedStringsTest {

  private final ObjectMapper json = new ObjectMapper();

  private static BoundedStrings bounded(String text, int limit) {
    return new BoundedStrings(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), limit);
  }

  @Test
  void what_is_short_passes_as_it_is() throws IOException {
    String text = "{\"a\":\"x\\\"y\\\\\",\"b\":[1,\"\\u00e9é😀\"],\"\":\"\"}";
    BoundedStrings bounded = bounded(text, 100);
    assertThat(new String(bounded.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(bounded.hasCut()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain text that goes on",
        "\\\"\\\"\\\"\\\"\\\"\\\"\\\"",
        "\\u00e9\\u00e9\\u00e9\\u00e9",
        "ééééééééé",
        "😀😀😀😀😀",
        "\\\\\\\\\\\\\\\\\\\\\\\\",
        "a\\\\\\\"b\\\\\\\"c\\\\"
      })
  void a_long_string_is_shortened_between_characters_and_the_rest_is_untouched(String content)
      throws IOException {
    String whole = "{\"before\":\"b\",\"long\":\"" + content.repeat(10) + "\",\"after\":[\"z\",2]}";
    for (int limit = 6; limit < 30; limit++) {
      BoundedStrings bounded = bounded(whole, limit);
      JsonNode read = json.readTree(bounded);
      String shortened = read.path("long").asText();
      assertThat(json.readTree(whole).path("long").asText()).startsWith(shortened);
      assertThat(shortened.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(limit + 12);
      assertThat(shortened).doesNotContain("\uFFFD");
      assertThat(read.path("after").path(1).asInt()).isEqualTo(2);
      assertThat(bounded.hasCut()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 11, 8192})
  void what_stays_is_the_same_in_whatever_pieces_it_comes(int piece) throws IOException {
    String[] kinds = {"a", "\\n", "\\\"", "\\\\", "\\u00e9", "é", "😀", "plain"};
    Random random = new Random(piece);
    for (int round = 0; round < 300; round++) {
      StringBuilder text = new StringBuilder("[");
      for (int i = 0; i < 6; i++) {
        text.append(i == 0 ? "\"" : ", 12,\"");
        random.ints(random.nextInt(12), 0, kinds.length).forEach(kind -> text.append(kinds[kind]));
        text.append('"');
      }
      byte[] whole = text.append(']').toString().getBytes(StandardCharsets.UTF_8);
      InputStream pieces =
          new FilterInputStream(new ByteArrayInputStream(whole)) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
              return super.read(buffer, offset, Math.min(length, piece));
            }
          };
      assertThat(new String(new BoundedStrings(pieces, 9).readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(cutByHand(text.toString(), 9));
    }
  }

  /** Character by character, as slowly as it is obvious. */
  private static String cutByHand(String text, int limit) {
    StringBuilder cut = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      if (text.charAt(at) != '"') {
        cut.append(text.charAt(at++));
        continue;
      }
      cut.append(text.charAt(at++));
      int length = 0;
      boolean full = false;
      while (text.charAt(at) != '"') {
        int end =
            text.charAt(at) == '\\'
                ? at + (text.charAt(at + 1) == 'u' ? 6 : 2)
                : at + Character.charCount(text.codePointAt(at));
        String one = text.substring(at, end);
        full |= length >= limit;
        cut.append(full ? "" : one);
        length += one.getBytes(StandardCharsets.UTF_8).length;
        at = end;
      }
      cut.append(text.charAt(at++));
    }
    return cut.toString();
  }

  @Test
  void where_it_was_shortened_is_known() throws IOException {
    BoundedStrings bounded = bounded("[\"short\",\"much too long\",\"short\"]", 6);
    byte[] read = bounded.readAllBytes();
    assertThat(new String(read, StandardCharsets.UTF_8))
        .isEqualTo("[\"short\",\"much t\",\"short\"]");
    assertThat(bounded.hasCutBetween(0, 9)).isFalse();
    assertThat(bounded.hasCutBetween(9, 17)).isTrue();
    assertThat(bounded.hasCutBetween(17, 26)).isFalse();
  }

  @Test
  void it_holds_nothing_of_what_it_leaves_out_however_long_that_is() throws IOException {
    int huge = 64 * 1024 * 1024;
    try (BoundedStrings bounded =
        new BoundedStrings(
            new java.io.SequenceInputStream(
                java.util.Collections.enumeration(
                    java.util.List.of(
                        new ByteArrayInputStream("{\"a\":\"".getBytes(StandardCharsets.US_ASCII)),
                        new Endless(huge),
                        new ByteArrayInputStream("\"}".getBytes(StandardCharsets.US_ASCII))))),
            10)) {
      assertThat(json.readTree(bounded).path("a").asText()).isEqualTo("xxxxxxxxxx");
    }
  }

  /** So many letters. */
  private static final class Endless extends java.io.InputStream {
    private int left;

    private Endless(int letters) {
      left = letters;
    }

    @Override
    public int read() {
      return left-- > 0 ? 'x' : -1;
    }
  }
}
