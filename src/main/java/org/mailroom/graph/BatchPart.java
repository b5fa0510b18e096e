package org.mailroom.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One change of one message, or a question about it: a part of a {@link JsonBatch}.
 *
 * @param operation what it does
 * @param messageId the message
 * @param method HTTP method
 * @param url relative to the version, percent-encoded
 * @param body JSON, or null
 */
record BatchPart(
    GraphOperation operation,
    String messageId,
    String method,
    String url,
    @Nullable ObjectNode body) {

  private static final String MOVE = "/move";

  static BatchPart move(String messageId, String message, String folder) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("destinationId", folder);
    return new BatchPart(GraphOperation.MOVE_MESSAGES, messageId, "POST", message + MOVE, body);
  }

  boolean isMove() {
    return operation == GraphOperation.MOVE_MESSAGES;
  }

  /** Asks whether a move was done. */
  BatchPart look() {
    String message = url.substring(0, url.length() - MOVE.length());
    return new BatchPart(
        GraphOperation.LOOK_UP_MESSAGES,
        messageId,
        "GET",
        message + "?$select=id,parentFolderId",
        null);
  }

  /** A look found the message there. */
  boolean isDone(JsonNode seen) {
    return body != null
        && body.path("destinationId").asText().equals(seen.path("parentFolderId").asText());
  }
}
