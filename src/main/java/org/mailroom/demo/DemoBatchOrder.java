package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * The order in which the parts of a JSON batch run: up to four at the same time, each after the one
 * it depends on.
 */
final class DemoBatchOrder {

  /** Runs a part and returns its status. */
  interface Runner {
    int run(JsonNode part, DemoLatency.Lane lane) throws InterruptedException;
  }

  private static final int MOST_PARTS = 20;

  private final Deque<JsonNode> ready = new ArrayDeque<>();
  private final Map<String, List<JsonNode>> waiting = new HashMap<>();
  private final Map<String, Integer> statuses = new HashMap<>();
  private final Runner runner;
  private int left;

  private DemoBatchOrder(JsonNode parts, Runner runner) {
    this.runner = runner;
    this.left = parts.size();
    for (JsonNode part : parts) {
      String parent = part.path("dependsOn").path(0).asText(null);
      if (parent == null) {
        ready.add(part);
      } else {
        waiting.computeIfAbsent(parent, id -> new ArrayList<>()).add(part);
      }
    }
  }

  /**
   * Runs the parts.
   *
   * @param lane the timetable that they go on with
   * @param helpers run up to three parts beside the caller; null runs one after the other
   * @return the status of each part by its id
   * @throws GraphFault when the batch as a whole can't be understood
   */
  static Map<String, Integer> run(
      JsonNode parts, Runner runner, DemoLatency.Lane lane, ExecutorService helpers)
      throws InterruptedException {
    check(parts);
    DemoBatchOrder batch = new DemoBatchOrder(parts, runner);
    for (int i = 1; helpers != null && i < Math.min(DemoLimits.AT_ONCE, parts.size()); i++) {
      DemoLatency.Lane beside = lane.fork();
      helpers.execute(() -> batch.work(beside));
    }
    batch.work(lane);
    return batch.statuses;
  }

  private static void check(JsonNode parts) {
    Set<String> ids = new HashSet<>();
    if (parts.isEmpty() || parts.size() > MOST_PARTS) {
      throw new GraphFault(
          400,
          "BadRequest",
          "The batch has "
              + parts.size()
              + " requests; at least one and at most "
              + MOST_PARTS
              + " are allowed.");
    }
    for (JsonNode part : parts) {
      JsonNode parents = part.path("dependsOn");
      if (parents.size() > 1
          || (parents.size() == 1
              && !ids.contains(parents.path(0).asText().toLowerCase(Locale.ROOT)))) {
        throw new GraphFault(
            400,
            "BadRequest",
            "The dependsOn property of a request names at most one request of the batch.");
      }
      if (!part.path("id").isTextual()
          || !ids.add(part.path("id").asText().toLowerCase(Locale.ROOT))) {
        throw new GraphFault(400, "BadRequest", "Request Id has to be unique in a batch.");
      }
    }
  }

  private void work(DemoLatency.Lane lane) {
    try {
      for (JsonNode part = next(); part != null; part = next()) {
        done(part.path("id").asText(), runner.run(part, lane));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized JsonNode next() throws InterruptedException {
    while (ready.isEmpty() && left > 0) {
      wait();
    }
    return ready.poll();
  }

  private synchronized void done(String id, int status) {
    statuses.put(id, status);
    ready.addAll(waiting.getOrDefault(id, List.of()));
    left--;
    notifyAll();
  }

  /** Whether the part that this one depends on failed. */
  static boolean isParentFailed(JsonNode part, Map<String, Integer> statuses) {
    String parent = part.path("dependsOn").path(0).asText(null);
    return parent != null && statuses.getOrDefault(parent, 424) >= 300;
  }
}
