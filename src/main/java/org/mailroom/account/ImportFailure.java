package org.mailroom.account;

import java.sql.SQLException;
import java.util.Optional;
import org.mailroom.settings.Causes;
import org.mailroom.settings.DatabaseBreaker;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Why an import ended early, in words for the operator. */
public final class ImportFailure extends RuntimeException {

  private final boolean ofDatabase;

  private ImportFailure(String sentence, Throwable cause, boolean ofDatabase) {
    super(sentence, cause);
    this.ofDatabase = ofDatabase;
  }

  boolean isOfDatabase() {
    return ofDatabase;
  }

  /** Returns the failure itself when it has words already. */
  public static Exception inWords(Exception why) {
    Throwable words = Causes.sentence(why).orElse(null);
    if (words instanceof Exception sentence) {
      return sentence;
    }
    boolean database =
        Causes.of(why)
            .anyMatch(
                cause ->
                    cause instanceof DataAccessException
                        || cause instanceof TransactionException
                        || cause instanceof SQLException);
    if (database) {
      String reason = DatabaseBreaker.reason(why);
      return new ImportFailure(
          "Mailroom's database doesn't answer as it should ("
              + reason
              + "). "
              + DatabaseBreaker.remedy(reason)
              + "; nothing is marked meanwhile, and Mailroom goes on by itself.",
          why,
          true);
    }
    Optional<RouteNotRunningException> nobody = RouteNotRunningException.of(why);
    if (nobody.isPresent()) {
      return nobody.get();
    }
    return new ImportFailure(
        "the import ended unexpectedly ("
            + Causes.inShort(Causes.root(why))
            + "). The next poll begins anew; report this as a bug if it lasts.",
        why,
        false);
  }
}
