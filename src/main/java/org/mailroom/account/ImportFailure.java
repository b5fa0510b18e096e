package org.mailroom.account;

import java.sql.SQLException;
import org.mailroom.settings.DatabaseBreaker;
import org.mailroom.credential.CredentialException;
import org.mailroom.graph.GraphException;
import org.mailroom.message.StorageException;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Why an import ended early, in words for the operator. */
final class ImportFailure extends RuntimeException {

  private final boolean ofDatabase;

  private ImportFailure(String sentence, Throwable cause, boolean ofDatabase) {
    super(sentence, cause);
    this.ofDatabase = ofDatabase;
  }

  boolean isOfDatabase() {
    return ofDatabase;
  }

  /** Returns the failure itself when it has words already. */
  static Exception inWords(Exception why) {
    Throwable root = why;
    boolean database = false;
    for (Throwable cause = why; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
      if (cause instanceof GraphException || cause instanceof CredentialException || cause instanceof StorageException || cause instanceof ImportFailure) {
        return (Exception) cause;
      }
      database |= cause instanceof DataAccessException || cause instanceof TransactionException || cause instanceof SQLException;
      root = cause;
    }
    String reason = database ? DatabaseBreaker.reason(why) : root.getClass().getSimpleName() + (root.getMessage() == null ? "" : ": " + root.getMessage().lines().findFirst().orElse(""));
    return database
        ? new ImportFailure("Mailroom's database doesn't answer as it should (" + reason + "). " + DatabaseBreaker.remedy(reason) + "; nothing is"
            + " marked meanwhile, and Mailroom goes on by itself.", why, true)
        : new ImportFailure("the import ended unexpectedly (" + reason + "). The next poll begins anew; report this as a bug if it lasts.", why, false);
  }
}
