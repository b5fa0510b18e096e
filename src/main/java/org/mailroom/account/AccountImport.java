package org.mailroom.account;

import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One import of one account while it runs: what it is about, what it came to so far, and whether it
 * goes on. The variable {@code import} of the routes. Several threads work on it at once.
 */
public final class AccountImport {

  private final Account account;
  private final ImportTally tally;
  private final FetchTrouble trouble = new FetchTrouble();
  private final BooleanSupplier stopping;
  private volatile List<AccountFolder> folders = List.of();
  private volatile @Nullable String target;
  private volatile boolean readingPaused;
  private volatile boolean anythingWaiting = true;
  private volatile boolean anythingLeft;
  private volatile @Nullable Instant goesOnAt;
  private @Nullable Exception failure;
  private @Nullable Exception folderFailure;
  private volatile @Nullable Integer unlistable;
  private volatile List<FolderStanding> standings = List.of();

  /**
   * @param stopping whether the runtime stops
   */
  public AccountImport(Account account, ImportTally tally, BooleanSupplier stopping) {
    this.account = account;
    this.tally = tally;
    this.stopping = stopping;
  }

  public Account account() {
    return account;
  }

  /** What it came to so far. */
  public ImportTally tally() {
    return tally;
  }

  /** How the fetching of what belongs to single messages goes, in this turn alone. */
  public FetchTrouble trouble() {
    return trouble;
  }

  /**
   * The folders are found.
   *
   * @param read those to read, in their order
   * @param moveTo id of the folder that messages end in; null: they stay
   */
  public void found(List<AccountFolder> read, @Nullable String moveTo) {
    this.folders = List.copyOf(read);
    this.target = moveTo;
  }

  /** The folders that are read; none before they are found. */
  public List<AccountFolder> folders() {
    return folders;
  }

  /** One of its folders can't be read; the others are. The first failure counts. */
  public synchronized void folderFailed(Exception why) {
    folderFailure = folderFailure == null ? why : folderFailure;
  }

  /** Why a folder can't be read; null where none was in the way. */
  public synchronized @Nullable Exception folderFailure() {
    return folderFailure;
  }

  /**
   * All folders were listed to their ends.
   *
   * @param messages how many the service couldn't list, whatever was asked
   */
  public void listedToItsEnd(int messages) {
    unlistable = messages;
  }

  /**
   * How many messages the service couldn't list; null before all folders were listed to their ends.
   */
  public @Nullable Integer unlistable() {
    return unlistable;
  }

  /** How far each of several folders was read. */
  public void standings(List<FolderStanding> ofFolders) {
    standings = List.copyOf(ofFolders);
  }

  /** How far each of several folders was read; empty where there is one, and before the end. */
  public List<FolderStanding> standings() {
    return standings;
  }

  /** Id of the folder that messages end in; null: they stay. */
  public @Nullable String target() {
    return target;
  }

  /** Another page may be asked for. */
  public boolean isReading() {
    return isGoingOn() && !readingPaused;
  }

  /** Nothing has ended it, and nothing stops it. */
  public boolean isGoingOn() {
    return failure() == null && !isStopping() && goesOnAt == null;
  }

  /** The runtime stops: finish what has begun, begin nothing. */
  public boolean isStopping() {
    return stopping.getAsBoolean();
  }

  /**
   * So many deliveries wait for a destination that is down that nothing more is read; only what
   * waits is tried.
   */
  public void pauseReading() {
    this.readingPaused = true;
  }

  public boolean isReadingPaused() {
    return readingPaused;
  }

  /** Whether deliveries wait for another try, of earlier imports or of this one. */
  public void deliveriesWait(boolean some) {
    this.anythingWaiting = some;
  }

  public boolean isAnythingWaiting() {
    return anythingWaiting;
  }

  /** Whether deliveries of earlier imports wait, or were given up and not decided about. */
  public void deliveriesAreLeft(boolean some) {
    this.anythingLeft = some;
  }

  public boolean areDeliveriesLeft() {
    return anythingLeft;
  }

  /**
   * It lets others go first, or its mailbox takes no request for a while: what is left is for
   * another turn.
   */
  public void goesOn(Instant at) {
    this.goesOnAt = at;
  }

  /** When its next turn is due; null when it has none. */
  public @Nullable Instant goesOnAt() {
    return goesOnAt;
  }

  /** It can't go on; what is in hand is still delivered and marked. The first failure counts. */
  public synchronized void failed(Exception why) {
    if (failure == null) {
      failure = why;
    }
  }

  public synchronized @Nullable Exception failure() {
    return failure;
  }
}
