package org.mailroom.graph;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Counts what the service counts against one mailbox, so that no window of time holds more than is
 * allowed, wherever the service lets its windows begin. The service counts a request some time
 * between its sending and its answer: so it counts here from the sending until one window after the
 * answer. Not safe for use by several threads at once.
 */
final class QuotaWindow {

  /** Answers so close to each other are remembered as one. */
  private static final int SLICES = 500;

  /** In so many slices it is handed on. */
  private static final int COARSE = 20;

  /** So small a part of the quota isn't worth handing on. */
  private static final int NEGLIGIBLE = 100;

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
   * What counts at a time, oldest first and in coarse slices that count rather longer than shorter;
   * none where it is hardly anything.
   */
  List<GateState.Used> used(Instant now) {
    forgetBefore(now);
    if (counted * NEGLIGIBLE < allowed) {
      return List.of();
    }
    Deque<GateState.Used> used = new ArrayDeque<>();
    Instant begun = null;
    for (Slice slice : answered) {
      if (begun != null
          && Duration.between(begun, slice.end).compareTo(window.dividedBy(COARSE)) < 0) {
        used.addLast(new GateState.Used(slice.end, used.removeLast().parts() + slice.parts));
      } else {
        begun = slice.end;
        used.addLast(new GateState.Used(slice.end, slice.parts));
      }
    }
    if (inFlight > 0) {
      used.addLast(new GateState.Used(now, inFlight));
    }
    return List.copyOf(used);
  }

  /** Goes on with what another node counted, who had the mailbox since. */
  void goOnWith(List<GateState.Used> used) {
    answered.clear();
    counted = inFlight;
    for (GateState.Used slice : used) {
      answered.addLast(new Slice(slice.at()));
      answered.peekLast().parts = slice.parts();
      counted += slice.parts();
    }
  }

  private void forgetBefore(Instant now) {
    while (!answered.isEmpty() && !now.isBefore(answered.peekFirst().end.plus(window))) {
      counted -= answered.removeFirst().parts;
    }
  }

  /**
   * @return how long until there is room for so many more, zero when there is; empty when that
   *     depends on answers that aren't there yet
   */
  Optional<Duration> roomIn(int parts, Instant now) {
    forgetBefore(now);
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
