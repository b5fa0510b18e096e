package org.mailroom.graph;

import java.io.IOException;

/**
 * An answer came, and it isn't what was asked for, whatever its status. Its message is a clause:
 * {@code the answer is an error: ErrorItemNotFound}.
 */
public class WrongAnswerException extends IOException {

  public WrongAnswerException(String clause) {
    super(clause);
  }
}
