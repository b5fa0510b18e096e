package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;

/** JSON batching: several calls of the Graph API in one. */
final class DemoBatch {

  private static final int MOST_PARTS = 20;

  private final DemoGraph graph;
  private final DemoLimits limits;
  private final DemoFaults faults;
  private final BiConsumer<DemoCall, Integer> log;
  private final Random shuffle = new Random(1);

  DemoBatch(DemoGraph graph, DemoLimits limits, DemoFaults faults, BiConsumer<DemoCall, Integer> log) {
    this.graph = graph;
    this.limits = limits;
    this.faults = faults;
    this.log = log;
  }

  /** Each part has a status of its own, and the parts come back in any order. */
  DemoAnswer answer(DemoCall call, DemoTokens.Access access) throws InterruptedException {
    JsonNode parts = call.body() == null ? JsonNodeFactory.instance.arrayNode() : call.body().path("requests");
    Set<String> ids = new java.util.HashSet<>();
    if (parts.isEmpty() || parts.size() > MOST_PARTS) {
      throw new GraphFault(400, "BadRequest", "The batch has " + parts.size() + " requests; at least one and at most " + MOST_PARTS + " are allowed.");
    }
    for (JsonNode part : parts) {
      if (!part.path("id").isTextual() || !ids.add(part.path("id").asText().toLowerCase(java.util.Locale.ROOT))) {
        throw new GraphFault(400, "BadRequest", "Request Id has to be unique in a batch.");
      }
    }
    List<JsonNode> responses = new ArrayList<>();
    Map<String, Integer> statuses = new HashMap<>();
    for (JsonNode part : parts) {
      ObjectNode response = part(part, access, statuses);
      statuses.put(part.path("id").asText(), response.path("status").asInt());
      responses.add(response);
    }
    synchronized (shuffle) {
      Collections.shuffle(responses, shuffle);
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putArray("responses").addAll(responses);
    return DemoAnswer.json(200, answer);
  }

  private ObjectNode part(JsonNode part, DemoTokens.Access access, Map<String, Integer> statuses) throws InterruptedException {
    Map<String, String> headers = new HashMap<>();
    part.path("headers").fields().forEachRemaining(header -> headers.put(header.getKey().toLowerCase(java.util.Locale.ROOT), header.getValue().asText()));
    DemoCall call = DemoCall.of(part.path("method").asText(), URI.create(part.path("url").asText()), "", headers, part.get("body"), true);
    DemoAnswer answer;
    try {
      for (JsonNode parent : part.path("dependsOn")) {
        if (statuses.getOrDefault(parent.asText(), 424) >= 300) {
          throw new GraphFault(424, "FailedDependency", "The request it depends on failed.");
        }
      }
      DemoFaults.Fault fault = faults.next("PART " + call.method() + " " + call.path());
      if (fault != null) {
        throw new GraphFault(fault.status(), fault.code(), "This fault was asked for.", fault.headers());
      }
      limits.enterPart(DemoTenant.mailboxOf(call));
      try {
        answer = graph.answer(call, access);
      } finally {
        limits.leavePart(DemoTenant.mailboxOf(call));
      }
    } catch (GraphFault fault) {
      answer = DemoTenant.error(fault);
    }
    log.accept(call, answer.status());
    ObjectNode response = JsonNodeFactory.instance.objectNode().put("id", part.path("id").asText()).put("status", answer.status());
    ObjectNode answerHeaders = response.putObject("headers");
    answer.headers().forEach(answerHeaders::put);
    if (answer.json() != null) {
      answerHeaders.put("Content-Type", "application/json");
      response.set("body", answer.json());
    }
    return response;
  }
}
