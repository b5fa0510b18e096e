package org.mailroom.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What the service allows for one mailbox: four requests at the same time, and so many in a window.
 * Each part of a batch is such a request, and the batch around them isn't; a batch alone never asks
 * for more than four places, several at once can.
 */
public final class DemoLimits {

  static final int AT_ONCE = 4;

  private static final class Mailbox {
    private int inFlight;
    private int peak;
    private long windowBegan = System.nanoTime();
    private int counted;
    private final Deque<Long> recent = new ArrayDeque<>();
  }

  private final Map<String, Mailbox> mailboxes = new HashMap<>();
  private int requestsPerWindow;
  private long windowNanos;
  private boolean sliding;

  DemoLimits(int requestsPerWindow, Duration window) {
    set(requestsPerWindow, window, false);
  }

  /**
   * Changes the limit; what was counted before is forgotten.
   *
   * @param slides whether the window ends at each request, or begins anew when it is over
   */
  public synchronized void set(int requests, Duration window, boolean slides) {
    this.requestsPerWindow = requests;
    this.windowNanos = window.toNanos();
    this.sliding = slides;
    mailboxes
        .values()
        .forEach(
            state -> {
              state.recent.clear();
              state.counted = 0;
              state.windowBegan = System.nanoTime();
            });
  }

  /** Takes a place for a request or a part of a batch, and counts it. */
  synchronized void enter(String mailbox) {
    Mailbox state = mailboxes.computeIfAbsent(mailbox, name -> new Mailbox());
    count(state);
    if (state.inFlight >= AT_ONCE) {
      throw new GraphFault(
          429,
          "ApplicationThrottled",
          "Application is over its MailboxConcurrency limit.",
          Map.of("Retry-After", "1"));
    }
    state.inFlight++;
    state.peak = Math.max(state.peak, state.inFlight);
  }

  synchronized void leave(String mailbox) {
    mailboxes.get(mailbox).inFlight--;
  }

  private void count(Mailbox state) {
    long now = System.nanoTime();
    long over = sliding ? overInSlidingWindow(state, now) : overInFixedWindow(state, now);
    if (over >= 0) {
      // what is refused counts, too
      throw new GraphFault(
          429,
          "TooManyRequests",
          "Too many requests.",
          Map.of("Retry-After", Long.toString(Math.max(1, over / 1_000_000_000L))));
    }
  }

  /** Nanoseconds until there is room again; negative when there is. */
  private long overInSlidingWindow(Mailbox state, long now) {
    while (!state.recent.isEmpty() && now - state.recent.peekFirst() >= windowNanos) {
      state.recent.removeFirst();
    }
    state.recent.addLast(now);
    return state.recent.size() <= requestsPerWindow
        ? -1
        : windowNanos - (now - state.recent.peekFirst());
  }

  private long overInFixedWindow(Mailbox state, long now) {
    if (now - state.windowBegan >= windowNanos) {
      state.windowBegan = now;
      state.counted = 0;
    }
    state.counted++;
    return state.counted <= requestsPerWindow ? -1 : windowNanos - (now - state.windowBegan);
  }

  /** Nothing was asked so far. */
  synchronized void clear() {
    mailboxes.values().forEach(state -> state.peak = state.inFlight);
  }

  synchronized int peak(String mailbox) {
    Mailbox state = mailboxes.get(mailbox);
    return state == null ? 0 : state.peak;
  }
}
