package org.mailroom.graph;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Counts what the service counts against one mailbox, so that no window of time holds more than is allowed, wherever the service lets its
 * windows begin. The service counts a request some time between its sending and its answer: so it counts here from the sending until one
 * window after the answer. Not safe for use by several threads at once.
 */
final class QuotaWindow {

  /** Answers so close to each other are remembered as one. */
  private static final int SLICES = 500;

  private static final class Slice {
    private final Instant end;
    private int parts;

    private Slice(Instant end) {
      this.end = end;
    }
  }

  private final int allowed;
  private final Duration window;
  private final Deque<Slice> answered = new ArrayDeque<>();
  private int inFlight;
  private int counted;

  QuotaWindow(int allowed, Duration window) {
    this.allowed = allowed;
    this.window = window;
  }

  void sent(int parts) {
    inFlight += parts;
    counted += parts;
  }

  void answered(int parts, Instant now) {
    inFlight -= parts;
    if (answered.isEmpty() || now.isAfter(answered.peekLast().end)) {
      answered.addLast(new Slice(now.plus(window.dividedBy(SLICES))));
    }
    answered.peekLast().parts += parts;
  }

  /**
   * @return how long until there is room for so many more, zero when there is; empty when that depends on answers that aren't there yet
   */
  Optional<Duration> roomIn(int parts, Instant now) {
    while (!answered.isEmpty() && !now.isBefore(answered.peekFirst().end.plus(window))) {
      counted -= answered.removeFirst().parts;
    }
    int tooMany = counted + Math.min(parts, allowed) - allowed;
    if (tooMany <= 0) {
      return Optional.of(Duration.ZERO);
    }
    for (Slice slice : answered) {
      tooMany -= slice.parts;
      if (tooMany <= 0) {
        return Optional.of(Duration.between(now, slice.end.plus(window)));
      }
    }
    return Optional.empty();
  }
}
