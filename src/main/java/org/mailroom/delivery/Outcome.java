package org.mailroom.delivery;

/** What a failed delivery means. */
enum Outcome {

  /** The destination doesn't want this message: an attempt. */
  REFUSED,

  /** It wants this message later: no attempt. */
  LATER,

  /**
   * It takes no message now, and says so itself: all its deliveries wait, no attempt, nothing to
   * mend.
   */
  BUSY,

  /** It takes no message: all its deliveries wait, no attempt. */
  DOWN,

  /** The message's fault or the destination's: another message has to show. */
  IN_DOUBT;

  /** Whether other messages may fare better. */
  boolean isPerhapsOfOneMessage() {
    return this == REFUSED || this == IN_DOUBT;
  }
}
