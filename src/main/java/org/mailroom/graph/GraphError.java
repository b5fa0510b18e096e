package org.mailroom.graph;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an answer of Graph means and what to do about it: the one table that log, health, console
 * and {@code check} print from. It is keyed on the operation, the HTTP status and {@code
 * error.code}, or a code of Mailroom's own where there was no answer that counts.
 */
enum GraphError {
  NO_ANSWER(
      true,
      "Microsoft Graph could not be reached",
      "Check the network, DNS, mailroom.proxy, mailroom.ssl-bundle and mailroom.graph-url; Mailroom"
          + " tries again by itself."),
  SILENCE(
      true,
      "the service gave no answer within %s",
      "Mailroom tries again by itself; check the network and the proxy if it lasts."),
  TOO_SLOW(
      true,
      "the service's answer came too slowly: %s",
      "Mailroom tries again by itself; check the network and the proxy if it lasts, or raise"
          + " mailroom.limits.request-timeout."),
  TOKEN_REFUSED(
      false,
      "Graph refused the access token",
      "Check that mailroom.cloud, graph-url and the credential's tenant-id and scope belong to the"
          + " same cloud."),
  ACCESS_DENIED(
      false,
      "the application may not do this in this mailbox",
      "Grant it Mail.ReadWrite with admin consent, and check that its access policy or RBAC scope"
          + " includes the mailbox (changes take up to two hours). Where a person signed in for it,"
          + " that has to be the mailbox's owner, or somebody whom it is shared with."),
  MAY_NOT_SEND(
      false,
      "the application may not send from this mailbox",
      "Grant the credential Mail.Send with admin consent, or by RBAC for this mailbox alone:"
          + " mailroom setup --permission Mail.Send prints the lines (changes take up to two"
          + " hours)."),
  MAILBOX_FULL(
      false, "the mailbox is full", "Free space in it, raise its quota, or give it an archive."),
  PROTECTED_MESSAGE(
      false,
      "the service doesn't give the content of this one message, as with a message that is"
          + " protected (rights management)",
      "Open the message in Outlook. If the service refuses all messages of the mailbox, grant the"
          + " application Mail.ReadWrite with admin consent."),
  NO_ORIGINAL(
      false, "the service can't give the original of this message", "Open the message in Outlook."),
  FOREIGN_ITEM(
      false,
      "the message doesn't belong to this mailbox",
      "Somebody moved it to another mailbox, or it lies in a shared one: open it in Outlook, and"
          + " mark or move it there."),
  FOREIGN_LINK(
      false,
      "the service named a next page outside the configured Graph address",
      "No token was sent there. Check mailroom.graph-url, and any proxy that rewrites answers."),
  BROKEN_PAGING(
      false,
      "the service's listing does not come to an end",
      "Report it to Microsoft with the request-id; the next poll begins anew."),
  UNKNOWN_MAILBOX(
      false,
      "the tenant has no such mailbox",
      "Check the account's mailbox and its credential's tenant-id."),
  MAILBOX_NOT_IN_CLOUD(
      false,
      "the mailbox can't be reached through Graph",
      "Give the user an Exchange Online licence, or migrate the mailbox from the on-premises"
          + " server."),
  FOLDER_MISSING(
      false,
      "the mailbox has no such folder",
      "Check the account's folder: a well-known name such as inbox, a path such as Inbox/Tickets,"
          + " or an id."),
  ATTACHMENT_MISSING(
      false,
      "the service lists an attachment that it doesn't give",
      "Open the message in Outlook; if the attachment can't be opened there either, discard the"
          + " delivery (failed discard)."),
  ITEM_GONE(false, "it isn't there any more", "Somebody moved or deleted it; nothing to do."),
  BAD_FILTER(
      false,
      "the service can't run the filter together with the paging by receivedDateTime",
      "Simplify the account's filter: compare isRead, importance, hasAttachments, or use"
          + " startswith(subject, '…')."),
  BAD_SETTING(
      false,
      "the service doesn't understand the request",
      "Check the account's filter and folder; if they are right, report this as a bug."),
  BAD_REQUEST(
      false,
      "the service doesn't understand the request",
      "Open the message in Outlook; if nothing is wrong with it, report this as a bug."),
  THROTTLED(
      true,
      "the service throttles this mailbox",
      "Mailroom waits as long as the service asks and goes on by itself."),
  CONFLICT(
      true, "somebody changed the message at the same time", "Mailroom tries again by itself."),
  TOO_LARGE(false, "the request is larger than the service takes", "Report this as a bug."),
  SERVICE_TROUBLE(
      true,
      "the service has trouble",
      "Mailroom tries again by itself; see the Microsoft 365 service health page if it lasts."),
  NOT_JSON(
      true,
      "the answer isn't Graph's: it is no JSON",
      "Mailroom tries again by itself; check mailroom.proxy and mailroom.graph-url if it lasts:"
          + " something between answers in the service's place."),
  CUT_ANSWER(
      true,
      "the answer was cut off or isn't whole",
      "Mailroom tries again by itself; check the proxy if it lasts."),
  PUSH_FORBIDDEN(
      false,
      "the application may not subscribe to this mailbox",
      "Mailroom goes on polling. Application permission needs Mail.Read or Mail.ReadWrite for the"
          + " mailbox; a delegated credential may subscribe to the mailbox of whoever signed in,"
          + " and to no shared one."),
  PUSH_UNREACHABLE(
      false,
      "Microsoft Graph can't reach Mailroom there",
      "Mailroom goes on polling. Let the address be reached from the internet, by https with a"
          + " certificate of a public authority and without a sign-in before it, or set"
          + " mailroom.push.mode: off."),
  PUSH_REFUSED(
      false,
      "the service doesn't take this subscription",
      "Mailroom goes on polling; look the code up in Microsoft Graph's error reference."),
  GROUP_FORBIDDEN(
      false,
      "the application may not read who is in the group",
      "Grant it GroupMember.Read.All and User.ReadBasic.All with admin consent; then wait for a new"
          + " token."),
  GROUP_MISSING(
      false,
      "the tenant has no such group",
      "Check members-of: it is the object id of a group of the credential's tenant."),
  UNEXPECTED(
      false,
      "the service answered something unexpected",
      "Look the code up in Microsoft Graph's error reference.");

