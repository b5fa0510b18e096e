package org.mailroom.account;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.mailroom.graph.DeltaListing;
import org.mailroom.graph.FolderSearch;
import org.mailroom.listing.ListedMessage;
import org.mailroom.graph.Listing;

/**
 * One import of one account, from its first request to its last. Three stages work at the same time, joined by two bounded queues: pages are
 * listed while earlier ones are delivered, and what every destination has is marked batch by batch. When the listing has ended and is
 * delivered, the deliveries that are due and that no listing brings any more take its place. When others wait and its turn is over, the
 * import is suspended: each stage finishes what it has, and the listing goes on where it stands with the next turn.
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

  /** How long a stage waits before it looks again whether the runtime stops, or a batch has waited long enough. */
  private static final long LOOK_AGAIN_MILLIS = 50;

  private final Account account;
  private final BooleanSupplier stopping;
  private final ImportProgress progress;
  private FolderSearch folder;
  private FolderSearch target;
  private Listing listing;
  private volatile boolean pageAwaited;
  private volatile boolean onlyRetries;
  private volatile boolean anythingWaiting = true;
  private boolean retriesTaken;
  private final PageQueue pages = new PageQueue();
  private boolean listed;
  private boolean delivered;
  private boolean suspended;
  private int pagesThisTurn;
  private ImportTurn turn = ImportTurn.ENDLESS;
  private final MarkingQueue marking = new MarkingQueue();
  private final Set<String> unconfirmed = ConcurrentHashMap.newKeySet();
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

  /** Null before it has begun. */
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

  /** Whether deliveries wait for another try, of earlier imports or of this one. */
  public void deliveriesWait(boolean some) {
    this.anythingWaiting = some;
  }

  public boolean isAnythingWaiting() {
    return anythingWaiting;
  }

  /** Begins to wait for a page. */
  public void awaitPage() {
    pageAwaited = isListing();
  }

  public boolean isPageAwaited() {
    return pageAwaited && isReadable();
  }

  /** The listing is through and delivered: deliveries that are due, and that it didn't bring, may be taken up. */
  public synchronized boolean isRetrying() {
    return isReadable() && !isStopping() && !retriesTaken && !isListing() && pages.size() == 0 && listing != null;
  }

  /**
   * Deliveries that are due and whose messages the listing didn't bring.
   *
   * @param messages the next of them; none when there are none left
   */
  public synchronized void retry(List<ListedMessage> messages) {
    retriesTaken = messages.isEmpty();
    if (!messages.isEmpty()) {
      pages.add(new PageQueue.Page(messages, null));
      notifyAll();
    }
  }

  /** The runtime stops: finish what has begun, begin nothing. */
  public boolean isStopping() {
    return stopping.getAsBoolean();
  }

  /** Begins another turn of an import that was suspended, or its first. */
  synchronized void takeTurn(ImportTurn next) {
    turn = next;
    listed = false;
    delivered = false;
    suspended = false;
    onlyRetries = false;
    pagesThisTurn = 0;
  }

  /**
   * The listing waits until another page is wanted: few are in hand, and the marking keeps up.
   *
   * @param pagesInHand how many pages may be held in memory, the one to be listed included
   * @param mostToMark how many messages may wait to be marked
   * @return false when nothing more is to be listed
   */
  synchronized boolean awaitRoom(int pagesInHand, int mostToMark) throws InterruptedException {
    while (isReadable() && !isStopping() && listing != null && !delivered) {
      if (isListing() && turn.isOver(pagesThisTurn)) {
        suspended = true;
        return false;
      }
      if (isListing() && pages.size() < pagesInHand && marking.size() < mostToMark) {
        return true;
      }
      if (!isListing() && pages.size() == 0) {
        return isRetrying();
      }
      wait(LOOK_AGAIN_MILLIS);
    }
    return false;
  }

  synchronized void arrived(List<ListedMessage> page) {
    tally.step();
    pages.add(new PageQueue.Page(page, listing instanceof DeltaListing changes ? changes.link() : null));
    pageAwaited = false;
    pagesThisTurn++;
    marking.release(this::isBehind);
    notifyAll();
  }

  /** Nothing more is listed in this turn. */
  synchronized void listed() {
    listed = true;
    notifyAll();
  }

  /** Takes the next page into hand; false when there is none and none comes any more. */
  synchronized boolean takePage() throws InterruptedException {
    while (!pages.isAnyWaiting() && !listed) {
      wait(LOOK_AGAIN_MILLIS);
    }
    boolean taken = pages.take();
    notifyAll();
    return taken;
  }

  /** The messages of the page that is being delivered. */
  public synchronized List<ListedMessage> inHand() {
    return pages.messages();
  }

  /** The page in hand is delivered, or noted as waiting; returns where the delta query goes on behind it, null when that isn't to be stored. */
  synchronized URI pageDelivered() {
    tally.step();
    // a page that comes after the stop was asked for is passed over
    Optional<PageQueue.Page> page = pages.done(!isStopping());
    page.ifPresent(found -> tally.delivered(found.messages()));
    notifyAll();
    return page.map(PageQueue.Page::link).orElse(null);
  }

  /** Everything that its listing brings is listed and delivered, or noted as waiting. */
  synchronized boolean isThrough() {
    return isReadable() && listing != null && listing.isEnded() && pages.isWhole();
  }

  /** Nothing more is delivered in this turn. */
  synchronized void delivered() {
    pages.letGo();
    delivered = true;
    notifyAll();
  }

  /** Its turn is over and others wait; there is more to list. */
  public synchronized boolean isSuspended() {
    return suspended && isListing();
  }

  /** The messages of the page in groups that fit into memory together: those that came with their content, then each other alone. */
  public List<List<ListedMessage>> groups() {
    List<List<ListedMessage>> groups = new ArrayList<>();
    List<ListedMessage> page = inHand();
    List<ListedMessage> together = page.stream().filter(message -> message.resource() != null).toList();
    if (!together.isEmpty()) {
      groups.add(together);
    }
    page.stream().filter(message -> message.resource() == null).forEach(message -> groups.add(List.of(message)));
    return groups;
  }

  /** This message is to be changed in the mailbox. */
  public synchronized void finished(Finished message) {
    marking.add(message, isBehind(message));
    notifyAll();
  }

  /** Whether changing the message can't move positions under the listing any more. */
  private boolean isBehind(Finished message) {
    boolean listingGoesOn = suspended || isListing();
    return !listingGoesOn || listing.isBehind(message.receivedAt());
  }

  /** Every destination has these since an earlier import, and it isn't known how far their changes in the mailbox got. */
  public void unconfirmed(List<String> messageIds) {
    unconfirmed.addAll(messageIds);
    messageIds.forEach(id -> finished(new Finished(id, null, null, Outcome.IMPORTED)));
  }

  /**
   * A lane of the marking waits for its next batch; null when there is none and none comes any more.
   *
   * @param places of the mailbox
   */
  synchronized Marking takeBatch(int batchSize, int places) throws InterruptedException {
    while (true) {
      if (turn.isClosed() && suspended) {
        // what is left is marked with the next turn
        return null;
      }
      if (!turn.isClosed() && marking.isBatchReady(batchSize, delivered)) {
        List<Finished> batch = marking.take(batchSize);
        return new Marking(batch, unconfirmed, target == null ? null : target.found(), marking.lanes(places, batchSize));
      }
      if (delivered && marking.size() == 0) {
        return null;
      }
      wait(LOOK_AGAIN_MILLIS);
      marking.release(this::isBehind);
    }
  }

  /** A lane is through with its batch. */
  synchronized void batchDone() {
    tally.step();
    marking.done();
    notifyAll();
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
