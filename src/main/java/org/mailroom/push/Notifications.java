package org.mailroom.push;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Judges notifications. Whoever knows the address can send some: each is looked up in memory and
 * compared, and what isn't from a subscription of ours is only counted, in {@code
 * mailroom.notifications} by {@code result}. A right one is no more than a reason to look into its
 * mailbox. Safe for use by several threads; asks neither database nor service.
 */
@Component
final class Notifications {

  /** More than Graph's ids and our secrets have. */
  private static final int LONGEST_TEXT = 200;

  /** What became of one. */
  private enum Result {
    /** Its mailbox is looked at. */
    WOKEN,
    /** It says something of the subscription itself. */
    LIFECYCLE,
    /** Nobody is subscribed by that id. */
    UNKNOWN,
    /** It doesn't know the secret of its subscription. */
    WRONG_STATE,
    /** A request that is too large, or no JSON of notifications. */
    UNREADABLE
  }

  private final SubscriptionIndex index;
  private final Wakes wakes;
  private final LifecycleEvents events;
  private final ObjectMapper json;
  private final Map<Result, Counter> counters = new EnumMap<>(Result.class);

  Notifications(
      SubscriptionIndex index,
      Wakes wakes,
      LifecycleEvents events,
      ObjectMapper json,
      MeterRegistry meters) {
    this.index = index;
    this.wakes = wakes;
    this.events = events;
    this.json = json;
    Arrays.stream(Result.values())
        .forEach(
            result ->
                counters.put(
                    result,
                    Counter.builder("mailroom.notifications")
                        .description("Change notifications, by what became of them")
                        .tag("result", result.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .register(meters)));
  }

  /**
   * Takes the notifications of a request.
   *
   * @return whether it was one of notifications at all
   */
  boolean take(byte[] body) {
    JsonNode value;
    try {
      JsonNode read = json.readTree(body);
      value = read == null ? null : read.get("value");
    } catch (IOException notJson) {
      value = null;
    }
    if (value == null || !value.isArray()) {
      refused();
      return false;
    }
    value.forEach(notification -> count(judge(notification)));
    return true;
  }

  /** A request came that isn't read. */
  void refused() {
    count(Result.UNREADABLE);
  }

  private void count(Result result) {
    Objects.requireNonNull(counters.get(result)).increment();
  }

  private Result judge(JsonNode notification) {
    String id = text(notification, "subscriptionId");
    Subscription subscription = id == null ? null : index.find(id).orElse(null);
    if (id == null || subscription == null) {
      return Result.UNKNOWN;
    }
    String state = text(notification, "clientState");
    String hash = subscription.clientState();
    if (state == null || hash == null || !ClientState.isRight(state, hash)) {
      return Result.WRONG_STATE;
    }
    String event = text(notification, "lifecycleEvent");
    if (event == null) {
      wakes.add(subscription.mailbox());
      return Result.WOKEN;
    }
    // of an event that isn't known yet the mailbox tells: looking is never wrong
    if (!LifecycleEvents.REAUTHORIZATION_REQUIRED.equals(event)) {
      wakes.add(subscription.mailbox());
    }
    events.add(id, event);
    return Result.LIFECYCLE;
  }

  private static @Nullable String text(JsonNode notification, String name) {
    JsonNode value = notification.get(name);
    return value != null && value.isTextual() && value.textValue().length() <= LONGEST_TEXT
        ? value.textValue()
        : null;
  }
}
