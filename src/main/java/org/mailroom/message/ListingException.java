package org.mailroom.message;

/** The service's list of a message's attachments makes no sense: the message's failure. */
final class ListingException extends RuntimeException {

  ListingException(String cause) {
    super(
        cause
            + ". Report it to Microsoft; once the message opens in Outlook, fetch it again with:"
            + " failed retry. Otherwise settle it with: failed discard");
  }
}
