package org.mailroom.message;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a message in this import. What became of it at each destination is told by {@link
 * IncomingMessage#delivered()} and its neighbours.
 *
 * @param reason for a person; null where the kind says it all
 * @param cause what went wrong; null where nothing did. A message that waits without a cause waits
 *     for itself alone, one that waits with a cause met trouble that the others of its account
 *     have, too: the import has failed for this cause
 * @param isInDoubt a failure that may be the message's own or the service's, which shows at the end
 *     of the import
 */
public record Fate(
    Kind kind, @Nullable String reason, @Nullable Exception cause, boolean isInDoubt) {

  /** The ways that it can go. */
  public enum Kind {
    /** It is being made ready. */
    OPEN,
    /** It can be delivered. */
    READY,
    /** It can't be delivered now, by its own fault: an attempt. */
    FAILED,
    /** Somebody deleted or moved it between the listing and now: no error. */
    GONE,
    /**
     * By no fault of its own it can't be delivered now: no attempt; it is asked for again later.
     */
    WAITING,
    /** The site's rules want it marked as imported without being delivered. */
    SKIPPED,
    /** The site's rules want it left as it is until it changes. */
    LEFT,
    /** It was received longer ago than its account wants. */
    TOO_OLD
  }

  static final Fate OPEN = new Fate(Kind.OPEN, null, null, false);
  static final Fate READY = new Fate(Kind.READY, null, null, false);
  static final Fate GONE =
      new Fate(Kind.GONE, "somebody deleted or moved the message", null, false);
  static final Fate SKIPPED = new Fate(Kind.SKIPPED, "the rules of the site skip it", null, false);
  static final Fate TOO_OLD =
      new Fate(Kind.TOO_OLD, "it is older than the account's max-age", null, false);
  static final Fate LEFT = new Fate(Kind.LEFT, "the rules of the site leave it", null, false);

  /** Only this message is concerned, by its own fault. */
  public static Fate failed(Exception cause) {
    return new Fate(Kind.FAILED, cause.getMessage(), cause, false);
  }

  /** It may be the message's fault or the service's. */
  static Fate inDoubt(Exception cause) {
    return new Fate(Kind.FAILED, cause.getMessage(), cause, true);
  }

  /** It isn't settled in the mailbox yet. */
  static Fate waiting(@Nullable String reason) {
    return new Fate(Kind.WAITING, reason, null, false);
  }

  /** Trouble that the others have, too. */
  public static Fate waiting(Exception cause) {
    return new Fate(Kind.WAITING, cause.getMessage(), cause, false);
  }

  public boolean is(Kind other) {
    return kind == other;
  }
}
