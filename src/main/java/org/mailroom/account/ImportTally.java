package org.mailroom.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.mailroom.listing.ListedMessage;

/** What an import came to so far. Safe for use by several threads. */
final class ImportTally {

  private static final int TROUBLE_OF_THE_SERVICE = 3;

  final AtomicInteger imported = new AtomicInteger();
  final AtomicInteger failed = new AtomicInteger();
  final AtomicInteger givenUp = new AtomicInteger();
  final AtomicInteger waiting = new AtomicInteger();
  final AtomicInteger gone = new AtomicInteger();
  private final AtomicInteger through = new AtomicInteger();
  private final AtomicInteger troubled = new AtomicInteger();
  private final Map<String, Exception> unmarked = new LinkedHashMap<>();
  private final Clock clock;
  private final Instant begun;
  private final long requestsBefore;
  private volatile Instant lastStep;
  private volatile Instant reached;

  /**
   * @param requestsBefore how many requests to its mailbox were counted before
   */
  ImportTally(Clock clock, long requestsBefore) {
    this.clock = clock;
    this.begun = clock.instant();
    this.lastStep = begun;
    this.requestsBefore = requestsBefore;
  }

  /** It gets on. */
  void step() {
    lastStep = clock.instant();
  }

  /**
   * The service couldn't give what belongs to one message, and it isn't clear whether that is due to the message. Several in a row are
   * trouble of the service: so a message that always fails holds up no others, and an outage is blamed on few.
   *
   * @return whether it counts as the message's own failure
   */
  boolean blames() {
    return troubled.incrementAndGet() < TROUBLE_OF_THE_SERVICE;
  }

  void fetched() {
    troubled.set(0);
  }

  boolean isTroubled() {
    return troubled.get() >= TROUBLE_OF_THE_SERVICE;
  }

  /** A page is through: delivered, or noted as waiting. */
  void delivered(List<ListedMessage> page) {
    step();
    through.addAndGet(page.size());
    page.stream().map(ListedMessage::receivedAt).filter(Objects::nonNull).max(Comparator.naturalOrder())
        .filter(last -> reached == null || last.isAfter(reached)).ifPresent(last -> reached = last);
  }

  /** Everything that a listing brought up to here, oldest first, is through; null before the first page. */
  Instant reached() {
    return reached;
  }

  synchronized void unmarked(String messageId, Exception why) {
    unmarked.put(messageId, why);
  }

  ImportProgress.Running progress(String account) {
    return new ImportProgress.Running(account, begun, lastStep, imported.get(), through.get());
  }

  /**
   * @param requests how many requests to its mailbox were counted by now
   */
  synchronized ImportResult result(String account, long requests, Exception failure) {
    return new ImportResult(account, begun, Duration.between(begun, clock.instant()), imported.get(), failed.get(), givenUp.get(), waiting.get(), gone.get(),
        unmarked.size(), requests - requestsBefore, unmarked.values().stream().findFirst().orElse(null), failure);
  }
}
