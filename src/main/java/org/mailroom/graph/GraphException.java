package org.mailroom.graph;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An answer of Graph that isn't a success, or none at all. Its message is one sentence for the
 * operator: what happened, where, and what to do; it carries Graph's error code and request-id,
 * never a token or a body.
 *
 * <p>Decisions are taken on the operation, the HTTP status and {@code error.code}, never on a text.
 */
public final class GraphException extends RuntimeException {

  /** Codes that say by themselves that it is no message's fault, whatever their status. */
  private static final Set<String> NEVER_ONE_MESSAGE =
      Set.of("ErrorFolderNotFound", GraphErrorCodes.NO_FOLDER);

  /**
   * What an answer said.
   *
   * @param status HTTP status, or 0 when there was no answer that counts
   * @param code Graph's {@code error.code}, one of Mailroom's own where there is none, or null
   * @param requestId Graph's {@code request-id}, or null
   * @param retryAfter the wait that the answer asks for, or null
   * @param claims what the answer demands of the next token, as JSON, or null
   */
  record Answer(
      int status,
      @Nullable String code,
      @Nullable String requestId,
      @Nullable Duration retryAfter,
      @Nullable String claims) {

    static Answer of(int status, @Nullable String code) {
      return new Answer(status, code, null, null, null);
    }
  }

  private final GraphOperation operation;
  private final String mailbox;
  private final @Nullable String subject;
  private final Answer answer;
  private final @Nullable String detail;
  private final GraphError error;

  /**
   * @param status HTTP status, or 0 when there was no answer that counts
   * @param code Graph's {@code error.code}, one of Mailroom's own ({@code Mailroom…}), or null
   * @param detail what else is known, or null
   * @param why what it came from, or null
   */
  public GraphException(
      GraphOperation operation,
      String mailbox,
      int status,
      @Nullable String code,
      @Nullable String detail,
      @Nullable Throwable why) {
    this(operation, mailbox, null, Answer.of(status, code), detail, why);
  }

  GraphException(
      GraphOperation operation,
      String mailbox,
      Answer answer,
      @Nullable String detail,
      @Nullable Throwable why) {
    this(operation, mailbox, null, answer, detail, why);
  }

  private GraphException(
      GraphOperation operation,
      String mailbox,
      @Nullable String subject,
      Answer answer,
      @Nullable String detail,
      @Nullable Throwable why) {
    super(null, why);
    this.operation = operation;
    this.mailbox = mailbox;
    this.subject = subject;
    this.answer = answer;
    this.detail = detail;
    this.error = GraphErrorCodes.meaning(operation, answer.status(), answer.code());
  }

  /** The same, about one of several things of a kind: {@code attachment 3 of 5} say. */
  public GraphException about(String subjectOfRequest) {
    GraphException same =
        new GraphException(operation, mailbox, subjectOfRequest, answer, detail, getCause());
    same.setStackTrace(getStackTrace());
    return same;
  }

  /** What happened and where, and what to do about it while Mailroom goes on. */
  @Override
  public String getMessage() {
    return cause() + " " + remedy();
  }

  /** What happened and where, in one sentence. */
  public String cause() {
    StringBuilder text = new StringBuilder(operation.inWords()).append(" of ").append(mailbox);
    if (subject != null) {
      text.append(", ").append(subject);
    }
    text.append(": ")
        .append(error.cause(detail))
        .append(" (")
        .append(
            answer.status() != 0
                ? "HTTP " + answer.status()
                : answer.code() == null ? "no answer" : answer.code());
    if (answer.status() != 0 && answer.code() != null) {
      text.append(' ').append(answer.code());
    }
    if (answer.requestId() != null) {
      text.append(", request-id ").append(answer.requestId());
    }
    if (detail != null && !error.tellsDetail()) {
      text.append(", ").append(detail);
    }
    return text.append(").").toString();
  }

  /** What to do about it, while Mailroom goes on with it by itself where that helps. */
  public String remedy() {
    return error.remedy();
  }

