package org.mailroom.graph;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells what an answer of Graph means by the operation, the HTTP status and {@code error.code}, or
 * by a code of Mailroom's own where there was no answer that counts.
 */
final class GraphErrorCodes {

  // what Mailroom itself says where the service gave no code that counts
  static final String CUT = "MailroomCutAnswer";
  static final String NOT_JSON = "MailroomNotJson";
  static final String SILENCE = "MailroomNoAnswer";
  static final String TOO_SLOW = "MailroomTooSlow";
  static final String FOREIGN_LINK = "MailroomForeignNextLink";
  static final String ENDLESS = "MailroomEndlessListing";
  static final String NO_FOLDER = "MailroomFolderNotFound";

  private static final Set<GraphOperation> LISTINGS =
      Set.of(
          GraphOperation.LIST_MESSAGES, GraphOperation.LIST_CHANGES, GraphOperation.COUNT_MESSAGES);

  private static final Set<GraphOperation> OF_ONE_MESSAGE =
      Set.of(
          GraphOperation.GET_MESSAGE,
          GraphOperation.LIST_ATTACHMENTS,
          GraphOperation.GET_ATTACHMENT,
          GraphOperation.GET_MIME);

  private GraphErrorCodes() {}

  /**
   * @param status HTTP status, or 0 when there was no answer that counts
   * @param code Graph's {@code error.code}, one of Mailroom's own where there is none, or null
   */
  static GraphError meaning(GraphOperation operation, int status, @Nullable String code) {
    GraphError byOperation = ofOperation(operation, status, code);
    if (byOperation != null) {
      return byOperation;
    }
    GraphError byCode = code == null ? GraphError.UNEXPECTED : ofCode(code);
    return byCode == GraphError.UNEXPECTED ? ofStatus(operation, status) : byCode;
  }

  /** What means something else for one operation than for the others. */
  private static @Nullable GraphError ofOperation(
      GraphOperation operation, int status, @Nullable String code) {
    if ("ErrorQuotaExceeded".equals(code)) {
      return GraphError.MAILBOX_FULL;
    }
    if (operation.isOfSubscriptions() && operation != GraphOperation.DELETE_SUBSCRIPTION) {
      return ofSubscription(operation, status, code);
    }
    if (operation == GraphOperation.LIST_MEMBERS) {
      return status == 403
          ? GraphError.GROUP_FORBIDDEN
          : status == 404 || status == 400 ? GraphError.GROUP_MISSING : null;
    }
    if (status == 404
        && "ErrorItemNotFound".equals(code)
        && (LISTINGS.contains(operation) || operation == GraphOperation.FIND_FOLDER)) {
      return GraphError.FOLDER_MISSING;
    }
    if (status == 404 && operation == GraphOperation.GET_ATTACHMENT) {
      return GraphError.ATTACHMENT_MISSING;
    }
    if (status == 403 && operation == GraphOperation.REPLY) {
      return GraphError.MAY_NOT_SEND;
    }
    if (status == 403 && OF_ONE_MESSAGE.contains(operation)) {
      return GraphError.PROTECTED_MESSAGE;
    }
    if (status == 400 && operation == GraphOperation.GET_MIME) {
      return GraphError.NO_ORIGINAL;
    }
    return null;
  }

  private static @Nullable GraphError ofSubscription(
      GraphOperation operation, int status, @Nullable String code) {
    return switch (status) {
      case 400 ->
          "ValidationError".equals(code) ? GraphError.PUSH_UNREACHABLE : GraphError.PUSH_REFUSED;
      case 403 -> GraphError.PUSH_FORBIDDEN;
      case 404 ->
          operation == GraphOperation.RENEW_SUBSCRIPTION
              ? GraphError.ITEM_GONE
              : GraphError.PUSH_REFUSED;
      case 409 -> GraphError.PUSH_REFUSED;
      default -> null;
    };
  }

  private static GraphError ofCode(String code) {
    return switch (code) {
      case "ErrorInvalidUser",
          "ErrorNonExistentMailbox",
          "ResourceNotFound",
          "Request_ResourceNotFound" ->
          GraphError.UNKNOWN_MAILBOX;
      case "MailboxNotEnabledForRESTAPI" -> GraphError.MAILBOX_NOT_IN_CLOUD;
      case "ErrorFolderNotFound", NO_FOLDER -> GraphError.FOLDER_MISSING;
      case "ErrorInvalidMailboxItemId" -> GraphError.FOREIGN_ITEM;
      case "ErrorMimeContentInvalid" -> GraphError.NO_ORIGINAL;
      case "ErrorItemNotFound", "itemNotFound" -> GraphError.ITEM_GONE;
      case "InefficientFilter", "ErrorInvalidRestriction" -> GraphError.BAD_FILTER;
      case "ErrorIrresolvableConflict" -> GraphError.CONFLICT;
      case FOREIGN_LINK -> GraphError.FOREIGN_LINK;
      case ENDLESS -> GraphError.BROKEN_PAGING;
      case CUT -> GraphError.CUT_ANSWER;
      case NOT_JSON -> GraphError.NOT_JSON;
      case SILENCE -> GraphError.SILENCE;
      case TOO_SLOW -> GraphError.TOO_SLOW;
      default -> GraphError.UNEXPECTED;
    };
  }

  private static GraphError ofStatus(GraphOperation operation, int status) {
    return switch (status) {
      case 0 -> GraphError.NO_ANSWER;
      case 400 ->
          OF_ONE_MESSAGE.contains(operation) || operation.isPartOfBatch()
              ? GraphError.BAD_REQUEST
              : GraphError.BAD_SETTING;
      case 401 -> GraphError.TOKEN_REFUSED;
      case 403 -> GraphError.ACCESS_DENIED;
      case 409, 412 -> GraphError.CONFLICT;
      case 413 -> GraphError.TOO_LARGE;
      case 429 -> GraphError.THROTTLED;
      case 408, 423, 424, 500, 502, 503, 504, 507, 509 -> GraphError.SERVICE_TROUBLE;
      default -> GraphError.UNEXPECTED;
    };
  }
}
