package org.mailroom.account;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one import of one account came to.
 *
 * @param imported messages that every destination has now
 * @param passedOver messages that the site's rules skipped or left, or that turned out too old
 * @param failed messages that a destination refused now, or that couldn't be made ready
 * @param givenUp those of them that are tried no more
 * @param givenUpBefore messages that an earlier import gave up and nobody has decided about
 * @param waiting messages whose delivery isn't due yet, or whose destination is down
 * @param gone messages that somebody deleted or moved meanwhile
 * @param unmarked messages that were delivered but couldn't be marked
 * @param listedForNothing messages that were imported and marked before, and that the filter still
 *     matches
 * @param requests to Graph
 * @param readingPaused nothing was read, for so many deliveries wait for a destination that is down
 * @param goesOnAt when the rest follows, for others went first or the mailbox takes no request;
 *     null when nothing is left
 * @param firstUnmarked why, of one of them; or null
 * @param firstRefusal why one of them wasn't delivered, in words; or null
 * @param failure why the mailbox couldn't be read to its end; or null
 * @param folders how far each of several folders was read; empty where the account reads one
 */
public record ImportResult(
    String account,
    Instant begun,
    Duration took,
    int imported,
    int passedOver,
    int failed,
    int givenUp,
    int givenUpBefore,
    int waiting,
    int gone,
    int unmarked,
    int listedForNothing,
    long requests,
    boolean readingPaused,
    @Nullable Instant goesOnAt,
    @Nullable Exception firstUnmarked,
    @Nullable String firstRefusal,
    @Nullable Exception failure,
    List<FolderStanding> folders) {

  public ImportResult {
    folders = List.copyOf(folders);
  }

  /** The mailbox was read, to its end or as far as this turn went. */
  public boolean couldBeRead() {
    return failure == null;
  }

  /** It was read to its end. */
  public boolean isThrough() {
    return failure == null && !readingPaused && goesOnAt == null;
  }

  public boolean isComplete() {
    return isThrough() && failed == 0 && waiting == 0 && givenUpBefore == 0 && unmarked == 0;
  }

  /**
   * The failure without what differs from poll to poll, to tell whether it is the same again; null
   * without a failure.
   */
  @Nullable String failureKind() {
    return failure == null ? null : kind(String.valueOf(failure.getMessage()));
  }

  /** A sentence without what differs from poll to poll. */
  static String kind(String sentence) {
    return sentence.replaceAll("request-id [0-9A-Za-z-]+", "");
  }

  /** Something is left that another import may bring to its end. */
  public boolean isAnythingToTryAgain() {
    return !isThrough() || waiting > 0 || failed > givenUp || unmarked > 0;
  }

  /** Whether there is anything to tell: an idle poll says nothing. */
  public boolean isWorthTelling() {
    return imported > 0 || failed > 0 || unmarked > 0 || failure != null;
  }
}
