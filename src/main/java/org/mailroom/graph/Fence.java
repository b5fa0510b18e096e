package org.mailroom.graph;

/**
 * Keeps what is done for a mailbox to the one node that has its lease. Who works on an account asks
 * before it sends something and within each transaction that writes what came of it; who doesn't
 * import, such as a page of the console, passes. Safe for use by several threads.
 */
public interface Fence {

  /** Lets everything pass: there is only one who could work on a mailbox. */
  Fence NONE =
      new Fence() {
        @Override
        public void require(String account) {}

        @Override
        public void requireInTime(String mailbox) {}
      };

  /**
   * Asks the database, within the transaction that is to write something of an account's import,
   * whether its mailbox is still this node's; until that transaction ends nobody else can take it
   * where the database has shared locks.
   *
   * @throws LeaseLostException when it isn't; the transaction is to be rolled back
   */
  void require(String account);

  /**
   * Whether a mailbox can still be this node's, by its own clocks; asks nobody.
   *
   * @throws LeaseLostException when another node may have it by now: nothing is to be sent
   */
  void requireInTime(String mailbox);
}
