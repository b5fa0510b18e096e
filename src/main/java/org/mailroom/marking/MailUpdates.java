package org.mailroom.marking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.JsonBatch;
import org.mailroom.graph.JsonBatches;
import org.mailroom.listing.MailFolders;
import org.mailroom.message.MailboxState;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Changes one message for a route of the site: a look at how it stands, one PATCH of what isn't so
 * yet, then the folder. Each goes over the wire as the changes after an import do: a move whose
 * answer was lost is looked up, never sent again blindly. Doing it all again does no harm. Safe for
 * use by several threads.
 */
@Component
public final class MailUpdates {

  private final Graph graph;
  private final JsonBatches batches;
  private final MailFolders folders;
  private final int places;

  MailUpdates(
      Graph graph, JsonBatches batches, MailFolders folders, MailroomProperties properties) {
    this.graph = graph;
    this.batches = batches;
    this.folders = folders;
    this.places = properties.limits().requestsInFlight();
  }

  /**
   * Makes the changes; returns when the service has confirmed them.
   *
   * @throws GraphException when the service refuses one, or gives no answer that counts
   * @throws org.mailroom.credential.CredentialException when there is no token
   * @throws IllegalStateException when the message isn't in the mailbox any more
   */
  public void make(MailUpdate update) {
    String id = update.messageId();
    String target =
        update.moveTo() == null
            ? null
            : folders.findOrCreate(update.mailbox(), update.credential(), update.moveTo());
    JsonNode seen =
        Objects.requireNonNull(
            ask(update, batches.lookUps(update.credential(), update.mailbox(), List.of(id)).get(0))
                .answers()
                .get(id),
            "the answer about a message that is neither refused nor gone");
    ObjectNode change = change(update, MailboxState.of(seen));
    if (!change.isEmpty()) {
      ask(
          update,
          batches
              .updates(update.credential(), update.mailbox(), Map.of(id, change), places)
              .get(0));
    }
    if (target != null && !target.equals(seen.path("parentFolderId").asText())) {
      ask(update, batches.moves(update.credential(), update.mailbox(), List.of(id), target).get(0));
    }
  }

  private JsonBatch ask(MailUpdate update, JsonBatch batch) {
    JsonBatch answered = graph.ask(batch);
    GraphException refusal = answered.refused().get(update.messageId());
    if (refusal != null) {
      throw refusal;
    }
    if (answered.gone().contains(update.messageId())) {
      throw new IllegalStateException(
          "message "
              + update.messageId()
              + " isn't in mailbox "
              + update.mailbox()
              + " any more, so it can't be changed there");
    }
    return answered;
  }

  /** What needs no change isn't sent. */
  static ObjectNode change(MailUpdate update, MailboxState state) {
    ObjectNode change = JsonNodeFactory.instance.objectNode();
    if (update.read() != null && !update.read().equals(state.read())) {
      change.put("isRead", update.read());
    }
    if (update.flag() != null && !update.flag().flagStatus().equalsIgnoreCase(state.flag())) {
      change.putObject("flag").put("flagStatus", update.flag().flagStatus());
    }
    Set<String> categories = new LinkedHashSet<>(state.categories());
    if (categories.addAll(update.addCategories())) {
      // the service replaces the whole list
      categories.forEach(change.putArray("categories")::add);
    }
    return change;
  }
}
