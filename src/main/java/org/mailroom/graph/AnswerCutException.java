package org.mailroom.graph;

import java.io.IOException;

/** A bound of time was reached, and the connection was closed. */
final class AnswerCutException extends IOException {

  /**
   * @param bound in words: {@code not whole within 15 min}
   */
  AnswerCutException(String bound) {
    super(bound);
  }
}
