package org.mailroom.graph;

/**
 * A text of a message, which is its body, is longer than what Mailroom can hold with the memory
 * that Java gives it.
 */
public final class TextTooLongException extends RuntimeException {

  private final int longest;

  /**
   * @param longest what can be held, in bytes
   */
  TextTooLongException(int longest) {
    super("a text of the message is longer than " + longest + " bytes");
    this.longest = longest;
  }

  /** What can be held, in bytes. */
  public int longest() {
    return longest;
  }
}
