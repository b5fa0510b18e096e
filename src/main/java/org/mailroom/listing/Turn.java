package org.mailroom.listing;

/**
 * How long an import may go on listing, before it lets others go first or begins another turn by
 * itself.
 */
@FunctionalInterface
public interface Turn {

  /**
   * @param pages that were listed in this turn
   */
  boolean isOver(int pages);
}
