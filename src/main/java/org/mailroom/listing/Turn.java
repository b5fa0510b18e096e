package org.mailroom.listing;

/** How long an import may go on listing while other accounts wait for an importer. */
@FunctionalInterface
public interface Turn {

  /** An import that nobody waits for. */
  Turn ENDLESS = pages -> false;

  /**
   * @param pages that were listed in this turn
   */
  boolean isOver(int pages);
}
