package org.mailroom.graph;

/**
 * The mailbox isn't this node's any more, or may not be: what was about to be sent or written is
 * left to whoever has it. No message has failed by that, and nothing of it is marked.
 */
public final class LeaseLostException extends RuntimeException {

  public LeaseLostException(String sentence) {
    super(sentence);
  }
}
