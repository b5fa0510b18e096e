package org.mailroom.delivery;

import java.nio.file.Path;

/** The embedded broker in {@code data-dir} serves another process, and nobody else. */
public final class BrokerInUseException extends RuntimeException {

  private final String holder;

  BrokerInUseException(Path dataDir, String holder) {
    super(
        "the embedded broker in "
            + dataDir
            + " is in use by another Mailroom ("
            + holder
            + "), and it opens no port. Wait until that one has ended; or set mailroom.broker-port,"
            + " and start that one anew: then others deliver by it, too");
    this.holder = holder;
  }

  /** Which process, in words. */
  public String holder() {
    return holder;
  }
}
