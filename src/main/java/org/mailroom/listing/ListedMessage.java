package org.mailroom.listing;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message as a listing showed it.
 *
 * @param id immutable id
 * @param receivedAt null when the service gave none
 * @param isRead as the service said; an unread message may have said nothing
 * @param isPartial the answer has no contents: that of a delta query, which has only what changed,
 *     or that of a listing which asked for none
 * @param resource the message resource; null when it was too large to be held with its page, or
 *     only its id is known
 */
public record ListedMessage(
    String id,
    @Nullable Instant receivedAt,
    boolean isRead,
    boolean isPartial,
    @Nullable JsonNode resource) {

  /** A message of which nothing but the id is known. */
  public static ListedMessage ofId(String id) {
    return ofId(id, null);
  }

  /** A message whose contents no listing gives: it is fetched, and judged, by itself. */
  public static ListedMessage ofId(String id, @Nullable Instant receivedAt) {
    return new ListedMessage(id, receivedAt, false, true, null);
  }

  /**
   * What tells whether it has changed since ({@code @odata.etag}); null where the listing didn't
   * say.
   */
  public @Nullable String version() {
    return resource == null ? null : resource.path("@odata.etag").asText(null);
  }

  /** It is fetched by itself where its contents didn't come with its page. */
  public ListedMessage withoutResource() {
    return new ListedMessage(id, receivedAt, isRead, isPartial, null);
  }

  /** The message, without what is no whole message. */
  ListedMessage wholeOrNothing() {
    return isPartial ? withoutResource() : this;
  }
}
