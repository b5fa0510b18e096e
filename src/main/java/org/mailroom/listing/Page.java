package org.mailroom.listing;

import java.util.List;

/**
 * Some messages of an import, which are delivered together; {@link Pages#done} is to be told when
 * that is over.
 *
 * @param number of the page within its import, from 1 on; its position moves on in this order. 0:
 *     no listing brought it
 * @param messages may be none
 */
public record Page(int number, List<ListedMessage> messages) {

  public Page {
    messages = List.copyOf(messages);
  }

  /** Messages that no listing brings: their deliveries are due again. */
  public static Page ofMessages(List<ListedMessage> messages) {
    return new Page(0, messages);
  }

  /** The same page, which holds nothing in memory of what its messages contain. */
  public Page withoutContents() {
    return new Page(number, messages.stream().map(ListedMessage::withoutResource).toList());
  }

  /** A listing brought it, so that its position moves on when it is through. */
  public boolean isListed() {
    return number > 0;
  }
}
