package org.mailroom.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * What the answers to the parts of a batch mean: done, gone, refused for good, or to be sent again.
 */
@Component
final class BatchAnswers {

  /** Of a part's answer ids, codes and the like are wanted. */
  private static final int SHORT_TEXTS = 64 * 1024;

  private final MailboxGates gates;
  private final BatchReader reader;
  private final ObjectMapper json;
  private final ServiceClock clock;
  private final Duration longestRetryAfter;

  BatchAnswers(
      MailroomProperties properties, MailboxGates gates, ObjectMapper json, ServiceClock clock) {
    this.gates = gates;
    this.reader = new BatchReader(json);
    this.json = json;
    this.clock = clock;
    this.longestRetryAfter = properties.limits().longestRetryAfter();
  }

  /**
   * Reads the answer to a batch: each part has its own status.
   *
   * @throws GraphException when parts are left that may succeed when they are sent again
   * @throws IOException when the answer is cut or isn't one to a batch
   */
  void read(JsonBatch batch, InputStream answer) throws IOException {
    GraphException again = null;
    for (JsonNode response :
        reader.responses(new BoundedStrings(answer, SHORT_TEXTS), batch.isQuestion())) {
      String id = response.path("id").asText();
      BatchPart part = batch.part(id);
      if (part != null) {
        again = moreUrgent(again, answered(batch, id, part, response));
      }
    }
    if (batch.isAnythingOutstanding()) {
      throw again != null
          ? again
          : new GraphException(
              GraphOperation.BATCH,
              batch.mailbox(),
              0,
              GraphErrorCodes.CUT,
              "parts of a batch have no answer",
              null);
    }
  }

  /** Returns why the part is to be sent again; null when its answer is final. */
  private @Nullable GraphException answered(
      JsonBatch batch, String id, BatchPart part, JsonNode response) {
    int status = response.path("status").asInt();
    if (status >= 200 && status < 300) {
      return succeeded(batch, id, part, response.path("body"));
    }
    GraphException refusal = refusal(batch, part, response, status);
    if (isGone(batch, part, refusal)) {
      // deleted or moved by somebody else in between: nothing is left to change
      batch.gone(id);
      return null;
    }
    // a move that finds nothing misses the message or the folder to move it to: only a look tells
    boolean mayPass = refusal.isTransient() || refusal.isUnauthorized() || refusal.isGone();
    if (!mayPass) {
      batch.refused(id, refusal);
      return null;
    }
    if (status == 429 || status == 503) {
      gates.pause(batch, status, refusal.retryAfter().orElse(null));
    }
    if (status != 0 && !refusal.isGone() && !batch.isLooking()) {
      batch.notDone(id);
    }
    batch.failed(id, refusal);
    return refusal;
  }

  /** Of a look at a move, too: it is done, or is to be done now. */
  private static @Nullable GraphException succeeded(
      JsonBatch batch, String id, BatchPart part, JsonNode body) {
    if (!batch.isLooking() || part.isDone(body)) {
      batch.succeeded(id, body);
      return null;
    }
    batch.notDone(id);
    return batch
        .lastRefusal(part.messageId())
        .orElseGet(
            () ->
                new GraphException(
                    GraphOperation.BATCH,
                    batch.mailbox(),
                    0,
                    GraphErrorCodes.CUT,
                    "the answer to a move was lost",
                    null));
  }

  private static boolean isGone(JsonBatch batch, BatchPart part, GraphException refusal) {
    boolean move = part.isMove() && !batch.isLooking();
    return (refusal.isGone() && !move) || (refusal.status() == 404 && refusal.code() == null);
  }

  /**
   * A token that is refused has to be renewed, and throttling to be waited for, whatever else
   * failed; 424 only says that another part did.
   */
  private static @Nullable GraphException moreUrgent(
      @Nullable GraphException one, @Nullable GraphException other) {
    return one == null || (other != null && urgency(other) > urgency(one)) ? other : one;
  }

  private static int urgency(GraphException refusal) {
    return refusal.isUnauthorized()
        ? 3
        : refusal.isThrottled() ? 2 : refusal.status() == 424 ? 0 : 1;
  }

  private GraphException refusal(JsonBatch batch, BatchPart part, JsonNode response, int status) {
    JsonNode error = response.path("body").path("error");
    Duration wait =
        RetryAfter.parse(header(response, "Retry-After"), clock.now(), longestRetryAfter)
            .map(RetryAfter::delay)
            .orElse(null);
    String code = error.path("code").asText(null);
    return new GraphException(
        part.operation(),
        batch.mailbox(),
        new GraphException.Answer(
            status,
            status == 0 ? GraphErrorCodes.CUT : code,
            error.path("innerError").path("request-id").asText(null),
            wait,
            ClaimsChallenge.in(header(response, "WWW-Authenticate"), json)),
        null,
        null);
  }

  private static @Nullable String header(JsonNode response, String name) {
    String value = null;
    for (var field : response.path("headers").properties()) {
      value = field.getKey().equalsIgnoreCase(name) ? field.getValue().asText() : value;
    }
    return value;
  }
}
