package org.mailroom.listing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;

/**
 * A walk through the messages of one folder. One thread at a time lists; others may ask how far it
 * is. It may be gone on with by a later import, from where it stands, unless it failed.
 */
public sealed interface Listing permits MessageListing, DeltaListing, ChangesOrTime, NotTooOld {

  /**
   * Asks for the next page; for less, or for less of each message, where the service refuses it
   * because of one message.
   *
   * @throws GraphException when the folder can't be listed any further, whatever is asked
   */
  Listed next(Graph graph);

  /** Whether marking a message that was received then can't move what is still to be listed. */
  boolean isBehind(@Nullable Instant receivedAt);

  /** Nothing more is to be asked for. */
  boolean isEnded();

  /** How many messages the service couldn't list, whatever was asked. */
  int unlistable();

  /** What the next listing of this folder should know. */
  Hints hints();
}
