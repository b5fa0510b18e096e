package org.mailroom.settings;

/**
 * Where a credential or an account is kept. An id of {@code application.yaml} wins over the same id
 * in the database.
 */
public enum Home {
  /** {@code application.yaml} and the environment: can only be read at run time. */
  CONFIGURATION,
  /** The database: created, changed and deleted at run time. */
  DATABASE,
  /**
   * An entry of {@code application.yaml} that names a group or a list: there while the mailbox
   * belongs to it.
   */
  DISCOVERED,
  /** A route that reads the mailbox: there while it runs. */
  ROUTE
}
