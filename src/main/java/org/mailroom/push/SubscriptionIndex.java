package org.mailroom.push;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * The subscriptions of all nodes by their ids, in memory: what a notification is judged by, so that
 * one that nobody is subscribed to costs nothing. It is as large as the table. Safe for use by
 * several threads.
 */
@Component
final class SubscriptionIndex {

  private final Wakes wakes;
  private volatile Map<String, Subscription> byId = Map.of();
  private boolean filled;

  SubscriptionIndex(Wakes wakes) {
    this.wakes = wakes;
  }

  /**
   * The subscriptions as the table has them. What arrived in a mailbox before this node knew of its
   * subscription was told to nobody: such a mailbox is looked at. At the start every mailbox is
   * polled anyway.
   */
  synchronized void replace(Collection<Subscription> rows) {
    Map<String, Subscription> present = new HashMap<>();
    rows.stream().filter(row -> row.id() != null).forEach(row -> present.put(row.id(), row));
    Map<String, Subscription> before = byId;
    byId = Map.copyOf(present);
    if (filled) {
      present.values().stream()
          .filter(row -> !before.containsKey(row.id()))
          .forEach(row -> wakes.add(row.mailbox()));
    }
    filled = true;
  }

  Optional<Subscription> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  int size() {
    return byId.size();
  }
}
