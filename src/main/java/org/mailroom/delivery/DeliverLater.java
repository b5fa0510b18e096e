package org.mailroom.delivery;

import java.time.Instant;

/**
 * Why a delivery waits for itself alone, and until when. Its cause tells in words; it has none
 * itself.
 */
final class DeliverLater extends Exception {

  private final transient Instant until;
  private final String begins;

  /**
   * @param begins how the ledger's error begins, see {@link LedgerRows}
   */
  DeliverLater(String begins, Instant until, Exception why) {
    super(null, why, false, false);
    this.begins = begins;
    this.until = until;
  }

  Instant until() {
    return until;
  }

  String begins() {
    return begins;
  }
}
