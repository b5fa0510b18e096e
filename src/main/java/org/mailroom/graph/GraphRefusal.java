package org.mailroom.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.mailroom.credential.CredentialException;
import org.mailroom.credential.SentToken;
import org.mailroom.credential.TokenCache;
import org.springframework.stereotype.Component;

/**
 * Turns what went wrong with a request into a {@link GraphException}, and draws the two consequences that concern more than this
 * request: a throttled mailbox is paused, a refused token is forgotten.
 */
@Component("graphRefusal")
public final class GraphRefusal {

  /** What a throttling answer without a Retry-After is taken to ask for. */
  private static final Duration PAUSE_WITHOUT_RETRY_AFTER = Duration.ofSeconds(2);

  private static final int LONGEST_DETAIL = 200;

  private final MailboxGates gates;
  private final TokenCache tokens;
  private final GraphMetrics metrics;
  private final ObjectMapper json;
  private final Clock clock;

  GraphRefusal(MailboxGates gates, TokenCache tokens, GraphMetrics metrics, ObjectMapper json, Clock clock) {
    this.gates = gates;
    this.tokens = tokens;
    this.metrics = metrics;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Raises the failure of the exchange as a {@link GraphException}; one that is already in plain words is raised as it is.
   *
   * @throws GraphException always, but for failures of the credential, which are raised as they are
   */
  public void raise(
      Exchange exchange, @ExchangeProperty("request") OldGraphRequest request,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) throws Exception {
    if (failure instanceof GraphException part && part.isUnauthorized()) {
      // of a batch that was let in
      tokens.refused(request.credential(), exchange.getProperty(SentToken.PROPERTY, SentToken.class), part.claims());
    }
    if (failure instanceof GraphException || failure instanceof CredentialException || failure instanceof InterruptedException) {
      throw failure;
    }
    if (failure instanceof HttpOperationFailedException answer) {
      throw counted(request, refusal(exchange, request, answer));
    }
    if (failure instanceof JsonProcessingException) {
      throw counted(request, new GraphException(request.inWords(), 0, "MailroomCutAnswer", null, null, null, failure));
    }
    if (failure instanceof IOException) {
      throw counted(request, new GraphException(request.inWords(), 0, null, null, null, inWords(failure) + " at " + request.uri().getHost(), failure));
    }
    throw failure;
  }

  private GraphException counted(OldGraphRequest request, GraphException refusal) {
    metrics.refused(request, refusal);
    return refusal;
  }

  private GraphException refusal(Exchange exchange, OldGraphRequest request, HttpOperationFailedException answer) {
    int status = answer.getStatusCode();
    Duration retryAfter = RetryAfter.parse(header(answer.getResponseHeaders(), "Retry-After"), clock.instant())
        .map(RetryAfter::delay).orElse(null);
    if (status == 429 || status == 503) {
      gates.pause(request, retryAfter != null ? retryAfter : PAUSE_WITHOUT_RETRY_AFTER);
    }
    if (status == 401) {
      String challenge = header(answer.getResponseHeaders(), "WWW-Authenticate");
      tokens.refused(request.credential(), exchange.getProperty(SentToken.PROPERTY, SentToken.class), ClaimsChallenge.in(challenge, json));
    }
    JsonNode error = errorOf(answer.getResponseBody());
    return new GraphException(request.inWords(), status, text(error, "code"), requestId(error, answer), retryAfter, null, null);
  }

  /** The body may be missing, HTML of a gateway, or cut: then only the status counts. */
  private JsonNode errorOf(String body) {
    if (body == null || body.isBlank()) {
      return json.missingNode();
    }
    try {
      return json.readTree(body).path("error");
    } catch (JsonProcessingException notJson) {
      return json.missingNode();
    }
  }

  private static String requestId(JsonNode error, HttpOperationFailedException answer) {
    String fromBody = text(error.path("innerError"), "request-id");
    return fromBody != null ? fromBody : header(answer.getResponseHeaders(), "request-id");
  }

  private static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isTextual() && !value.textValue().isBlank() ? value.textValue() : null;
  }

  private static String header(Map<String, String> headers, String name) {
    return headers == null ? null : headers.entrySet().stream()
        .filter(header -> name.equalsIgnoreCase(header.getKey())).map(Map.Entry::getValue).findFirst().orElse(null);
  }

  private static String inWords(Exception failure) {
    String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
    String text = failure.getClass().getSimpleName() + message;
    return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "…";
  }
}
