package org.mailroom.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mailroom.account.AccountImport.Finished;
import org.mailroom.account.AccountImport.Outcome;

/** One round of changes in a mailbox: which messages are to be changed, and how far each has got. */
public final class Marking {

  private final Map<String, Finished> messages = new LinkedHashMap<>();
  private final Set<String> unconfirmed = new HashSet<>();
  private final int lanes;
  private final String target;
  private final Map<String, JsonNode> seen = new HashMap<>();
  private final Set<String> updated = new HashSet<>();
  private final Set<String> left = new HashSet<>();
  private final Set<String> gone = new HashSet<>();

  /**
   * @param unconfirmed the messages that may have been changed before; also looked up are those whose categories aren't known
   * @param target id of the folder that they end in, or null
   * @param lanes how many updates the service may run at the same time
   */
  Marking(List<Finished> toMark, Set<String> unconfirmed, String target, int lanes) {
    for (Finished message : toMark) {
      messages.put(message.messageId(), message);
      if (message.categories() == null || unconfirmed.contains(message.messageId())) {
        this.unconfirmed.add(message.messageId());
      }
    }
    this.target = target;
    this.lanes = lanes;
  }

  int lanes() {
    return lanes;
  }

  /** Messages whose state is to be looked up before anything is changed. */
  List<String> unconfirmed() {
    return List.copyOf(unconfirmed);
  }

  void seen(Map<String, JsonNode> answers, List<String> notFound) {
    seen.putAll(answers);
    gone.addAll(notFound);
  }

  List<Finished> toUpdate() {
    return messages.values().stream().filter(message -> !gone.contains(message.messageId()))
        // without an answer to the look nothing may be overwritten
        .filter(message -> !unconfirmed.contains(message.messageId()) || seen.containsKey(message.messageId())).toList();
  }

  /** The categories that a message has now, as far as known. */
  List<String> categories(Finished message) {
    JsonNode now = seen.get(message.messageId());
    if (now == null) {
      return message.categories();
    }
    List<String> categories = new ArrayList<>();
    now.path("categories").forEach(category -> categories.add(category.asText()));
    return categories;
  }

  boolean isFailure(String messageId) {
    return messages.get(messageId).outcome() == Outcome.FAILED;
  }

  void updated(List<String> messageIds) {
    updated.addAll(messageIds);
  }

  /** Messages that are to leave the folder and haven't yet. */
  List<String> toLeave() {
    return target == null ? List.of() : updated.stream()
        .filter(id -> !isFailure(id) && !isThere(id) && !gone.contains(id)).toList();
  }

  /** The message is in the folder that it is to end in. */
  boolean isThere(String messageId) {
    return target != null && seen.containsKey(messageId) && target.equals(seen.get(messageId).path("parentFolderId").asText());
  }

  boolean isGone(String messageId) {
    return gone.contains(messageId);
  }

  String target() {
    return target;
  }

  void left(List<String> messageIds) {
    left.addAll(messageIds);
  }

  /** The messages of which nothing is left to do. */
  List<String> complete() {
    return messages.keySet().stream()
        .filter(id -> gone.contains(id) || (updated.contains(id) && (target == null || isFailure(id) || isThere(id) || left.contains(id)))).toList();
  }
}
