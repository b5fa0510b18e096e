package org.mailroom.graph;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** The JSON text that parts of a batch are sent as. */
final class BatchContent {

  private BatchContent() {}

  /**
   * @param parts by the ids that their answers come with
   * @param atOnce how many of them the service may run at the same time: each of the others waits
   *     for one before it
   */
  static String of(Map<String, BatchPart> parts, int atOnce) {
    ObjectNode batch = JsonNodeFactory.instance.objectNode();
    ArrayNode requests = batch.putArray("requests");
    List<String> ids = List.copyOf(parts.keySet());
    parts.forEach(
        (id, part) -> {
          ObjectNode request =
              requests
                  .addObject()
                  .put("id", id)
                  .put("method", part.method())
                  .put("url", part.url());
          if (requests.size() > atOnce) {
            request.putArray("dependsOn").add(ids.get(requests.size() - 1 - atOnce));
          }
          ObjectNode headers =
              request.putObject("headers").put("Prefer", GraphRequests.IMMUTABLE_IDS);
          if (part.body() != null) {
            headers.put("Content-Type", "application/json");
            request.set("body", part.body());
          }
        });
    return batch.toString();
  }
}
