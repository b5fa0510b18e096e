package org.mailroom.graph;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Up to twenty changes of messages that travel in one request (Graph's JSON batching). Each part has its own status: those that
 * succeeded are taken out, so that sending the batch again sends only what is outstanding.
 */
public final class JsonBatch {

  /**
   * One change of one message.
   *
   * @param messageId the message
   * @param method HTTP method
   * @param url relative to the version, percent-encoded
   * @param body JSON, or null
   */
  record Part(String messageId, String method, String url, ObjectNode body) {

    String inWords() {
      return switch (method) {
        case "PATCH" -> "mark";
        case "POST" -> "move";
        case "DELETE" -> "delete";
        default -> "look up";
      };
    }
  }

  private final String credential;
  private final String mailbox;
  private final Map<String, Part> outstanding = new LinkedHashMap<>();
  private final Map<String, GraphException> refused = new LinkedHashMap<>();
  private final Map<String, JsonNode> done = new LinkedHashMap<>();
  private final List<String> gone = new ArrayList<>();
  private final int lanes;
  private boolean sent;

  /**
   * @param lanes how many of the parts the service may run at the same time, or {@link OldGraphRequest#ALL_PLACES}
   */
  JsonBatch(String credential, String mailbox, List<Part> parts, int lanes) {
    this.credential = credential;
    this.mailbox = mailbox;
    this.lanes = lanes;
    int id = 1;
    for (Part part : parts) {
      outstanding.put(Integer.toString(id++), part);
    }
  }

  String credential() {
    return credential;
  }

  String mailbox() {
    return mailbox;
  }

  /** How many parts have no answer yet. */
  int size() {
    return outstanding.size();
  }

  /** The body of the request: what is outstanding. */
  String content(ObjectMapper json) {
    ObjectNode batch = json.createObjectNode();
    ArrayNode requests = batch.putArray("requests");
    List<String> ids = List.copyOf(outstanding.keySet());
    int atOnce = weight();
    outstanding.forEach((id, part) -> {
      ObjectNode request = requests.addObject().put("id", id).put("method", part.method()).put("url", part.url());
      if (requests.size() > atOnce) {
        request.putArray("dependsOn").add(ids.get(requests.size() - 1 - atOnce));
      }
      ObjectNode headers = request.putObject("headers").put("Prefer", GraphClient.IMMUTABLE_IDS);
      if (part.body() != null) {
        headers.put("Content-Type", "application/json");
        request.set("body", part.body());
      }
    });
    sent = true;
    return batch.toString();
  }

  /**
   * How many places of the mailbox the batch takes. What is sent again runs as the service likes: a part that fails takes those with it that
   * depend on it, and doesn't do so twice.
   */
  int weight() {
    return sent ? OldGraphRequest.ALL_PLACES : lanes;
  }

  /** It was sent before: what has no answer may have been done all the same. */
  public boolean isSentBefore() {
    return sent;
  }

  void succeeded(String id, JsonNode body) {
    Part part = outstanding.remove(id);
    if (part != null) {
      done.put(part.messageId(), body);
    }
  }

  /** Somebody deleted or moved the message meanwhile. */
  void gone(String id) {
    Part part = outstanding.remove(id);
    if (part != null) {
      gone.add(part.messageId());
    }
  }

  /** A look has shown that nothing is to be done for these messages any more. */
  public void settle(java.util.Collection<String> messageIds) {
    outstanding.entrySet().removeIf(part -> {
      boolean settled = messageIds.contains(part.getValue().messageId());
      if (settled) {
        gone.add(part.getValue().messageId());
      }
      return settled;
    });
  }

  void refused(String id, GraphException why) {
    Part part = outstanding.remove(id);
    if (part != null) {
      refused.put(part.messageId(), why);
    }
  }

  Part part(String id) {
    return outstanding.get(id);
  }

  /** Something of it has no final answer yet. */
  public boolean isAnythingOutstanding() {
    return !outstanding.isEmpty();
  }

  /** The messages for which nothing is left to do: the change succeeded, or they are gone. */
  public List<String> done() {
    List<String> all = new ArrayList<>(done.keySet());
    all.addAll(gone);
    return all;
  }

  /** What the service answered about the messages that it found, by message id. */
  public Map<String, JsonNode> answers() {
    return Map.copyOf(done);
  }

  /** The messages that aren't there any more. */
  public List<String> gone() {
    return List.copyOf(gone);
  }

  /** The messages whose change was refused for good, with the reason. */
  public Map<String, GraphException> refused() {
    return Map.copyOf(refused);
  }

  /** The messages whose change has no final answer yet. */
  public List<String> unanswered() {
    return outstanding.values().stream().map(Part::messageId).toList();
  }

  /** What the service answers about a message is wanted, not only whether the part succeeded. */
  private boolean isQuestion() {
    return outstanding.values().stream().anyMatch(part -> part.method().equals("GET"));
  }

  /**
   * Reads the answers to the parts: id, status, headers and body. Of the body of a change, which is the whole message, only an error is held.
   *
   * @throws IOException when the answer is cut or isn't one to a batch
   */
  List<JsonNode> responses(InputStream answer, ObjectMapper json) throws IOException {
    List<JsonNode> responses = new ArrayList<>();
    boolean question = isQuestion();
    try (JsonParser parser = json.getFactory().createParser(answer)) {
      require(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean value = parser.currentName().equals("responses");
        if (parser.nextToken() == JsonToken.START_ARRAY && value) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            responses.add(question ? json.readTree(parser) : response(parser, json));
          }
          require(parser.currentToken() == JsonToken.END_ARRAY);
        } else {
          parser.skipChildren();
        }
      }
      require(parser.currentToken() == JsonToken.END_OBJECT);
    }
    return responses;
  }

  private static JsonNode response(JsonParser parser, ObjectMapper json) throws IOException {
    ObjectNode response = json.createObjectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.START_OBJECT && name.equals("body")) {
        response.set("body", error(parser, json));
      } else {
        response.set(name, json.readTree(parser));
      }
    }
    require(parser.currentToken() == JsonToken.END_OBJECT);
    return response;
  }

  private static JsonNode error(JsonParser parser, ObjectMapper json) throws IOException {
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
