package org.mailroom.account;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.mailroom.graph.DeltaListing;
import org.mailroom.graph.FolderSearch;
import org.mailroom.graph.ListedMessage;
import org.mailroom.graph.Listing;

/**
 * One import of one account, from its first request to its last: which page is being listed, which is being delivered and which
 * messages are to be marked. The three go on at the same time, each on its own page; {@link #advance} hands each what the one before
 * it has finished. When the listing has ended, the deliveries that are due and that no listing brings any more take its place.
 * Counters are safe for use by several threads, the pages belong to one route each.
 */
public final class AccountImport {

  /** What is to be told the mailbox about a message. */
  public enum Outcome {
    /** Every destination has it. */
    IMPORTED,
    /** A delivery was given up. */
    FAILED
  }

  /**
   * A message that is to be changed in the mailbox.
   *
   * @param receivedAt null when it isn't known
   * @param categories that it has in the mailbox; null when they aren't known
   */
  public record Finished(String messageId, Instant receivedAt, List<String> categories, Outcome outcome) {}

  private final Account account;
  private final BooleanSupplier stopping;
  private final ImportProgress progress;
  private FolderSearch folder;
  private FolderSearch target;
  private Listing listing;
  private boolean pageAwaited;
  private boolean onlyRetries;
  private boolean retriesTaken;
  private List<ListedMessage> arrived = List.of();
  private List<ListedMessage> inHand = List.of();
  private URI arrivedLink;
  private URI inHandLink;
  private URI deliveredLink;
  private List<Finished> toMark = List.of();
  private List<String> changed = List.of();
  private final List<String> unconfirmed = new ArrayList<>();
  private final List<Finished> finished = new ArrayList<>();
  private final ImportTally tally;
  private Exception failure;

  AccountImport(Account account, ImportTally tally, BooleanSupplier stopping, ImportProgress progress) {
    this.account = account;
    this.tally = tally;
    this.stopping = stopping;
    this.progress = progress;
  }

  public Account account() {
    return account;
  }

  /**
   * @param search for the folder to read
   * @param moveTo for the folder to move to, or null
   */
  void lookingFor(FolderSearch search, FolderSearch moveTo) {
    this.folder = search;
    this.target = moveTo;
  }

  FolderSearch folder() {
    return folder;
  }

  FolderSearch target() {
    return target;
  }

  /** The search that is to be gone on with. */
  FolderSearch search() {
    return folder.isUnderway() || target == null ? folder : target;
  }

  void beginListing(Listing begunListing) {
    this.listing = begunListing;
  }

  /** Not called listing: Simple would take it for {@link #isListing}. */
  public Listing messageListing() {
    return listing;
  }

  /** A folder's id isn't known yet. */
  public boolean isLookingForFolder() {
    return isReadable() && search().isUnderway();
  }

  /** Nothing has failed so far that ends the import. */
  public boolean isReadable() {
    return failure() == null;
  }

  /** There is a page to ask for. */
  public boolean isListing() {
    return isReadable() && !onlyRetries && !isStopping() && listing != null && !listing.isEnded();
  }

  /** So many deliveries wait for a destination that is down that nothing more is read; only what waits is tried. */
  public void pauseReading() {
    this.onlyRetries = true;
  }

  /** Begins to wait for a page. */
  public void awaitPage() {
    pageAwaited = isListing();
  }

  public boolean isPageAwaited() {
    return pageAwaited && isReadable();
  }

  /** The listing is through and delivered: deliveries that are due, and that it didn't bring, may be taken up. */
  public boolean isRetrying() {
    return isReadable() && !isStopping() && !retriesTaken && !isListing() && inHand.isEmpty() && listing != null;
  }

  /**
   * Deliveries that are due and whose messages the listing didn't bring.
   *
   * @param messages the next of them; none when there are none left
   */
  public void retry(List<ListedMessage> messages) {
    arrived = messages;
    retriesTaken = messages.isEmpty();
  }

  /** There is something left to list, to deliver or to mark. */
  public boolean isUnderway() {
    return isListing() || isRetrying() || !arrived.isEmpty() || !inHand.isEmpty() || !toMark.isEmpty();
  }