  /** What to do about a delivery that was given up because of it. */
  public String remedyWhenGivenUp() {
    return error.remedyWhenGivenUp();
  }

  public GraphOperation operation() {
    return operation;
  }

  public String mailbox() {
    return mailbox;
  }

  /** HTTP status, or 0 when there was no answer that counts. */
  public int status() {
    return answer.status();
  }

  public @Nullable String code() {
    return answer.code();
  }

  public @Nullable String requestId() {
    return answer.requestId();
  }

  /** What the answer demands of the next token, as JSON; or null. */
  @Nullable String claims() {
    return answer.claims();
  }

  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(answer.retryAfter());
  }

  /** Asking again may help: no answer that counts, throttling, or trouble of the service. */
  public boolean isTransient() {
    return switch (answer.status()) {
      case 0 ->
          error != GraphError.FOREIGN_LINK
              && error != GraphError.BROKEN_PAGING
              && error != GraphError.FOLDER_MISSING;
      case 408, 409, 412, 423, 424, 429, 500, 502, 503, 504, 509 ->
          error != GraphError.MAILBOX_FULL;
      default -> false;
    };
  }

  /** The token was refused; a new one may be taken. */
  public boolean isUnauthorized() {
    return answer.status() == 401;
  }

  /** The service asks to wait. */
  public boolean isThrottled() {
    return answer.status() == 429;
  }

  /** The item, not the mailbox, isn't there (any more): somebody moved or deleted it. */
  public boolean isGone() {
    return (answer.status() == 404 || answer.status() == 410)
        && ("ErrorItemNotFound".equals(answer.code()) || "itemNotFound".equals(answer.code()));
  }

  /**
   * An answer to a request for one message that concerns this message and not the mailbox or the
   * service: the others can go on.
   */
  public boolean concernsOneMessage() {
    return !error.isOfTheMailbox()
        && switch (answer.status()) {
          case 400, 405, 406, 411, 413, 414, 415, 416, 422 -> true;
          default -> isGone();
        };
  }

  /**
   * An answer that may be due to the one message that was asked for, or to trouble that the others
   * have, too.
   */
  public boolean mayConcernOneMessage() {
    return !error.isOfTheMailbox()
        && switch (answer.status()) {
          case 403, 404, 409, 412, 423, 500, 501, 502, 503, 504, 507, 509 -> true;
          case 0 -> !isUnreachable() && error != GraphError.FOLDER_MISSING;
          default -> false;
        };
  }

  /** A page was refused, and one of its messages may be why: a smaller page tells. */
  public boolean mayBeOneMessagesFault() {
    return !error.isOfTheMailbox()
        && !NEVER_ONE_MESSAGE.contains(answer.code() == null ? "" : answer.code())
        && switch (answer.status()) {
          case 400, 403, 404, 409, 500, 502, 503, 504 -> true;
          case 0 -> !isUnreachable();
          default -> false;
        };
  }

  /**
   * The service was silent for too long, or its answer took too long: another try costs as much
   * again.
   */
  public boolean isOutOfTime() {
    return error == GraphError.SILENCE || error == GraphError.TOO_SLOW;
  }

  /**
   * A subscription was refused, for the service couldn't reach the address for its notifications:
   * that holds for every other one, too.
   */
  public boolean isOfNotificationAddress() {
    return error == GraphError.PUSH_UNREACHABLE;
  }

  /** The service refused the request without doing anything of it. */
  public boolean isBeforeAnyWork() {
    return answer.status() >= 400 && answer.status() < 500 && answer.status() != 408;
  }

  /** There was no connection to the service at all. */
  boolean isUnreachable() {
    Throwable cause = getCause();
    return cause instanceof ConnectException
        || cause instanceof UnknownHostException
        || cause instanceof NoRouteToHostException
        || cause instanceof ConnectTimeoutException
        || cause instanceof SSLHandshakeException
        || cause instanceof SSLPeerUnverifiedException;
  }
}
