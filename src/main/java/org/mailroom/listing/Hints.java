package org.mailroom.listing;

import java.time.Instant;

/**
 * What a listing of a folder learned, for the next one of the same mailbox and folder.
 *
 * @param first messages to ask for with the first page: one, where messages that can't be listed
 *     stand in the way; 0: as many as are usual
 * @param most larger pages got no answer in time; 0: none did
 * @param until so long {@code most} counts
 */
public record Hints(int first, int most, Instant until) {

  /** Nothing is known. */
  public static final Hints NONE = new Hints(0, 0, Instant.MIN);
}
