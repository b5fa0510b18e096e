package org.mailroom.marking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AtATime;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.JsonBatch;
import org.mailroom.message.MailboxState;

/**
 * The changes of at most twenty messages: first a look at those that may have been changed before,
 * then one PATCH each, then the folder. Each of the three is a JSON batch, which knows its own
 * answers. The variable {@code changes}; one thread at a time works on it.
 */
public final class Changes {

  private final Account account;
  private final @Nullable String target;
  private final boolean deadLetters;
  private final Map<String, ToMark> messages = new LinkedHashMap<>();
  private final AtATime<Changes> others;
  private @Nullable JsonBatch look;
  private @Nullable JsonBatch update;
  private @Nullable JsonBatch move;

  /**
   * @param target id of the folder that they end in; null: they stay
   */
  Changes(
      Account account, @Nullable String target, List<ToMark> messages, AtATime<Changes> others) {
    this(account, target, false, messages, others);
  }

  private Changes(
      Account account,
      @Nullable String target,
      boolean deadLetters,
      List<ToMark> messages,
      AtATime<Changes> others) {
    this.account = account;
    this.target = target;
    this.deadLetters = deadLetters;
    this.others = others;
    messages.forEach(message -> this.messages.put(message.messageId(), message));
  }

  /**
   * Those of messages that were given up, by {@code after-failure} of their account.
   *
   * @param target id of the folder that they are moved to; null: they stay
   */
  static Changes ofDeadLetters(
      Account account, @Nullable String target, List<ToMark> messages, AtATime<Changes> others) {
    return new Changes(account, target, true, messages, others);
  }

  boolean areOfDeadLetters() {
    return deadLetters;
  }

  /** Whether a message isn't to be moved. */
  private boolean stays(ToMark message) {
    return target == null || (message.givenUp() && !deadLetters);
  }

  Account account() {
    return account;
  }

  @Nullable String target() {
    return target;
  }

  List<ToMark> messages() {
    return List.copyOf(messages.values());
  }

  /** It isn't changed after all. */
  void leaveOut(String messageId) {
    messages.remove(messageId);
  }

  /**
   * Those whose state has to be seen before anything is changed: it isn't known, or they may have
   * been changed before.
   */
  List<String> toLookUp() {
    return messages.values().stream().filter(this::isToBeLookedUp).map(ToMark::messageId).toList();
  }

  private boolean isToBeLookedUp(ToMark message) {
    return message.state() == null || (message.before() && target != null);
  }

  void look(JsonBatch batch) {
    look = batch;
  }

  /**
   * What to PATCH, by message id; without those that need no change, are gone, or couldn't be
   * looked at.
   */
  Map<String, ObjectNode> toUpdate() {
    Map<String, ObjectNode> changes = new LinkedHashMap<>();
    for (ToMark message : messages.values()) {
      ObjectNode change = change(message);
      if (!change.isEmpty()) {
        changes.put(message.messageId(), change);
      }
    }
    return changes;
  }

  boolean isAnythingToUpdate() {
    return messages.values().stream().anyMatch(message -> !change(message).isEmpty());
  }

  /** Empty when there is nothing to PATCH of a message, or nothing may be. */
  private ObjectNode change(ToMark message) {
    String id = message.messageId();
    JsonNode seen = look == null ? null : look.answers().get(id);
    if (isGone(id) || (isToBeLookedUp(message) && seen == null)) {
      return JsonNodeFactory.instance.objectNode();
    }
    return MailboxChange.of(
        account, message.givenUp(), seen == null ? message.state() : MailboxState.of(seen));
  }

  void update(JsonBatch batch) {
    update = batch;
  }

  /** Those that are to leave the folder, and whose other changes are done. */
  List<String> toMove() {
    return messages.values().stream()
        .filter(message -> !stays(message))
        .map(ToMark::messageId)
        .filter(id -> isUpdated(id) && !isThere(id))
        .toList();
  }

  void move(JsonBatch batch) {
    move = batch;
  }

  private boolean isGone(String id) {
    return (look != null && look.gone().contains(id))
        || (update != null && update.gone().contains(id));
  }

  private boolean isUpdated(String id) {
    ToMark message = messages.get(id);
    boolean known =
        (message != null && message.state() != null)
            || (look != null && look.answers().containsKey(id));
    return !isGone(id)
        && known
        && (look == null || !look.unanswered().contains(id))
        && !isRefused(look, id)
        && (update == null
            ? message == null || change(message).isEmpty()
            : update.done().contains(id) || !isPartOf(update, id));
  }

  private static boolean isPartOf(JsonBatch batch, String id) {
    return batch.done().contains(id)
        || batch.unanswered().contains(id)
        || batch.refused().containsKey(id);
  }

  private static boolean isRefused(@Nullable JsonBatch batch, String id) {
    return batch != null && batch.refused().containsKey(id);
  }

  /** The message is in the folder that it is to end in. */
  private boolean isThere(String id) {
    JsonNode seen = look == null ? null : look.answers().get(id);
    return seen != null && seen.path("parentFolderId").asText().equals(target);
  }

  /** The messages of which nothing is left to do. */
  List<String> complete() {
    return messages.values().stream()
        .filter(
            message -> {
              String id = message.messageId();
              return isGone(id)
                  || (isUpdated(id)
                      && (stays(message)
                          || isThere(id)
                          || (move != null && move.done().contains(id))));
            })
        .map(ToMark::messageId)
        .toList();
  }

  /** Why messages aren't complete, by message id, where the service said so. */
  Map<String, Exception> refusals() {
    Map<String, Exception> refusals = new LinkedHashMap<>();
    for (JsonBatch batch : new JsonBatch[] {look, update, move}) {
      if (batch != null) {
        batch
            .unanswered()
            .forEach(id -> batch.lastRefusal(id).ifPresent(why -> refusals.put(id, why)));
        Map<String, GraphException> refused = batch.refused();
        refusals.putAll(refused);
      }
    }
    return refusals;
  }

  /** The work on them is over: the next may begin. */
  void over() {
    others.done();
  }
}
