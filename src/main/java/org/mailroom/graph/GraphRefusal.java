package org.mailroom.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.zip.ZipException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.Variable;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.SentToken;
import org.mailroom.credential.TokenCache;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Turns what went wrong with a request into a {@link GraphException}, counts the try, and draws the
 * two consequences that concern more than this request: a throttled mailbox is paused, a refused
 * token is replaced.
 */
@Component("graphRefusal")
public final class GraphRefusal {

  private static final int LONGEST_DETAIL = 200;

  private final MailboxGates gates;
  private final TokenCache tokens;
  private final GraphMetrics metrics;
  private final ObjectMapper json;
  private final ServiceClock clock;
  private final Limits limits;

  GraphRefusal(
      MailboxGates gates,
      TokenCache tokens,
      GraphMetrics metrics,
      ObjectMapper json,
      ServiceClock clock,
      MailroomProperties properties) {
    this.gates = gates;
    this.tokens = tokens;
    this.metrics = metrics;
    this.json = json;
    this.clock = clock;
    this.limits = properties.limits();
  }

  /**
   * Raises the failure of a try; what is already in plain words is raised as it is.
   *
   * @param sent the token that the request went out with, or null
   * @throws GraphException for whatever the service answered or didn't; failures of the credential,
   *     or of whoever read, are raised as they are
   */
  public void raise(
      @Variable("request") GraphRequest<?> request,
      @ExchangeProperty(SentToken.PROPERTY) SentToken sent,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure)
      throws Exception {
    Exception raised = inWords(request, sent, unwrapped(failure));
    request.tries().failed(raised);
    throw raised;
  }

  private static Exception unwrapped(Exception failure) {
    // a bean in an expression: Camel wraps what it raised
    return failure instanceof RuntimeCamelException && failure.getCause() instanceof Exception cause
        ? unwrapped(cause)
        : failure;
  }

  private Exception inWords(GraphRequest<?> request, SentToken sent, Exception failure) {
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    if (Thread.currentThread().isInterrupted()) {
      return new StoppingException(request.mailbox());
    }
    if (failure instanceof GraphException said) {
      // of a part of a batch whose answer as a whole is a success, or of whoever read
      if (said.status() > 0) {
        metrics.answered(request);
      } else {
        metrics.refused(request, said);
      }
      return refused(request, sent, said);
    }
    GraphException refusal =
        failure instanceof HttpOperationFailedException answer
            ? refusal(request, answer)
            : failure instanceof IOException trouble ? trouble(request, trouble) : null;
    if (refusal == null) {
      return failure;
    }
    metrics.refused(request, refusal);
    if (failure instanceof HttpOperationFailedException
        && (refusal.status() == 429 || refusal.status() == 503)) {
      gates.pause(request, refusal.status(), refusal.retryAfter().orElse(null));
    }
    return refused(request, sent, refusal);
  }

  private GraphException refused(GraphRequest<?> request, SentToken sent, GraphException refusal) {
    if (refusal.isUnauthorized()
        && !tokens.refused(request.credential(), sent, request.mailbox(), refusal.claims())) {
      request.tries().tokenStays();
    }
    return refusal;
  }

  private GraphException trouble(GraphRequest<?> request, IOException trouble) {
    if (trouble instanceof JsonProcessingException) {
      return without(request, GraphErrorCodes.CUT, null, trouble);
    }
    if (trouble instanceof GraphAnswers.NotJsonException) {
      return without(request, GraphErrorCodes.NOT_JSON, trouble.getMessage(), trouble);
    }
    if (trouble instanceof AnswerCutException) {
      return without(request, GraphErrorCodes.TOO_SLOW, trouble.getMessage(), trouble);
    }
    if (trouble instanceof SocketTimeoutException
        && !(trouble instanceof ConnectTimeoutException)) {
      return without(
          request, GraphErrorCodes.SILENCE, TimeInWords.of(limits.responseTimeout()), trouble);
    }
    if (trouble instanceof WrongAnswerException) {
      return without(request, GraphErrorCodes.CUT, trouble.getMessage(), trouble);
    }
    boolean cut =
        trouble instanceof EOFException
            || trouble instanceof ConnectionClosedException
            || trouble instanceof MalformedChunkCodingException
            || trouble instanceof ZipException;
    return without(
        request,
        cut ? GraphErrorCodes.CUT : null,
        inWords(trouble) + " at " + request.uri().getHost(),
        trouble);
  }

  private static GraphException without(
      GraphRequest<?> request,
      @Nullable String code,
      @Nullable String detail,
      IOException trouble) {
    return new GraphException(request.operation(), request.mailbox(), 0, code, detail, trouble);
  }

  private GraphException refusal(GraphRequest<?> request, HttpOperationFailedException answer) {
    Map<String, String> headers = answer.getResponseHeaders();
    clock.answered(header(headers, "Date"));
    Instant serviceNow = clock.now();
    Duration retryAfter =
        RetryAfter.parse(header(headers, "Retry-After"), serviceNow, limits.longestRetryAfter())
            .map(RetryAfter::delay)
            .orElse(null);
    JsonNode error = errorOf(answer.getResponseBody());
    String claims =
        answer.getStatusCode() == 401
            ? ClaimsChallenge.in(header(headers, "WWW-Authenticate"), json)
            : null;
    return new GraphException(
        request.operation(),
        request.mailbox(),
        new GraphException.Answer(
            answer.getStatusCode(),
            text(error, "code"),
            requestId(error, headers),
            retryAfter,
            claims),
        null,
        null);
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

  private static @Nullable String requestId(JsonNode error, Map<String, String> headers) {
    String fromBody = text(error.path("innerError"), "request-id");
    return fromBody != null ? fromBody : header(headers, "request-id");
  }

  private static @Nullable String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isTextual() && !value.textValue().isBlank() ? value.textValue() : null;
  }

  private static @Nullable String header(Map<String, String> headers, String name) {
    return headers == null
        ? null
        : headers.entrySet().stream()
            .filter(header -> name.equalsIgnoreCase(header.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
  }

  private static String inWords(Exception failure) {
    String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
    String text = failure.getClass().getSimpleName() + message;
    return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "…";
  }
}
