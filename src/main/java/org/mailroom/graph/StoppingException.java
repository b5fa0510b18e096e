package org.mailroom.graph;

/**
 * Mailroom stops, and what was about to be asked waits for its next start. Not an error: nothing is
 * to be done about it.
 */
public final class StoppingException extends RuntimeException {

  public StoppingException(String mailbox) {
    super("Mailroom stops: mailbox " + mailbox + " is read on after its next start.");
  }
}
