package org.mailroom.account;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.mailroom.graph.FolderSearch;
import org.mailroom.graph.ListedMessage;
import org.mailroom.graph.MessageListing;

/**
 * One import of one account, from its first request to its last: which page is being listed, which is being delivered and which
 * messages are to be marked. The three go on at the same time, each on its own page; {@link #advance} hands each what the one before
 * it has finished. Counters are safe for use by several threads, the pages belong to one route each.
 */
public final class AccountImport {

  /** A message that every destination has, and what to change of it in the mailbox. */
  public record Finished(String messageId, Instant receivedAt, List<String> categories) {}

  private final Account account;
  private final Instant begun;
  private final BooleanSupplier stopping;
  private final ImportProgress progress;
  private FolderSearch folder;
  private MessageListing listing;
  private List<ListedMessage> arrived = List.of();
  private List<ListedMessage> inHand = List.of();
  private List<Finished> toMark = List.of();
  private final List<Finished> finished = new ArrayList<>();
  private final Map<String, Exception> unmarked = new HashMap<>();
  private final AtomicInteger imported = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger gone = new AtomicInteger();
  private Exception failure;

  AccountImport(Account account, Instant begun, BooleanSupplier stopping, ImportProgress progress) {
    this.account = account;
    this.begun = begun;
    this.stopping = stopping;
    this.progress = progress;
  }

  public Account account() {
    return account;
  }

  void lookingFor(FolderSearch search) {
    this.folder = search;
  }

  public FolderSearch folder() {
    return folder;
  }

  void beginListing(MessageListing begunListing) {
    this.listing = begunListing;
  }

  MessageListing messageListing() {
    return listing;
  }

  /** The folder's id isn't known yet. */
  public boolean isLookingForFolder() {
    return failure() == null && folder.isUnderway();
  }

  /** There is a page to ask for. */
  public boolean isListing() {
    return failure() == null && !stopping.getAsBoolean() && listing != null && !listing.isEnded();
  }

  /** There is something left to list, to deliver or to mark. */
  public boolean isUnderway() {
    return isListing() || !arrived.isEmpty() || !inHand.isEmpty() || !toMark.isEmpty();
  }

  /** The runtime stops: finish what has begun, begin nothing. */
  public boolean isStopping() {
    return stopping.getAsBoolean();
  }

  void arrived(List<ListedMessage> page) {
    this.arrived = page;
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

  /** Every destination has this message. */
  public void finished(Finished message) {
    synchronized (finished) {
      finished.add(message);
    }
  }

  /** Hands each stage what the stage before it has finished. */
  void advance() {
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

  /** The import can't go on; what is in hand is still delivered and marked. The first failure counts. */
  public synchronized void failed(Exception why) {
    if (failure == null) {
      failure = why;
    }
  }

  public synchronized Exception failure() {
    return failure;
  }

  /** Marking this message was refused. */
  public void unmarked(String messageId, Exception why) {
    synchronized (unmarked) {
      unmarked.put(messageId, why);
    }
  }

  public void countImported(int messages) {
    imported.addAndGet(messages);
    progress.imported(messages);
  }

  public void countFailed() {
    failed.incrementAndGet();
  }

  public void countWaiting() {
    waiting.incrementAndGet();
  }

  public void countGone() {
    gone.incrementAndGet();
  }

  ImportResult result(Instant now) {
    synchronized (unmarked) {
      return new ImportResult(account.id(), begun, Duration.between(begun, now), imported.get(), failed.get(), waiting.get(), gone.get(),
          unmarked.size(), unmarked.values().stream().findFirst().orElse(null), failure());
    }
  }
}
