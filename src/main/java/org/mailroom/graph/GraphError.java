package org.mailroom.graph;

/** What an answer of Graph means and what to do about it: the one table that log, health, console and {@code check} print from. */
enum GraphError {
  NO_ANSWER("Microsoft Graph could not be reached",
      "Check the network, DNS, mailroom.proxy, mailroom.ssl-bundle and mailroom.graph-url; Mailroom tries again by itself."),
  TOKEN_REFUSED("Graph refused the access token",
      "Check that mailroom.cloud, graph-url and the credential's tenant-id and scope belong to the same cloud."),
  ACCESS_DENIED("the application may not do this in this mailbox",
      "Grant it Mail.ReadWrite with admin consent, and check that its access policy or RBAC scope includes the mailbox"
          + " (changes take up to two hours)."),
  FOREIGN_LINK("the service named a next page outside the configured Graph address",
      "No token was sent there. Check mailroom.graph-url, and any proxy that rewrites answers."),
  BROKEN_PAGING("the service's listing does not come to an end", "Report it to Microsoft with the request-id; the next poll begins anew."),
  UNKNOWN_MAILBOX("the tenant has no such mailbox", "Check the account's mailbox and its credential's tenant-id."),
  MAILBOX_NOT_IN_CLOUD("the mailbox can't be reached through Graph",
      "Give the user an Exchange Online licence, or migrate the mailbox from the on-premises server."),
  FOLDER_MISSING("the mailbox has no such folder",
      "Check the account's folder: a well-known name such as inbox, a path such as Inbox/Tickets, or an id."),
  ATTACHMENT_MISSING("the service lists an attachment that it doesn't give",
      "Open the message in Outlook; if the attachment can't be opened there either, discard the delivery (failed discard)."),
  ITEM_GONE("it isn't there any more", "Somebody moved or deleted it; nothing to do."),
  BAD_FILTER("the service can't run the filter together with the paging by receivedDateTime",
      "Simplify the account's filter: compare isRead, importance, hasAttachments, or use startswith(subject, '…')."),
  BAD_REQUEST("the service doesn't understand the request", "Check the account's filter and folder; if they are right, report this as a bug."),
  THROTTLED("the service throttles this mailbox", "Mailroom waits as long as the service asks and goes on by itself."),
  CONFLICT("somebody changed the message at the same time", "Mailroom tries again by itself."),
  TOO_LARGE("the request is larger than the service takes", "Report this as a bug."),
  SERVICE_TROUBLE("the service has trouble",
      "Mailroom tries again by itself; see the Microsoft 365 service health page if it lasts."),
  CUT_ANSWER("the answer was cut off or isn't JSON", "Mailroom tries again by itself; check the proxy if it lasts."),
  UNEXPECTED("the service answered something unexpected", "Look the code up in Microsoft Graph's error reference.");

  private final String cause;
  private final String remedy;

  GraphError(String cause, String remedy) {
    this.cause = cause;
    this.remedy = remedy;
  }

  String cause() {
    return cause;
  }

  String remedy() {
    return remedy;
  }

  static GraphError of(String operation, int status, String code) {
    if (status == 404 && "ErrorItemNotFound".equals(code) && (operation.startsWith("list messages") || operation.startsWith("find folder"))) {
      return FOLDER_MISSING;
    }
    if (status == 404 && operation.startsWith("get attachment")) {
      return ATTACHMENT_MISSING;
    }
    GraphError byCode = code == null ? UNEXPECTED : ofCode(code);
    return byCode == UNEXPECTED ? ofStatus(status) : byCode;
  }

  private static GraphError ofCode(String code) {
    return switch (code) {
      case "ErrorInvalidUser", "ErrorNonExistentMailbox", "ResourceNotFound", "Request_ResourceNotFound" -> UNKNOWN_MAILBOX;
      case "MailboxNotEnabledForRESTAPI" -> MAILBOX_NOT_IN_CLOUD;
      case "ErrorFolderNotFound", "MailroomFolderNotFound" -> FOLDER_MISSING;
      case "ErrorItemNotFound", "itemNotFound" -> ITEM_GONE;
      case "InefficientFilter", "ErrorInvalidRestriction" -> BAD_FILTER;
      case "MailroomForeignNextLink" -> FOREIGN_LINK;
      case "MailroomEndlessListing" -> BROKEN_PAGING;
      case "MailroomCutAnswer" -> CUT_ANSWER;
      case "ErrorIrresolvableConflict" -> CONFLICT;
      default -> UNEXPECTED;
    };
  }

  private static GraphError ofStatus(int status) {
    return switch (status) {
      case 0 -> NO_ANSWER;
      case 400 -> BAD_REQUEST;
      case 401 -> TOKEN_REFUSED;
      case 403 -> ACCESS_DENIED;
      case 409, 412 -> CONFLICT;
      case 413 -> TOO_LARGE;
      case 429 -> THROTTLED;
      case 408, 423, 500, 502, 503, 504, 507, 509 -> SERVICE_TROUBLE;
      default -> UNEXPECTED;
    };
  }
}
