package org.mailroom.graph;

import org.jspecify.annotations.Nullable;

/**
 * What an answer of Graph means and what to do about it: the one table that log, health, console
 * and {@code check} print from. {@link GraphErrorCodes} tells which answer it is.
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
}
