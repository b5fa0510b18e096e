package org.mailroom.message;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.WrongAnswerException;
import org.mailroom.settings.Causes;

/**
 * An answer of 200 that isn't what was promised: it counts as none, and the request is sent again.
 * Its message is a clause for the operator: {@code the service gave 0 of 100,180 bytes of
 * attachment 1 (contract.pdf)}.
 */
final class IncompleteAnswerException extends WrongAnswerException {

  IncompleteAnswerException(String clause) {
    super(clause);
  }

  static IncompleteAnswerException cut(long given, long told, String part) {
    return new IncompleteAnswerException(
        String.format(Locale.ROOT, "the service gave %,d of %,d bytes of %s", given, told, part));
  }

  /** Finds one among the causes of a failure; null when there is none. */
  static @Nullable IncompleteAnswerException in(Throwable failure) {
    return Causes.first(failure, IncompleteAnswerException.class).orElse(null);
  }
}
