package org.mailroom.account;

import org.jspecify.annotations.Nullable;
import org.mailroom.credential.CredentialException;
import org.mailroom.graph.GraphException;

/**
 * What other nodes, and the site, are told of a failure.
 *
 * @param message all of it in one or two sentences
 * @param cause what happened and where
 * @param remedy what to do about it; null where {@code cause} says that, too
 * @param code Graph's, where the service was the cause; or null
 * @param passing the service has trouble or asks for patience: nobody at the site can mend that
 * @param ofDatabase Mailroom's own database was the cause
 */
public record FailureInWords(
    @Nullable String message,
    @Nullable String cause,
    @Nullable String remedy,
    @Nullable String code,
    boolean passing,
    boolean ofDatabase) {

  /** A failure that another node met. */
  static final class OfAnotherNode extends RuntimeException {

    private final FailureInWords words;

    OfAnotherNode(FailureInWords words) {
      super(words.message(), null, false, false);
      this.words = words;
    }
  }

  /** Of a failure that was met here, or that another node told. */
  public static FailureInWords of(Exception failure) {
    if (failure instanceof OfAnotherNode told) {
      return told.words;
    }
    if (failure instanceof GraphException graph) {
      return new FailureInWords(
          graph.getMessage(),
          graph.cause(),
          graph.remedy(),
          graph.code(),
          graph.isTransient() && graph.status() != 0,
          false);
    }
    boolean passing =
        failure instanceof CredentialException credential
            && credential.isTransient()
            && !credential.isUnreachable();
    boolean ofDatabase = failure instanceof ImportFailure ended && ended.isOfDatabase();
    return new FailureInWords(
        failure.getMessage(), failure.getMessage(), null, null, passing, ofDatabase);
  }
}
