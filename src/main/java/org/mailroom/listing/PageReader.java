package org.mailroom.listing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.BoundedStrings;
import org.mailroom.graph.GraphTime;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.WrongAnswerException;
import org.mailroom.settings.Printable;

/**
 * Reads a page of messages, message by message from the wire; whole, or not at all. Of the messages
 * beyond a budget of bytes only id and time are held, so that a page of large bodies doesn't fill
 * the memory; no single text of a message is read beyond it either. Safe for use by several
 * threads.
 */
final class PageReader {

  private static final int MOST_OF_AN_ERROR = 100;

  private final ObjectMapper json;
  private final int budget;

  /**
   * @param budget of one page, in bytes
   */
  PageReader(ObjectMapper json, int budget) {
    this.json = json.copy();
    // how long a text may be says the budget
    this.json
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build());
    this.budget = budget;
  }

  /**
   * Reads a page on which each message has an id.
   *
   * @throws IOException when the answer is cut, isn't a page, is an error in spite of its status,
   *     or has something else between its messages
   */
  MessagePage read(InputStream answer) throws IOException {
    MessagePage page = readWhatIsThere(answer);
    if (page.nameless() > 0) {
      throw new WrongAnswerException(
          "the page has " + page.nameless() + " entries that are no messages with an id");
    }
    return page;
  }

  /** Reads a page and counts what has no id. */
  MessagePage readWhatIsThere(InputStream answer) throws IOException {
    BoundedStrings bounded = new BoundedStrings(answer, budget);
    try (JsonParser parser = json.getFactory().createParser(bounded)) {
      Messages messages = new Messages(parser, bounded);
      URI next = null;
      URI delta = null;
      require(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("value") && value == JsonToken.START_ARRAY) {
          messages.read();
        } else if (name.equals("@odata.nextLink") && value == JsonToken.VALUE_STRING) {
          next = link(parser.getText());
        } else if (name.equals("@odata.deltaLink") && value == JsonToken.VALUE_STRING) {
          delta = link(parser.getText());
        } else if (name.equals("error")) {
          throw new WrongAnswerException(
              "the answer is an error: " + code(json.<JsonNode>readTree(parser)));
        } else {
          parser.skipChildren();
        }
      }
      // without the array it is no page, though it may lead on: what it would have held would be
      // passed over
      require(parser.currentToken() == JsonToken.END_OBJECT && messages.isThere);
      return new MessagePage(messages.found, next, delta, messages.nameless);
    }
  }

  /** The messages of one page, on their way from the wire. */
  private final class Messages {

    private final JsonParser parser;
    private final BoundedStrings bounded;
    private final List<ListedMessage> found = new ArrayList<>();
    private boolean isThere;
    private int nameless;
    private long held;

    Messages(JsonParser parser, BoundedStrings bounded) {
      this.parser = parser;
      this.bounded = bounded;
    }

    void read() throws IOException {
      isThere = true;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        // an answer that is cut has no further token
        require(parser.currentToken() != null);
        long begin = parser.currentLocation().getByteOffset();
        JsonNode resource = json.readTree(parser);
        long end = parser.currentLocation().getByteOffset();
        String id = resource == null ? "" : resource.path("id").asText("");
        if (id.isEmpty()) {
          nameless++;
        } else if (!resource.has("@removed")) {
          // of what is removed: deleted, or moved to another folder
          add(id, resource, end - begin, bounded.hasCutBetween(begin, end));
        }
      }
    }

    private void add(String id, JsonNode resource, long size, boolean cut) {
      boolean fits = held + size <= budget && !cut;
      held += fits ? size : 0;
      found.add(
          new ListedMessage(
              id,
              GraphTime.of(resource.path("receivedDateTime").asText(null)),
              resource.path("isRead").asBoolean(false),
              !resource.has("body"),
              fits ? resource : null));
    }
  }

  private static String code(@Nullable JsonNode error) {
    String code = error == null ? "" : error.path("code").asText("");
    return code.length() <= MOST_OF_AN_ERROR ? Printable.line(code) : "";
  }

  private static void require(boolean asExpected) throws IOException {
    if (!asExpected) {
      throw new EOFException("the answer is not a whole page of messages");
    }
  }

  private static URI link(String link) throws IOException {
    try {
      return GraphUris.link(link);
    } catch (IllegalArgumentException e) {
      throw new WrongAnswerException("the next link isn't an address");
    }
  }
}