  /** The runtime stops: finish what has begun, begin nothing. */
  public boolean isStopping() {
    return stopping.getAsBoolean();
  }

  void arrived(List<ListedMessage> page) {
    tally.step();
    this.arrived = page;
    this.pageAwaited = false;
    this.arrivedLink = listing instanceof DeltaListing changes ? changes.link() : null;
  }

  /** The messages of the page that is being delivered. */
  public List<ListedMessage> inHand() {
    return inHand;
  }

  /** The messages of the page in groups that fit into memory together: those that came with their content, then each other alone. */
  public List<List<ListedMessage>> groups() {
    List<List<ListedMessage>> groups = new ArrayList<>();
    List<ListedMessage> together = inHand.stream().filter(message -> message.resource() != null).toList();
    if (!together.isEmpty()) {
      groups.add(together);
    }
    inHand.stream().filter(message -> message.resource() == null).forEach(message -> groups.add(List.of(message)));
    return groups;
  }

  public boolean isAnythingToMark() {
    return !toMark.isEmpty();
  }

  public List<Finished> toMark() {
    return toMark;
  }

  /** This message is to be changed in the mailbox. */
  public void finished(Finished message) {
    synchronized (finished) {
      finished.add(message);
    }
  }

  /** Every destination has these since an earlier import, and it isn't known how far their changes in the mailbox got. */
  public void unconfirmed(List<String> messageIds) {
    unconfirmed.addAll(messageIds);
    messageIds.forEach(id -> finished(new Finished(id, null, null, Outcome.IMPORTED)));
  }

  /** The messages whose state in the mailbox is to be looked up before it is changed. */
  List<String> takeUnconfirmed() {
    List<String> taken = List.copyOf(unconfirmed);
    unconfirmed.clear();
    return taken;
  }

  /** Hands each stage what the stage before it has finished. */
  void advance() {
    tally.delivered(inHand);
    deliveredLink = inHandLink;
    inHandLink = arrivedLink;
    arrivedLink = null;
    inHand = arrived;
    arrived = List.of();
    boolean listingGoesOn = isListing();
    List<Finished> next = new ArrayList<>();
    synchronized (finished) {
      for (Iterator<Finished> each = finished.iterator(); each.hasNext();) {
        Finished message = each.next();
        // marking what the listing still stands on would move positions under it
        if (!listingGoesOn || listing.isBehind(message.receivedAt())) {
          next.add(message);
          each.remove();
        }
      }
    }
    toMark = next;
  }

  /** Where the delta query goes on behind what was delivered in this round; null when this round delivered nothing of it. */
  URI deliveredLink() {
    return deliveredLink;
  }

  /** The messages to which everything was done in this round of marking. */
  void changed(List<String> messageIds) {
    this.changed = messageIds;
  }

  public List<String> changed() {
    return changed;
  }

  /** The import can't go on; what is in hand is still delivered and marked. The first failure counts. */
  public synchronized void failed(Exception why) {
    if (failure == null) {
      failure = why;
    }
  }

  public synchronized Exception failure() {
    return failure;
  }

  /** The service couldn't give what belongs to one message: whether that counts as the message's own failure. */
  boolean blames() {
    return tally.blames();
  }

  /** What belongs to one message was fetched. */
  void fetched() {
    tally.fetched();
  }

  /** The service is in trouble: nothing more is fetched in this import. */
  public boolean isTroubled() {
    return tally.isTroubled();
  }

  /** Changing this message was refused. */
  public void unmarked(String messageId, Exception why) {
    tally.unmarked(messageId, why);
  }

  public void countImported(int messages) {
    tally.imported.addAndGet(messages);
    progress.imported(messages);
  }

  public void countFailed() {
    tally.failed.incrementAndGet();
  }

  /** One of those that failed is tried no more. */
  public void countGivenUp() {
    tally.givenUp.incrementAndGet();
  }

  public void countWaiting() {
    tally.waiting.incrementAndGet();
  }

  public void countGone() {
    tally.gone.incrementAndGet();
  }

  /** What it came to so far. */
  ImportTally tally() {
    return tally;
  }

  ImportResult result(long requests) {
    return tally.result(account.id(), requests, failure());
  }
}
