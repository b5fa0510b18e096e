package org.mailroom.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
   * @param body JSON
   */
  record Part(String messageId, String method, String url, ObjectNode body) {}

  private final String credential;
  private final String mailbox;
  private final Map<String, Part> outstanding = new LinkedHashMap<>();
  private final Map<String, GraphException> refused = new LinkedHashMap<>();
  private final List<String> done = new ArrayList<>();

  JsonBatch(String credential, String mailbox, List<Part> parts) {
    this.credential = credential;
    this.mailbox = mailbox;
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

  /** The body of the request: what is outstanding. */
  String content(ObjectMapper json) {
    ObjectNode batch = json.createObjectNode();
    ArrayNode requests = batch.putArray("requests");
    outstanding.forEach((id, part) -> {
      ObjectNode request = requests.addObject().put("id", id).put("method", part.method()).put("url", part.url());
      request.putObject("headers").put("Content-Type", "application/json").put("Prefer", GraphClient.IMMUTABLE_IDS);
      request.set("body", part.body());
    });
    return batch.toString();
  }

  void succeeded(String id) {
    Part part = outstanding.remove(id);
    if (part != null) {
      done.add(part.messageId());
    }
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

  boolean hasOutstanding() {
    return !outstanding.isEmpty();
  }

  /** The messages whose change succeeded, or that are gone. */
  public List<String> done() {
    return List.copyOf(done);
  }

  /** The messages whose change was refused for good, with the reason. */
  public Map<String, GraphException> refused() {
    return Map.copyOf(refused);
  }

  /** The messages whose change has no final answer yet. */
  public List<String> unanswered() {
    return outstanding.values().stream().map(Part::messageId).toList();
  }

  static List<JsonNode> responses(JsonNode answer) {
    List<JsonNode> responses = new ArrayList<>();
    answer.path("responses").forEach(responses::add);
    return responses;
  }
}
