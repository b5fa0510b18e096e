package org.mailroom.listing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves the position of a walk behind pages that are done, in the order of the pages, though they
 * end in any: a position is stored only when its page and all before it are done and whole. Behind
 * a page that isn't whole nothing is stored any more, so that the next import lists it again. Safe
 * for use by several threads; positions are stored one at a time, none before an earlier one.
 */
final class Positions {

  private static final class Entry {
    private final int page;
    private final @Nullable Position position;
    private boolean done;

    Entry(int page, @Nullable Position position) {
      this.page = page;
      this.position = position;
    }
  }

  private final Consumer<Position> store;
  private final Deque<Entry> pages = new ArrayDeque<>();
  private boolean whole = true;

  Positions(Consumer<Position> store) {
    this.store = store;
  }

  /** The next page in order. */
  synchronized void listed(int page, @Nullable Position position) {
    if (whole) {
      pages.add(new Entry(page, position));
    }
  }

  /**
   * A page is done; one that has no position is left aside.
   *
   * @param isWhole each of its messages is delivered, or in the ledger
   */
  synchronized void done(int page, boolean isWhole) {
    if (pages.stream().noneMatch(entry -> entry.page == page)) {
      return;
    }
    if (!isWhole) {
      whole = false;
      // those in front of it may still end
      while (!pages.isEmpty() && pages.peekLast().page >= page) {
        pages.removeLast();
      }
    }
    pages.stream().filter(entry -> entry.page == page).forEach(entry -> entry.done = true);
    Position reached = null;
    while (!pages.isEmpty() && pages.peekFirst().done) {
      reached = pages.removeFirst().position;
    }
    if (reached != null) {
      store.accept(reached);
    }
  }

  /** No page so far was done without being whole. */
  synchronized boolean isWholeSoFar() {
    return whole;
  }

  /** Every page so far is done, and whole. */
  synchronized boolean isWhole() {
    return whole && pages.isEmpty();
  }
}
