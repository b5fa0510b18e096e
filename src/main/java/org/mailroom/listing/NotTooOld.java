package org.mailroom.listing;

import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Graph;

/**
 * A listing without the messages that are older than its account wants them; those of which no time
 * is known stay, and are judged when they are fetched.
 */
final class NotTooOld implements Listing {

  private final Listing listing;
  private final Supplier<Instant> oldest;

  /**
   * @param oldest what was received before is left out; asked for once a page has come, for it is
   *     the service's answers that tell its time
   */
  NotTooOld(Listing listing, Supplier<Instant> oldest) {
    this.listing = listing;
    this.oldest = oldest;
  }

  @Override
  public Listed next(Graph graph) {
    Listed listed = listing.next(graph);
    Instant from = oldest.get();
    return new Listed(
        listed.messages().stream()
            .filter(message -> message.receivedAt() == null || !message.receivedAt().isBefore(from))
            .toList(),
        listed.position());
  }

  @Override
  public boolean isBehind(@Nullable Instant receivedAt) {
    return listing.isBehind(receivedAt);
  }

  @Override
  public boolean isEnded() {
    return listing.isEnded();
  }

  @Override
  public int unlistable() {
    return listing.unlistable();
  }

  @Override
  public Hints hints() {
    return listing.hints();
  }
}
