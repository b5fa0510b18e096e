package org.mailroom.listing;

import org.mailroom.graph.GraphException;

/** Whose fault a refused page is. */
final class Fault {

  private Fault() {}

  /** Whether one message on the page may be why it was refused, so that it is worthwhile to ask for less. */
  static boolean mayBeOneMessages(GraphException refusal) {
    if (refusal.code() != null && isOfTheAccount(refusal.code())) {
      return false;
    }
    return switch (refusal.status()) {
      case 400, 403, 404, 408, 409, 500, 502, 503, 504 -> true;
      case 0 -> refusal.mayConcernOneMessage();
      default -> false;
    };
  }

  private static boolean isOfTheAccount(String code) {
    return switch (code) {
      case "ErrorInvalidUser", "ErrorNonExistentMailbox", "MailboxNotEnabledForRESTAPI", "InefficientFilter", "ErrorInvalidRestriction",
          "ErrorFolderNotFound", "MailroomFolderNotFound", "MailroomForeignNextLink", "MailroomEndlessListing" -> true;
      default -> false;
    };
  }
}
