package org.mailroom.account;

/** How long an import may go on while other accounts wait for an importer. */
interface ImportTurn {

  /** An import that nobody waits for. */
  ImportTurn ENDLESS = new ImportTurn() {
    @Override
    public boolean isOver(int pages) {
      return false;
    }

    @Override
    public boolean isClosed() {
      return false;
    }
  };

  /**
   * @param pages that were listed in this turn
   */
  boolean isOver(int pages);

  /** Others wait, and the mailbox takes no request for a while: because the service throttles it, or its quota is used up. */
  boolean isClosed();
}
