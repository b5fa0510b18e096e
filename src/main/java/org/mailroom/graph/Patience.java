package org.mailroom.graph;

/**
 * Tells whether it is worth while to wait long for a mailbox: somebody else may be waiting for the
 * thread that would.
 */
@FunctionalInterface
public interface Patience {

  /** Somebody waits for an importer, so that none should sleep in front of a closed mailbox. */
  boolean isAnyoneWaiting();
}
