package org.mailroom.monitoring;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mailroom.delivery.DestinationHealth;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.delivery.FailedDeliveries.Selection;

/** The dead letters over JMX. */
final class FailuresMBean implements FailuresMXBean {

  private static final int MOST = 10_000;

  private final FailedDeliveries failures;
  private final FailedCounts counts;
  private final DestinationHealth destinations;

  FailuresMBean(FailedDeliveries failures, FailedCounts counts, DestinationHealth destinations) {
    this.failures = failures;
    this.counts = counts;
    this.destinations = destinations;
  }

  @Override
  public long getTotal() {
    return counts.all().values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public Map<String, Long> getByAccount() {
    return counts.all();
  }

  @Override
  public Map<String, String> getDestinationsDown() {
    Map<String, String> down = new TreeMap<>();
    destinations
        .outages()
        .forEach(
            (name, outage) -> down.put(name, "since " + outage.since() + ": " + outage.cause()));
    return down;
  }

  @Override
  public String[] list(String account, int most) {
    return failures
        .list(new Selection(given(account), null, null), Math.min(MOST, Math.max(1, most)))
        .stream()
        .map(
            failed ->
                failed.account()
                    + " "
                    + failed.messageId()
                    + " to "
                    + failed.destination()
                    + ", "
                    + failed.attempts()
                    + " attempts: "
                    + failed.error())
        .toArray(String[]::new);
  }

  @Override
  public int retry(String account, String messageId) {
    return failures.retry(new Selection(given(account), given(messageId), null));
  }

  @Override
  public int discard(String account, String messageId) {
    if (given(account) == null) {
      throw new IllegalArgumentException("Say of which account.");
    }
    return failures.discard(new Selection(account, given(messageId), null));
  }

  private static @Nullable String given(String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
