package org.mailroom.delivery;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Different messages that one destination refused one after the other in the same way, with none
 * delivered in between.
 */
final class RefusalsInARow {

  static final int MANY = 10;

  private final Set<String> messages = new LinkedHashSet<>();
  private @Nullable String way;

  /** Whether there are so many now that it may not be about the messages; true once. */
  boolean isWorthTelling(String sameWay, Collection<String> messageIds) {
    if (!sameWay.equals(way)) {
      way = sameWay;
      messages.clear();
    }
    boolean fewer = messages.size() < MANY;
    if (fewer) {
      messages.addAll(messageIds);
    }
    return fewer && messages.size() >= MANY;
  }
}
