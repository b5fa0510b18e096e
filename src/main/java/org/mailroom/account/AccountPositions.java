package org.mailroom.account;

/** What is remembered of how far an account's mailbox has been read. */
public interface AccountPositions {

  /** The account's next import reads its folder from the beginning. */
  void forget(String account);
}
