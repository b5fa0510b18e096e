package org.mailroom.schedule;

/** Another node works on the mailbox, and didn't give it back for as long as was waited. */
public final class MailboxBusyException extends RuntimeException {

  MailboxBusyException(String sentence) {
    super(sentence);
  }
}
