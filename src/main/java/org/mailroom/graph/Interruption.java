package org.mailroom.graph;

import org.mailroom.settings.Causes;

/**
 * What ends an import, or holds it up, without anything being wrong with mailbox, message or
 * service.
 */
public final class Interruption {

  private Interruption() {}

  /**
   * The runtime stops, the mailbox takes no request for a while, or another node has it: what is
   * left comes with a later import.
   */
  public static boolean isOne(Throwable failure) {
    return Causes.of(failure)
        .anyMatch(
            cause ->
                cause instanceof StoppingException
                    || cause instanceof MailboxClosedException
                    || cause instanceof LeaseLostException);
  }
}
