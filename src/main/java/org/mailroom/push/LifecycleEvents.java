package org.mailroom.push;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What Graph said of subscriptions of ours, by their ids, until the upkeep has dealt with it: at
 * most one event a subscription. Safe for use by several threads.
 */
@Component
final class LifecycleEvents {

  static final String REAUTHORIZATION_REQUIRED = "reauthorizationRequired";
  static final String SUBSCRIPTION_REMOVED = "subscriptionRemoved";

  private final Map<String, String> byId = new ConcurrentHashMap<>();

  /** Notes an event of a subscription that is known; one that is removed stays removed. */
  void add(String id, String event) {
    if (event.equals(SUBSCRIPTION_REMOVED)) {
      byId.put(id, event);
    } else if (event.equals(REAUTHORIZATION_REQUIRED)) {
      byId.putIfAbsent(id, event);
    }
  }

  boolean isRemoved(@Nullable String id) {
    return id != null && SUBSCRIPTION_REMOVED.equals(byId.get(id));
  }

  boolean isToBeRenewed(@Nullable String id) {
    return id != null && REAUTHORIZATION_REQUIRED.equals(byId.get(id));
  }

  void dealtWith(@Nullable String id) {
    if (id != null) {
      byId.remove(id);
    }
  }
}