  static final String CODE_CUT = "MailroomCutAnswer";
  static final String CODE_NOT_JSON = "MailroomNotJson";
  static final String CODE_SILENCE = "MailroomNoAnswer";
  static final String CODE_TOO_SLOW = "MailroomTooSlow";
  static final String CODE_FOREIGN_LINK = "MailroomForeignNextLink";
  static final String CODE_ENDLESS = "MailroomEndlessListing";
  static final String CODE_NO_FOLDER = "MailroomFolderNotFound";

  private static final Set<GraphOperation> LISTINGS =
      Set.of(
          GraphOperation.LIST_MESSAGES, GraphOperation.LIST_CHANGES, GraphOperation.COUNT_MESSAGES);

  private static final Set<GraphOperation> OF_ONE_MESSAGE =
      Set.of(
          GraphOperation.GET_MESSAGE,
          GraphOperation.LIST_ATTACHMENTS,
          GraphOperation.GET_ATTACHMENT,
          GraphOperation.GET_MIME);

  private static final String WHEN_GIVEN_UP =
      "Open the message in Outlook; then failed retry imports it, or failed discard takes it off"
          + " the list.";

  private final boolean passes;
  private final String cause;
  private final String remedy;

  GraphError(boolean passes, String cause, String remedy) {
    this.passes = passes;
    this.cause = cause;
    this.remedy = remedy;
  }

  /**
   * @param detail what is known beside status and code, or null
   */
  String cause(@Nullable String detail) {
    return tellsDetail() ? cause.formatted(detail == null ? "its time" : detail) : cause;
  }

  /** The cause itself holds the detail. */
  boolean tellsDetail() {
    return cause.contains("%s");
  }

  /** What to do while Mailroom goes on with it. */
  String remedy() {
    return remedy;
  }

  /**
   * What to do about a delivery that was given up because of it: nothing is tried by itself any
   * more.
   */
  String remedyWhenGivenUp() {
    return switch (this) {
      case ITEM_GONE -> "Somebody moved or deleted it; failed discard takes it off the list.";
      case ATTACHMENT_MISSING -> remedy;
      case NO_ORIGINAL, BAD_REQUEST, UNEXPECTED -> WHEN_GIVEN_UP;
      default ->
          passes
              ? WHEN_GIVEN_UP
              : remedy + " Then failed retry imports it, or failed discard takes it off the list.";
    };
  }

  /** It is a matter of the mailbox, the folder or the account: never of one message. */
  boolean isOfTheMailbox() {
    return switch (this) {
      case TOKEN_REFUSED,
          MAILBOX_FULL,
          FOREIGN_LINK,
          BROKEN_PAGING,
          UNKNOWN_MAILBOX,
          MAILBOX_NOT_IN_CLOUD,
          BAD_FILTER,
          THROTTLED ->
          true;
      default -> false;
    };
  }

