package org.mailroom.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Makes {@link JsonBatch}es of changes and questions, as large as the service takes them. A DELETE
 * is never among them: what is in Deleted Items it would purge.
 */
@Component
public final class JsonBatches {

  private static final String USERS = "users";
  private static final String MESSAGES = "messages";

  private final URI uri;
  private final Limits limits;
  private final BatchAnswers answers;

  JsonBatches(MailroomProperties properties, BatchAnswers answers) {
    this.uri = new GraphUris(properties.graphUrl()).of("$batch");
    this.limits = properties.limits();
    this.answers = answers;
  }

  /**
   * The changes that mark messages after their import.
   *
   * @param changes what to PATCH, by message id
   * @param lanes how many of a batch the service may run at the same time; with fewer than it
   *     would, each waits for one before it
   */
  public List<JsonBatch> updates(
      String credential, String mailbox, Map<String, ObjectNode> changes, int lanes) {
    return batches(
        credential,
        mailbox,
        lanes < limits.requestsInFlight() ? lanes : JsonBatch.ALL_PLACES,
        changes.entrySet().stream()
            .map(
                change ->
                    new BatchPart(
                        GraphOperation.MARK_MESSAGES,
                        change.getKey(),
                        "PATCH",
                        GraphUris.relative(USERS, mailbox, MESSAGES, change.getKey()),
                        change.getValue()))
            .toList());
  }

  /**
   * Moves messages to a folder, Deleted Items say, by its id: only an id tells, where an answer was
   * lost, whether a message is there already.
   */
  public List<JsonBatch> moves(
      String credential, String mailbox, List<String> messageIds, String folder) {
    return batches(
        credential,
        mailbox,
        JsonBatch.ALL_PLACES,
        messageIds.stream()
            .map(id -> BatchPart.move(id, GraphUris.relative(USERS, mailbox, MESSAGES, id), folder))
            .toList());
  }

  /** Asks where messages are now and what categories they have. */
  public List<JsonBatch> lookUps(String credential, String mailbox, List<String> messageIds) {
    return batches(
        credential,
        mailbox,
        JsonBatch.ALL_PLACES,
        messageIds.stream()
            .map(
                id ->
                    new BatchPart(
                        GraphOperation.LOOK_UP_MESSAGES,
                        id,
                        "GET",
                        GraphUris.relative(USERS, mailbox, MESSAGES, id)
                            + "?$select=id,parentFolderId,categories,isRead,flag",
                        null))
            .toList());
  }

  private List<JsonBatch> batches(
      String credential, String mailbox, int lanes, List<BatchPart> parts) {
    List<JsonBatch> batches = new ArrayList<>();
    for (int from = 0; from < parts.size(); from += limits.batchSize()) {
      batches.add(
          new JsonBatch(
              credential,
              mailbox,
              uri,
              parts.subList(from, Math.min(parts.size(), from + limits.batchSize())),
              lanes,
              answers));
    }
    return batches;
  }
}
