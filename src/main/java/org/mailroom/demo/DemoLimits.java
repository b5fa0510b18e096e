package org.mailroom.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** What the service allows for one mailbox: four requests at the same time, and so many in a window. */
final class DemoLimits {

  static final int AT_ONCE = 4;

  private static final class Mailbox {
    private final Semaphore parts = new Semaphore(AT_ONCE, true);
    private int inFlight;
    private int peak;
    private long windowBegan = System.nanoTime();
    private int counted;
  }

  private final Map<String, Mailbox> mailboxes = new HashMap<>();
  private final int requestsPerWindow;
  private final long windowNanos;

  DemoLimits(int requestsPerWindow, java.time.Duration window) {
    this.requestsPerWindow = requestsPerWindow;
    this.windowNanos = window.toNanos();
  }

  synchronized void enter(String mailbox) {
    Mailbox state = mailboxes.computeIfAbsent(mailbox, name -> new Mailbox());
    count(state);
    if (state.inFlight >= AT_ONCE) {
      throw new GraphFault(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", Map.of("Retry-After", "1"));
    }
    state.inFlight++;
    state.peak = Math.max(state.peak, state.inFlight);
  }

  synchronized void leave(String mailbox) {
    mailboxes.get(mailbox).inFlight--;
  }

  /** A part of a batch counts as a request; the parts of one mailbox run four at a time. */
  void enterPart(String mailbox) throws InterruptedException {
    Semaphore places;
    synchronized (this) {
      Mailbox state = mailboxes.computeIfAbsent(mailbox, name -> new Mailbox());
      count(state);
      places = state.parts;
    }
    places.acquire();
  }

  synchronized void leavePart(String mailbox) {
    mailboxes.get(mailbox).parts.release();
  }

  private void count(Mailbox state) {
    long now = System.nanoTime();
    if (now - state.windowBegan >= windowNanos) {
      state.windowBegan = now;
      state.counted = 0;
    }
    state.counted++;
    if (state.counted > requestsPerWindow) {
      long seconds = Math.max(1, (windowNanos - (now - state.windowBegan)) / 1_000_000_000L);
      throw new GraphFault(429, "TooManyRequests", "Too many requests.", Map.of("Retry-After", Long.toString(seconds)));
    }
  }

  synchronized int peak(String mailbox) {
    Mailbox state = mailboxes.get(mailbox);
    return state == null ? 0 : state.peak;
  }
}
