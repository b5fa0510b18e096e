package org.mailroom.graph;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.stereotype.Component;

/**
 * Reads the JSON of an answer, whole or not at all, within a bound of memory that no mail can move.
 * Safe for use by several threads.
 */
@Component
public final class AnswerJson {

  /** What one array of characters holds. */
  private static final long MOST_TEXT = 512L * 1024 * 1024;

  private static final long LEAST_LONGEST_TEXT = 8L * 1024 * 1024;

  /** Of answers whose texts are ids, names and links. */
  private static final int SHORT_TEXTS = 64 * 1024;

  private final ObjectMapper json;
  private final int longestText;

  public AnswerJson(ObjectMapper json) {
    this.json = json.copy();
    // how long a text may be is said below
    this.json
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build());
    // its characters take two bytes while they are read, and it is held as text, as JSON and as
    // bytes
    this.longestText =
        (int)
            Math.max(
                LEAST_LONGEST_TEXT, Math.min(Runtime.getRuntime().maxMemory() / 32, MOST_TEXT));
  }

  /**
   * Reads and closes an answer of ids, names, links and the like; what of a text is longer than 64
   * KB, such as a body that the service sends along, is left out.
   *
   * @throws IOException when the answer is cut or isn't JSON
   */
  public JsonNode tree(InputStream answer) throws IOException {
    return read(new BoundedStrings(answer, SHORT_TEXTS));
  }

  /**
   * Reads and closes a message with its body.
   *
   * @throws TextTooLongException when one of its texts doesn't fit into memory
   * @throws IOException when the answer is cut or isn't JSON
   */
  public JsonNode message(InputStream answer) throws IOException {
    BoundedStrings bounded = new BoundedStrings(answer, longestText);
    JsonNode message = read(bounded);
    if (bounded.hasCut()) {
      throw new TextTooLongException(longestText);
    }
    return message;
  }

  private JsonNode read(BoundedStrings answer) throws IOException {
    try (InputStream stream = answer) {
      JsonNode tree = json.readTree(stream);
      if (tree == null || tree.isMissingNode()) {
        throw new EOFException("the answer is empty");
      }
      return tree;
    }
  }
}
