package org.mailroom.graph;

import org.mailroom.listing.ListedMessage;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * A page of messages, read message by message from the wire.
 *
 * @param next {@code @odata.nextLink}, or null
 * @param delta {@code @odata.deltaLink}, or null
 * @param nameless how many things on it have no id and therefore can't be asked for
 */
record MessagePage(List<ListedMessage> messages, URI next, URI delta, int nameless) {

  /**
   * Reads and closes a page. Of the messages beyond {@code budget} bytes only id and time are held, so that a page of large bodies
   * doesn't fill the memory; no single text of a message is read beyond it either.
   *
   * @throws IOException when the answer is cut or isn't a page
   */
  static MessagePage read(InputStream answer, ObjectMapper json, int budget) throws IOException {
    BoundedStrings bounded = new BoundedStrings(answer, budget);
    try (JsonParser parser = json.getFactory().createParser(bounded)) {
      List<ListedMessage> messages = new ArrayList<>();
      URI next = null;
      URI delta = null;
      require(parser.nextToken() == JsonToken.START_OBJECT);
      boolean hasValue = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("value") && value == JsonToken.START_ARRAY) {
          hasValue = true;
          readMessages(parser, bounded, json, budget, messages);
        } else if (name.equals("@odata.nextLink") && value == JsonToken.VALUE_STRING) {
          next = link(parser.getText());
        } else if (name.equals("@odata.deltaLink") && value == JsonToken.VALUE_STRING) {
          delta = link(parser.getText());
        } else {
          parser.skipChildren();
        }
      }
      // a page without messages that leads on is as good as an empty one
      require(parser.currentToken() == JsonToken.END_OBJECT && (hasValue || next != null || delta != null));
      List<ListedMessage> named = messages.stream().filter(message -> message.id() != null).toList();
      return new MessagePage(named, next, delta, messages.size() - named.size());
    }
  }

  private static void readMessages(
      JsonParser parser, BoundedStrings bounded, ObjectMapper json, int budget, List<ListedMessage> messages) throws IOException {
    long held = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(parser.currentToken() == JsonToken.START_OBJECT);
      long begin = parser.currentLocation().getByteOffset();
      JsonNode resource = json.readTree(parser);
      long end = parser.currentLocation().getByteOffset();
      long size = end - begin;
      String id = resource.path("id").asText(null);
      if (resource.has("@removed")) {
        // deleted, or moved to another folder
        continue;
      }
      boolean fits = id != null && held + size <= budget && !bounded.hasCutBetween(begin, end);
      held += fits ? size : 0;
      messages.add(new ListedMessage(id, instant(resource.path("receivedDateTime").asText(null)), resource.path("isRead").asBoolean(false),
          !resource.has("body"), fits ? resource : null));
    }
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
      throw new IOException("the next link isn't an address");
    }
  }

  private static Instant instant(String dateTime) {
    try {
      return dateTime == null ? null : OffsetDateTime.parse(dateTime).toInstant();
    } catch (DateTimeException notATime) {
      return null;
    }
  }
}
