package org.mailroom.marking;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Messages that may not be marked yet: they were received in the second where the listing stands,
 * and marking them would move positions under it. They go with a later page, perhaps of another
 * turn. Safe for use by several threads.
 */
public final class HeldBack {

  private final List<ToMark> messages = new ArrayList<>();

  /**
   * Takes messages in, and lets those go that may be marked now.
   *
   * @param isBehind whether marking a message that was received then can't move what is still to be
   *     listed
   */
  synchronized List<ToMark> exchange(List<ToMark> more, Predicate<Instant> isBehind) {
    List<ToMark> behind = new ArrayList<>(more.size());
    messages.addAll(more);
    messages.removeIf(
        message -> {
          boolean free = isBehind.test(message.receivedAt());
          if (free) {
            behind.add(message);
          }
          return free;
        });
    return behind;
  }

  /**
   * The turn is over. Until the next one they may be changed by others, so that they are looked up
   * before anything is changed.
   */
  public synchronized void untilAnotherTurn() {
    messages.replaceAll(ToMark::toBeLookedUp);
  }
}
