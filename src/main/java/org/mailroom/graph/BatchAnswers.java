package org.mailroom.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;

/** What the answers to the parts of a batch mean: done, gone, refused for good, or to be sent again. */
final class BatchAnswers {

  private final MailboxGates gates;
  private final ObjectMapper json;
  private final Clock clock;

  BatchAnswers(MailboxGates gates, ObjectMapper json, Clock clock) {
    this.gates = gates;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Reads the answer to a batch: each part has its own status.
   *
   * @throws GraphException when parts are left that may succeed when they are sent again
   * @throws IOException when the answer is cut or isn't one to a batch
   */
  void read(JsonBatch batch, OldGraphRequest request, InputStream answer) throws IOException {
    GraphException again = null;
    for (JsonNode response : batch.responses(answer, json)) {
      String id = response.path("id").asText();
      JsonBatch.Part part = batch.part(id);
      if (part == null) {
        continue;
      }
      int status = response.path("status").asInt();
      if (status >= 200 && status < 300) {
        batch.succeeded(id, response.path("body"));
        continue;
      }
      GraphException refusal = refusal(batch, part, response, status);
      if (part.method().equals("POST") && refusal.isGone()) {
        // the message or the folder to move it to: only a look tells
        again = refusal;
      } else if (refusal.isGone() || (status == 404 && refusal.code() == null)
          || (part.method().equals("DELETE") && "ErrorCannotDeleteObject".equals(refusal.code()))) {
        // deleted or moved by somebody else in between: nothing is left to change
        batch.gone(id);
      } else if (status == 424) {
        // the part before it failed; this one was not tried
        again = again == null ? refusal : again;
      } else if (refusal.isTransient() || refusal.isUnauthorized()) {
        if (status == 429 || status == 503) {
          gates.pause(request, refusal.retryAfter().orElse(Duration.ofSeconds(2)));
        }
        // a token that is refused has to be renewed, whatever else is to be waited for
        again = again != null && again.isUnauthorized() ? again : refusal;
      } else {
        batch.refused(id, refusal);
      }
    }
    if (batch.isAnythingOutstanding()) {
      throw again != null ? again
          : new GraphException(request.inWords(), 0, "MailroomCutAnswer", null, null, "parts of a batch have no answer", null);
    }
  }

  private GraphException refusal(JsonBatch batch, JsonBatch.Part part, JsonNode response, int status) {
    JsonNode error = response.path("body").path("error");
    String retryAfter = header(response, "Retry-After");
    Duration wait = RetryAfter.parse(retryAfter, clock.instant()).map(RetryAfter::delay).orElse(null);
    return new GraphException(part.inWords() + " messages of " + batch.mailbox(),
        status, error.path("code").asText(null), error.path("innerError").path("request-id").asText(null), wait,
        ClaimsChallenge.in(header(response, "WWW-Authenticate"), json), null, null);
  }

  private static String header(JsonNode response, String name) {
    String value = null;
    for (var header = response.path("headers").fields(); header.hasNext();) {
      var field = header.next();
      value = field.getKey().equalsIgnoreCase(name) ? field.getValue().asText() : value;
    }
    return value;
  }
}
