package org.mailroom.delivery;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The messages that one destination failed on, where that may have been the fault of either.
 * Another message that gets through shows that it was theirs.
 */
final class Suspects {

  /** So many are kept in memory; the oldest are forgotten, and judged anew. */
  private static final int MOST = 1000;

  /** Whether another message has got through since. */
  private final Map<String, Boolean> blamed =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MOST;
        }
      };

  void add(Collection<String> messageIds) {
    messageIds.forEach(id -> blamed.put(id, false));
  }

  boolean areAll(Collection<String> messageIds) {
    return blamed.keySet().containsAll(messageIds);
  }

  /** The fault is theirs. */
  boolean isBlamed(Collection<String> messageIds) {
    return messageIds.stream().allMatch(id -> Boolean.TRUE.equals(blamed.get(id)));
  }

  boolean isAnyUnjudged() {
    return blamed.containsValue(false);
  }

  /** Nothing that was before shows anything about what comes now. */
  void outageBegins() {
    blamed.replaceAll((id, whether) -> false);
  }

  void othersGotThrough(Collection<String> messageIds) {
    messageIds.forEach(blamed::remove);
    blamed.replaceAll((id, whether) -> true);
  }
}
