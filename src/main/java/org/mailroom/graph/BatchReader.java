package org.mailroom.graph;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Reads the JSON that answers a batch: id, status, headers and body of each part. */
final class BatchReader {

  private final ObjectMapper json;

  BatchReader(ObjectMapper json) {
    this.json = json;
  }

  /**
   * Reads the answers to the parts.
   *
   * @param bodies whether the bodies are wanted; of the body of a change, which is the whole
   *     message, only an error is held otherwise
   * @throws IOException when the answer is cut or isn't one to a batch
   */
  List<JsonNode> responses(InputStream answer, boolean bodies) throws IOException {
    List<JsonNode> responses = null;
    try (JsonParser parser = json.getFactory().createParser(answer)) {
      require(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean value = parser.currentName().equals("responses");
        if (parser.nextToken() == JsonToken.START_ARRAY && value) {
          responses = list(parser, bodies);
        } else {
          parser.skipChildren();
        }
      }
      require(parser.currentToken() == JsonToken.END_OBJECT);
    }
    require(responses != null);
    return Objects.requireNonNull(responses);
  }

  private List<JsonNode> list(JsonParser parser, boolean bodies) throws IOException {
    List<JsonNode> responses = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      require(token != null);
      if (token == JsonToken.START_OBJECT) {
        responses.add(bodies ? json.readTree(parser) : response(parser));
      } else {
        // a null says nothing about any part: it stays unanswered
        parser.skipChildren();
      }
    }
    return responses;
  }

  private ObjectNode response(JsonParser parser) throws IOException {
    ObjectNode response = json.createObjectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.START_OBJECT && name.equals("body")) {
        response.set("body", error(parser));
      } else {
        response.set(name, json.readTree(parser));
      }
    }
    require(parser.currentToken() == JsonToken.END_OBJECT);
    return response;
  }

  private ObjectNode error(JsonParser parser) throws IOException {
    ObjectNode body = json.createObjectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean error = parser.currentName().equals("error");
      parser.nextToken();
      if (error) {
        body.set("error", json.readTree(parser));
      } else {
        parser.skipChildren();
      }
    }
    return body;
  }

  private static void require(boolean asExpected) throws IOException {
    if (!asExpected) {
      throw new EOFException("the answer is not a whole answer to a batch");
    }
  }
}
