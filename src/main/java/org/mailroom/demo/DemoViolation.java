package org.mailroom.demo;

import java.time.Instant;

/**
 * Something that a client must not do.
 *
 * @param time on this machine's clock
 * @param mailbox in small letters; empty where none is concerned
 * @param request method and address as the request line had them; of a part of a batch, as the part
 *     had them
 * @param detail what makes it wrong
 */
public record DemoViolation(
    Instant time, Kind kind, String mailbox, String request, String detail) {

  /** The kinds. */
  public enum Kind {
    /** A second batch while one of the same mailbox isn't answered. */
    TWO_BATCHES,
    /**
     * A request while another instance of the same client has one in flight for the same mailbox;
     * they tell themselves apart in their User-Agent.
     */
    TWO_INSTANCES,
    /** A request while four of the same mailbox were in flight; the service answers 429. */
    MORE_THAN_FOUR,
    /** A request to a mailbox before its Retry-After was over. */
    BEFORE_RETRY_AFTER,
    /**
     * A token asked for, though one of the same client and grant is good for more than five
     * minutes, and wasn't refused.
     */
    NEEDLESS_TOKEN,
    /** {@code %24batch}, {@code %24value} and their like in a path. */
    ENCODED_DOLLAR,
    /** Whoever sends it twice purges. */
    DELETE,
    /** What returns ids of messages, asked without {@code Prefer: IdType="ImmutableId"}. */
    WITHOUT_IMMUTABLE_IDS,
    /** A bearer token where Graph isn't. */
    TOKEN_TO_ANOTHER_HOST
  }

  @Override
  public String toString() {
    return time
        + " "
        + kind
        + " "
        + (mailbox.isEmpty() ? "-" : mailbox)
        + " "
        + request
        + " ("
        + detail
        + ")";
  }
}
