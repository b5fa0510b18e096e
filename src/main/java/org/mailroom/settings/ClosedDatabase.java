package org.mailroom.settings;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;

/**
 * Takes connections out of the pool whose embedded database has closed itself, as H2 does when its
 * disk is full: they call themselves valid and never work again, while a new connection opens the
 * database anew. The pool makes one of this class by its name.
 */
public final class ClosedDatabase implements SQLExceptionOverride {

  /** H2: file errors, connection broken, database closed, closed at shutdown. */
  private static final Set<Integer> CODES = Set.of(90028, 90031, 90067, 90098, 90121);

  private static final String STORE = "org.h2.mvstore.MVStoreException";

  @java.lang.Override
  public Override adjudicate(SQLException failure) {
    if (CODES.contains(failure.getErrorCode())) {
      return Override.MUST_EVICT;
    }
    boolean ofStore =
        Causes.of(failure).anyMatch(cause -> cause.getClass().getName().equals(STORE));
    return ofStore ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
  }
}
