package org.mailroom.marking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailboxState;

/**
 * A message that is to be changed in the mailbox.
 *
 * @param receivedAt null when it isn't known
 * @param state how it stands in the mailbox; null when that isn't known
 * @param givenUp a delivery was given up; otherwise every destination has it
 * @param before every destination has it since an earlier import, and it isn't known how far its
 *     changes got
 * @param document for the site to confirm it; null where only the id is known, or nothing is
 *     confirmed
 */
public record ToMark(
    String messageId,
    @Nullable Instant receivedAt,
    @Nullable MailboxState state,
    boolean givenUp,
    boolean before,
    @Nullable MailMessage document) {

  /** The same, of which it isn't known any more how it stands in the mailbox. */
  ToMark toBeLookedUp() {
    return new ToMark(messageId, receivedAt, null, givenUp, before, document);
  }
}
