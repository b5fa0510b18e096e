package org.mailroom.listing;

import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;

/**
 * What changed in a folder, and where one message keeps the service from telling that, the folder's
 * messages by time: a delta query can't pass over a message that it can't list, a listing by time
 * can, and counts it. No position is stored behind what is listed by time, so each import begins
 * with the changes again; what was delivered before the ledger knows.
 *
 * <p>One thread lists; others may ask how far it is.
 */
final class ChangesOrTime implements Listing {

  private final DeltaListing changes;
  private final Supplier<MessageListing> byTime;
  private volatile @Nullable MessageListing messages;

  /**
   * @param byTime begins to list what of the folder counts; called when the changes can't be read
   *     on
   */
  ChangesOrTime(DeltaListing changes, Supplier<MessageListing> byTime) {
    this.changes = changes;
    this.byTime = byTime;
  }

  @Override
  public Listed next(Graph graph) {
    if (messages != null) {
      return withoutPosition(messages.next(graph));
    }
    try {
      return changes.next(graph);
    } catch (GraphException refusal) {
      if (!refusal.mayBeOneMessagesFault()) {
        throw refusal;
      }
      return otherwise(graph, refusal);
    }
  }

  private Listed otherwise(Graph graph, GraphException refusal) {
    MessageListing begun = byTime.get();
    try {
      Listed first = withoutPosition(begun.next(graph));
      messages = begun;
      return first;
    } catch (GraphException alike) {
      // it is no message's fault
      throw alike.mayBeOneMessagesFault() ? refusal : alike;
    }
  }

  private static Listed withoutPosition(Listed listed) {
    return new Listed(listed.messages(), null);
  }

  /** Nothing is marked. */
  @Override
  public boolean isBehind(@Nullable Instant receivedAt) {
    return true;
  }

  @Override
  public boolean isEnded() {
    return messages == null ? changes.isEnded() : messages.isEnded();
  }

  @Override
  public int unlistable() {
    return changes.unlistable() + (messages == null ? 0 : messages.unlistable());
  }

  @Override
  public Hints hints() {
    return changes.hints();
  }
}
