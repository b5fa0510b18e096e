package org.mailroom.message;

/** A message was received longer ago than its account wants: it is left alone. */
final class TooOldException extends RuntimeException {

  TooOldException() {
    super("the message is older than the account's max-age");
  }
}
