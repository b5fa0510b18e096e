package org.mailroom.account;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.mailroom.listing.ListedMessage;

/** Pages on their way from the listing to the delivery, the one in hand among them. Guarded by its import. */
final class PageQueue {

  /**
   * @param link where the delta query goes on behind it, or null
   */
  record Page(List<ListedMessage> messages, URI link) {}

  private final Deque<Page> waiting = new ArrayDeque<>();
  private Page inHand;
  private boolean undelivered;

  void add(Page page) {
    waiting.add(page);
  }

  /** How many pages are held in memory. */
  int size() {
    return waiting.size() + (inHand == null ? 0 : 1);
  }

  boolean isAnyWaiting() {
    return !waiting.isEmpty();
  }

  /** Takes the next page into hand; false when there is none. */
  boolean take() {
    letGo();
    inHand = waiting.poll();
    return inHand != null;
  }

  /** The messages of the page in hand. */
  List<ListedMessage> messages() {
    return inHand == null ? List.of() : inHand.messages();
  }

  /**
   * The page in hand is through.
   *
   * @param delivered whether everything of it is delivered, or noted as waiting
   * @return the page, when all before it are delivered, too: then it can be remembered that nothing before its end is to be listed again
   */
  Optional<Page> done(boolean delivered) {
    Page page = inHand;
    undelivered |= !delivered;
    inHand = null;
    return undelivered ? Optional.empty() : Optional.of(page);
  }

  /** The page in hand, if there is one, stays undelivered: the next import lists it again. */
  void letGo() {
    undelivered |= inHand != null;
    inHand = null;
  }

  /** No page went by undelivered. */
  boolean isWhole() {
    return !undelivered;
  }
}
