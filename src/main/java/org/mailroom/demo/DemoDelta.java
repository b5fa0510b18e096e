package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The delta query of a folder's messages: what changed since a token, as Exchange tells it. */
final class DemoDelta {

  private static final int DEFAULT_PAGE = 10;
  private static final Pattern PAGE_SIZE = Pattern.compile("odata\\.maxpagesize=(\\d+)");
  private static final Set<String> OPTIONS =
      Set.of(
          "$select",
          "$top",
          "$expand",
          "$filter",
          "$orderby",
          "changeType",
          "$skiptoken",
          "$deltatoken");

  /**
   * What a token stands for.
   *
   * @param since changes after this one are told
   * @param until up to this one; negative when a new round begins
   */
  private record Round(String folderId, Set<String> select, long since, long until, int offset) {}

  private final String root;
  private final Map<String, Round> rounds = new ConcurrentHashMap<>();

  DemoDelta(String root) {
    this.root = root;
  }

  /** The service forgets what it knew: every token is answered with 410. */
  void forget() {
    rounds.clear();
  }

  DemoPage list(DemoMailbox mailbox, String folderId, DemoCall call) {
    for (String option : call.options().keySet()) {
      if (!OPTIONS.contains(option)) {
        throw new GraphFault(
            400,
            "ErrorInvalidUrlQuery",
            "The following parameters are not supported with change tracking over the 'Messages'"
                + " resource: '"
                + option
                + "'.");
      }
    }
    Round round = round(mailbox, folderId, call);
    Matcher size = PAGE_SIZE.matcher(call.headers().getOrDefault("prefer", ""));
    int most = size.find() ? Integer.parseInt(size.group(1)) : DEFAULT_PAGE;
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    page.put("@odata.context", root + "/$metadata#Collection(message)");
    ArrayNode value = page.putArray("value");
    List<DemoMessage> messages = new ArrayList<>();
    synchronized (mailbox) {
      List<DemoMailbox.Change> changes = mailbox.changes(folderId, round.since(), round.until());
      changes.stream()
          .skip(round.offset())
          .limit(most)
          .forEach(
              change -> {
                boolean whole = !change.removed() && change.message().arrivedAt() > round.since();
                messages.add(whole ? change.message() : null);
                value.add(present(change, round, call));
              });
      MessageListings.requireSound(messages.stream().filter(java.util.Objects::nonNull).toList());
      boolean more = round.offset() + most < changes.size();
      String token = UUID.randomUUID().toString();
      rounds.put(
          token,
          more
              ? new Round(
                  folderId, round.select(), round.since(), round.until(), round.offset() + most)
              : new Round(folderId, round.select(), round.until(), -1, 0));
      page.put(
          more ? "@odata.nextLink" : "@odata.deltaLink",
          root + call.rawPath() + (more ? "?$skiptoken=" : "?$deltatoken=") + token);
    }
    return new DemoPage(page, messages, most, round.select());
  }

  private Round round(DemoMailbox mailbox, String folderId, DemoCall call) {
    String token = call.options().getOrDefault("$skiptoken", call.options().get("$deltatoken"));
    if (token == null) {
      return new Round(folderId, MessageListings.select(call), -1, mailbox.lastChange(), 0);
    }
    Round round = rounds.get(token);
    if (round == null) {
      throw new GraphFault(
          410,
          "SyncStateNotFound",
          "The sync state generation is not found; generation=1.",
          Map.of("Location", root + call.rawPath() + "?$deltatoken="));
    }
    return round.until() >= 0
        ? round
        : new Round(round.folderId(), round.select(), round.since(), mailbox.lastChange(), 0);
  }

  private static ObjectNode present(DemoMailbox.Change change, Round round, DemoCall call) {
    DemoMessage message = change.message();
    if (change.removed()) {
      ObjectNode removed =
          JsonNodeFactory.instance
              .objectNode()
              .put("@odata.type", "#microsoft.graph.message")
              .put("id", call.wantsImmutableIds() ? message.immutableId() : message.regularId());
      removed.putObject("@removed").put("reason", "deleted");
      return removed;
    }
    if (message.arrivedAt() > round.since()) {
      ObjectNode whole = MessageListings.present(message, round.select(), call);
      if (!whole.has("@odata.type")) {
        whole.put("@odata.type", "#microsoft.graph.message");
      }
      return whole;
    }
    // of an update only what may have changed is told
    return JsonNodeFactory.instance
        .objectNode()
        .put("@odata.type", "#microsoft.graph.message")
        .put("@odata.etag", message.etag())
        .put("id", call.wantsImmutableIds() ? message.immutableId() : message.regularId())
        .put("isRead", message.isRead())
        .put("parentFolderId", message.folderId());
  }
}
