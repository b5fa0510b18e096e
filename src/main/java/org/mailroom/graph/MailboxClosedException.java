package org.mailroom.graph;

import java.time.Instant;

/**
 * A mailbox takes no request for a while, because the service asked to wait or its quota is used
 * up, and others wait for an importer. Not an error: the mailbox is due again when it opens.
 */
public final class MailboxClosedException extends RuntimeException {

  private final String mailbox;
  private final Instant until;

  MailboxClosedException(String mailbox, Instant until) {
    super(
        "Mailbox " + mailbox + " takes no request until " + until + "; meanwhile others are read.");
    this.mailbox = mailbox;
    this.until = until;
  }

  public String mailbox() {
    return mailbox;
  }

  /** When it opens, as far as is known. */
  public Instant until() {
    return until;
  }
}
