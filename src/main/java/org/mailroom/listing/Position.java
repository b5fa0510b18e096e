package org.mailroom.listing;

import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a walk may go on behind a page. It is to be stored once everything before it is delivered,
 * or in the ledger.
 *
 * @param link where the delta query goes on; null for a listing by time
 * @param receivedBefore everything that was received before is listed; null for a delta query, and
 *     before the first message
 */
public record Position(@Nullable URI link, @Nullable Instant receivedBefore) {

  static Position link(URI link) {
    return new Position(link, null);
  }

  static Position receivedBefore(@Nullable Instant time) {
    return new Position(null, time);
  }
}
