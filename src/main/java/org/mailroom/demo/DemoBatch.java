package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;

/** JSON batching: several calls of the Graph API in one. */
final class DemoBatch {

  /** Answers a part while it takes one of its mailbox's places. */
  interface Place {
    DemoAnswer answer(DemoCall call, DemoTokens.Access access, DemoLatency.Lane lane)
        throws InterruptedException;
  }

  private final Place place;
  private final DemoFaults faults;
  private final DemoDamage damage;
  private final BiConsumer<DemoCall, Integer> log;
  private final Random shuffle = new Random(1);

  DemoBatch(Place place, DemoFaults faults, DemoDamage damage, BiConsumer<DemoCall, Integer> log) {
    this.place = place;
    this.faults = faults;
    this.damage = damage;
    this.log = log;
  }

  /**
   * Each part has a status of its own, and the parts come back in any order.
   *
   * @param lane the timetable of the request; the parts go on from where it is
   * @param helpers run up to three parts beside the caller; null runs one after the other
   */
  DemoAnswer answer(
      DemoCall call, DemoTokens.Access access, DemoLatency.Lane lane, ExecutorService helpers)
      throws InterruptedException {
    JsonNode parts =
        call.body() == null ? JsonNodeFactory.instance.arrayNode() : call.body().path("requests");
    List<JsonNode> responses = Collections.synchronizedList(new ArrayList<>());
    Map<String, Integer> statuses = new ConcurrentHashMap<>();
    DemoBatchOrder.run(
        parts,
        (part, partLane) -> {
          ObjectNode response = part(part, access, partLane, statuses);
          responses.add(response);
          statuses.put(part.path("id").asText(), response.path("status").asInt());
          return response.path("status").asInt();
        },
        lane,
        helpers);
    synchronized (shuffle) {
      Collections.shuffle(responses, shuffle);
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putArray("responses").addAll(responses);
    return DemoAnswer.json(200, answer);
  }

  private ObjectNode part(
      JsonNode part, DemoTokens.Access access, DemoLatency.Lane lane, Map<String, Integer> statuses)
      throws InterruptedException {
    DemoCall call = DemoCall.part(part);
    DemoAnswer answer;
    try {
      if (DemoBatchOrder.isParentFailed(part, statuses)) {
        throw new GraphFault(424, "FailedDependency", "The request it depends on failed.");
      }
      DemoFaults.Fault fault = faults.next("PART " + call.method() + " " + call.path());
      answer =
          fault != null && fault.kind() == DemoFaults.Kind.STATUS
              ? damage.of(null, fault, -1)
              : damage.of(place.answer(call, access, lane), fault, -1);
      if (!answer.sending().isWhole()) {
        throw new GraphFault(504, "UnknownError", "A part of a batch can't break off.");
      }
    } catch (GraphFault fault) {
      answer = damage.refusal(fault);
    }
    log.accept(call, answer.status());
    ObjectNode response =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", part.path("id").asText())
            .put("status", answer.status());
    ObjectNode answerHeaders = response.putObject("headers");
    answer.headers().forEach(answerHeaders::put);
    if (answer.json() != null) {
      answerHeaders.put("Content-Type", "application/json");
      response.set("body", answer.json());
    } else if (answer.content().length > 0) {
      answerHeaders.put("Content-Type", answer.contentType());
      response.put("body", Base64.getEncoder().encodeToString(answer.content()));
    }
    return response;
  }
}
