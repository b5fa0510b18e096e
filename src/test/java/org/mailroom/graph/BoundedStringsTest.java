package org.mailroom.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedStringsTest {

  private final ObjectMapper json = new ObjectMapper();

  private static BoundedStrings bounded(String text, int limit) {
    return new BoundedStrings(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), limit);
  }

  @Test
  void what_is_short_passes_as_it_is() throws IOException {
    String text = "{\"a\":\"x\\\"y\\\\\",\"b\":[1,\"\\u00e9é😀\"],\"\":\"\"}";
    BoundedStrings bounded = bounded(text, 100);
    assertThat(new String(bounded.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(bounded.hasCut()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain text that goes on", "\\\"\\\"\\\"\\\"\\\"\\\"\\\"", "\\u00e9\\u00e9\\u00e9\\u00e9", "ééééééééé", "😀😀😀😀😀", "\\\\\\\\\\\\\\\\\\\\\\\\", "a\\\\\\\"b\\\\\\\"c\\\\"})
  void a_long_string_is_shortened_between_characters_and_the_rest_is_untouched(String content) throws IOException {
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

  @Test
  void where_it_was_shortened_is_known() throws IOException {
    BoundedStrings bounded = bounded("[\"short\",\"much too long\",\"short\"]", 6);
    byte[] read = bounded.readAllBytes();
    assertThat(new String(read, StandardCharsets.UTF_8)).isEqualTo("[\"short\",\"much t\",\"short\"]");
    assertThat(bounded.hasCutBetween(0, 9)).isFalse();
    assertThat(bounded.hasCutBetween(9, 17)).isTrue();
    assertThat(bounded.hasCutBetween(17, 26)).isFalse();
  }

  @Test
  void it_holds_nothing_of_what_it_leaves_out_however_long_that_is() throws IOException {
    int huge = 64 * 1024 * 1024;
    try (BoundedStrings bounded = new BoundedStrings(new java.io.SequenceInputStream(java.util.Collections.enumeration(java.util.List.of(
        new ByteArrayInputStream("{\"a\":\"".getBytes(StandardCharsets.US_ASCII)), new Endless(huge),
        new ByteArrayInputStream("\"}".getBytes(StandardCharsets.US_ASCII))))), 10)) {
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
