package org.mailroom.message;

import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;

/**
 * The service doesn't give what belongs to one message. Its message is for the operator: which
 * part, what the service said, and what to do, in words that hold while the delivery is tried again
 * and when it is given up.
 */
final class FetchException extends RuntimeException {

  private static final String LOOK =
      "Open the message in Outlook; if it opens there, fetch it again with: failed retry";

  private FetchException(String cause, GraphOperation operation, Exception why) {
    super(cause + ". " + remedy(operation), why);
  }

  static FetchException of(Asked asked, GraphException refusal) {
    return new FetchException(
        "the service doesn't give " + asked.words() + ": " + said(asked, refusal),
        asked.operation(),
        refusal);
  }

  /**
   * @param why the failure that it came as
   */
  static FetchException of(Asked asked, IncompleteAnswerException incomplete, Exception why) {
    return new FetchException(String.valueOf(incomplete.getMessage()), asked.operation(), why);
  }

  private static String said(Asked asked, GraphException refusal) {
    if (refusal.status() == 0) {
      return "there was no whole answer"
          + (refusal.code() == null ? "" : " (" + refusal.code() + ")");
    }
    String meaning = meaning(asked, refusal);
    return meaning
        + "HTTP "
        + refusal.status()
        + (refusal.code() == null ? "" : " " + refusal.code())
        + (refusal.requestId() == null ? "" : ", request-id " + refusal.requestId())
        + (meaning.isEmpty() ? "" : ")");
  }

  private static String meaning(Asked asked, GraphException refusal) {
    return switch (refusal.status()) {
      case 403 ->
          "an application may not read it, which for a single message means that it is protected,"
              + " by rights management say (";
      case 404, 410 ->
          asked.isContent()
              ? "it lists the attachment and doesn't have it ("
              : refusal.isGone() ? "it has the message and says that this isn't there (" : "";
      case 500, 502, 503, 504 -> "it has trouble with it (";
      default -> "";
    };
  }

  private static String remedy(GraphOperation operation) {
    String look =
        switch (operation) {
          case GET_ATTACHMENT, LIST_ATTACHMENTS ->
              "Open the message in Outlook: if its attachments open there, fetch them again with:"
                  + " failed retry";
          case GET_MIME -> "The account's content setting asks for the original. " + LOOK;
          default -> LOOK;
        };
    return look + ". Otherwise settle it with: failed discard";
  }
}
