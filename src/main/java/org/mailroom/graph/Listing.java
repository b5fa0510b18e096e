package org.mailroom.graph;

import org.mailroom.listing.ListedMessage;
import java.net.URI;
import java.time.Instant;
import java.util.List;

/** A walk through the messages of one folder, page by page. One thread lists; others may ask how far it is. */
public sealed interface Listing permits MessageListing, DeltaListing {

  /** The address of the page to ask for; a link that the service gave is left exactly as it is. */
  URI nextPage();

  /**
   * Takes a page and returns those of its messages that weren't seen before.
   *
   * @throws GraphException when the page's link leads elsewhere, or in a circle
   */
  List<ListedMessage> accept(MessagePage page);

  /**
   * The page was refused: finds another way to go on, such as a smaller page.
   *
   * @return false when there is none
   */
  boolean askOtherwise(GraphException refusal);

  /** Whether marking a message that was received then can't move what is still to be listed. */
  boolean isBehind(Instant receivedAt);

  /** Nothing more is to be asked for. */
  boolean isEnded();

  /** How many messages the service couldn't list, whatever was asked. */
  int unlistable();

  /** What the operation is called in requests and metrics. */
  String operation();
}
