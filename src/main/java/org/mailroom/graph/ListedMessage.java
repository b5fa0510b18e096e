package org.mailroom.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A message as a listing showed it.
 *
 * @param id immutable id
 * @param receivedAt null when the service gave none
 * @param read as the service said; an unread message may have said nothing
 * @param partial the answer of a delta query that has only what changed
 * @param resource the message resource; null when it was too large to be held with its page, or only its id is known
 */
public record ListedMessage(String id, Instant receivedAt, boolean read, boolean partial, JsonNode resource) {

  /** A message of which nothing but the id is known. */
  public static ListedMessage ofId(String id) {
    return new ListedMessage(id, null, false, true, null);
  }

  boolean isRead() {
    return read;
  }

  boolean isPartial() {
    return partial;
  }

  ListedMessage withoutResource() {
    return new ListedMessage(id, receivedAt, read, partial, null);
  }
}
