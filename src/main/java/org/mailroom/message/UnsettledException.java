package org.mailroom.message;

/**
 * A message isn't in the mailbox as it will be: it is left as it is and asked for again at a later
 * poll. Its message says why.
 */
final class UnsettledException extends RuntimeException {

  UnsettledException(String why) {
    super(why);
  }
}