  static GraphError of(GraphOperation operation, int status, @Nullable String code) {
    GraphError byOperation = ofOperation(operation, status, code);
    if (byOperation != null) {
      return byOperation;
    }
    GraphError byCode = code == null ? UNEXPECTED : ofCode(code);
    return byCode == UNEXPECTED ? ofStatus(operation, status) : byCode;
  }

  /** What means something else for one operation than for the others. */
  private static @Nullable GraphError ofOperation(
      GraphOperation operation, int status, @Nullable String code) {
    if ("ErrorQuotaExceeded".equals(code)) {
      return MAILBOX_FULL;
    }
    if (operation.isOfSubscriptions() && operation != GraphOperation.DELETE_SUBSCRIPTION) {
      return ofSubscription(operation, status, code);
    }
    if (operation == GraphOperation.LIST_MEMBERS) {
      return status == 403
          ? GROUP_FORBIDDEN
          : status == 404 || status == 400 ? GROUP_MISSING : null;
    }
    if (status == 404
        && "ErrorItemNotFound".equals(code)
        && (LISTINGS.contains(operation) || operation == GraphOperation.FIND_FOLDER)) {
      return FOLDER_MISSING;
    }
    if (status == 404 && operation == GraphOperation.GET_ATTACHMENT) {
      return ATTACHMENT_MISSING;
    }
    if (status == 403 && operation == GraphOperation.REPLY) {
      return MAY_NOT_SEND;
    }
    if (status == 403 && OF_ONE_MESSAGE.contains(operation)) {
      return PROTECTED_MESSAGE;
    }
    if (status == 400 && operation == GraphOperation.GET_MIME) {
      return NO_ORIGINAL;
    }
    return null;
  }

  private static @Nullable GraphError ofSubscription(
      GraphOperation operation, int status, @Nullable String code) {
    return switch (status) {
      case 400 -> "ValidationError".equals(code) ? PUSH_UNREACHABLE : PUSH_REFUSED;
      case 403 -> PUSH_FORBIDDEN;
      case 404 -> operation == GraphOperation.RENEW_SUBSCRIPTION ? ITEM_GONE : PUSH_REFUSED;
      case 409 -> PUSH_REFUSED;
      default -> null;
    };
  }

  private static GraphError ofCode(String code) {
    return switch (code) {
      case "ErrorInvalidUser",
          "ErrorNonExistentMailbox",
          "ResourceNotFound",
          "Request_ResourceNotFound" ->
          UNKNOWN_MAILBOX;
      case "MailboxNotEnabledForRESTAPI" -> MAILBOX_NOT_IN_CLOUD;
      case "ErrorFolderNotFound", CODE_NO_FOLDER -> FOLDER_MISSING;
      case "ErrorInvalidMailboxItemId" -> FOREIGN_ITEM;
      case "ErrorMimeContentInvalid" -> NO_ORIGINAL;
      case "ErrorItemNotFound", "itemNotFound" -> ITEM_GONE;
      case "InefficientFilter", "ErrorInvalidRestriction" -> BAD_FILTER;
      case "ErrorIrresolvableConflict" -> CONFLICT;
      case CODE_FOREIGN_LINK -> FOREIGN_LINK;
      case CODE_ENDLESS -> BROKEN_PAGING;
      case CODE_CUT -> CUT_ANSWER;
      case CODE_NOT_JSON -> NOT_JSON;
      case CODE_SILENCE -> SILENCE;
      case CODE_TOO_SLOW -> TOO_SLOW;
      default -> UNEXPECTED;
    };
  }

  private static GraphError ofStatus(GraphOperation operation, int status) {
    return switch (status) {
      case 0 -> NO_ANSWER;
      case 400 ->
          OF_ONE_MESSAGE.contains(operation) || operation.isPartOfBatch()
              ? BAD_REQUEST
              : BAD_SETTING;
      case 401 -> TOKEN_REFUSED;
      case 403 -> ACCESS_DENIED;
      case 409, 412 -> CONFLICT;
      case 413 -> TOO_LARGE;
      case 429 -> THROTTLED;
      case 408, 423, 424, 500, 502, 503, 504, 507, 509 -> SERVICE_TROUBLE;
      default -> UNEXPECTED;
    };
  }
}
