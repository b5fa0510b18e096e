package org.mailroom.graph;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;

/**
 * An answer of Graph that isn't a success, or none at all. Its message is one sentence for the operator: what happened, where,
 * and what to do; it carries Graph's error code and request-id, never a token or a body.
 *
 * <p>Decisions are taken on the HTTP status and {@code error.code}, never on {@code error.message}.
 */
public final class GraphException extends RuntimeException {

  private final String operation;
  private final int status;
  private final String code;
  private final String requestId;
  private final Duration retryAfter;
  private final String claims;

  /**
   * @param operation what was asked, for example {@code list messages of support@contoso.com}
   * @param status HTTP status, or 0 when there was no answer
   * @param code Graph's {@code error.code}, or null
   * @param requestId Graph's {@code request-id}, or null
   * @param retryAfter the wait that the answer asks for, or null
   * @param detail what else is known, for an answer without a code; or null
   */
  public GraphException(
      String operation, int status, String code, String requestId, Duration retryAfter, String detail, Throwable cause) {
    this(operation, status, code, requestId, retryAfter, null, detail, cause);
  }

  /**
   * @param claims what the answer demands of the next token, as JSON, or null
   */
  GraphException(
      String operation, int status, String code, String requestId, Duration retryAfter, String claims, String detail, Throwable cause) {
    super(sentence(operation, status, code, requestId, detail), cause);
    this.operation = operation;
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.claims = claims;
  }

  private static String sentence(String operation, int status, String code, String requestId, String detail) {
    GraphError error = GraphError.of(operation, status, code);
    StringBuilder text = new StringBuilder(operation).append(": ").append(error.cause());
    text.append(" (").append(status == 0 ? "no answer" : "HTTP " + status);
    if (code != null) {
      text.append(' ').append(code);
    }
    if (requestId != null) {
      text.append(", request-id ").append(requestId);
    }
    if (detail != null) {
      text.append(", ").append(detail);
    }
    return text.append("). ").append(error.remedy()).toString();
  }

  public String operation() {
    return operation;
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  public String requestId() {
    return requestId;
  }

  /** What the answer demands of the next token, as JSON; or null. */
  String claims() {
    return claims;
  }

  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** Asking again may help: no answer, throttling, or trouble of the service. */
  public boolean isTransient() {
    return switch (status) {
      case 0, 408, 409, 412, 423, 424, 429, 500, 502, 503, 504, 509 -> true;
      default -> false;
    };
  }

  /** The token was refused; a new one may be taken. */
  public boolean isUnauthorized() {
    return status == 401;
  }

  /** The item, not the mailbox, isn't there (any more): somebody moved or deleted it. */
  public boolean isGone() {
    return (status == 404 || status == 410) && ("ErrorItemNotFound".equals(code) || "itemNotFound".equals(code));
  }

  /** An answer to a request for one message that concerns this message and not the mailbox or the service: the others can go on. */
  public boolean concernsOneMessage() {
    return switch (status) {
      case 400, 405, 406, 411, 413, 414, 415, 416, 422 -> true;
      default -> isGone();
    };
  }

  /** An answer that may be due to the one message that was asked for, or to trouble that the others have, too. */
  public boolean mayConcernOneMessage() {
    return switch (status) {
      case 403, 404, 409, 412, 423, 500, 501, 502, 503, 504, 507, 509 -> true;
      case 0 -> !isUnreachable();
      default -> false;
    };
  }

  /** There was no connection to the service at all. */
  private boolean isUnreachable() {
    Throwable cause = getCause();
    return cause instanceof ConnectException || cause instanceof UnknownHostException || cause instanceof NoRouteToHostException
        || cause instanceof ConnectTimeoutException || cause instanceof SSLHandshakeException || cause instanceof SSLPeerUnverifiedException;
  }
}
