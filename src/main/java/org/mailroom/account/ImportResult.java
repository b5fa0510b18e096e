package org.mailroom.account;

import java.time.Duration;
import java.time.Instant;

/**
 * What one import of one account came to.
 *
 * @param imported messages that every destination has now
 * @param failed messages that a destination refused now
 * @param givenUp those of them that are tried no more
 * @param waiting messages whose delivery isn't due yet, whose destination is down, or that were given up before
 * @param gone messages that somebody deleted or moved meanwhile
 * @param unmarked messages that were delivered but couldn't be marked
 * @param requests to Graph
 * @param firstUnmarked why, of one of them; or null
 * @param failure why the mailbox couldn't be read to its end; or null
 */
public record ImportResult(
    String account, Instant begun, Duration took, int imported, int failed, int givenUp, int waiting, int gone, int unmarked, long requests,
    Exception firstUnmarked, Exception failure) {

  public boolean couldBeRead() {
    return failure == null;
  }

  public boolean isComplete() {
    return failure == null && failed == 0 && waiting == 0 && unmarked == 0;
  }

  /** The failure without what differs from poll to poll, to tell whether it is the same again; null without a failure. */
  String failureKind() {
    return failure == null ? null : String.valueOf(failure.getMessage()).replaceAll("request-id [0-9A-Za-z-]+", "");
  }

  /** Whether there is anything to tell: an idle poll says nothing. */
  public boolean isWorthTelling() {
    return imported > 0 || failed > 0 || unmarked > 0 || failure != null;
  }
}
