package org.mailroom.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import org.springframework.stereotype.Component;

/**
 * Counts what became of deliveries: {@code mailroom.messages} by account, destination and result,
 * which is {@code delivered}, {@code failed} (given up), {@code pending} (tried again later) or
 * {@code discarded}.
 */
@Component
final class DeliveryMetrics {

  private final MeterRegistry meters;

  DeliveryMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  void count(String account, String destination, String status, int deliveries) {
    meters
        .counter(
            "mailroom.messages",
            "account",
            account,
            "destination",
            destination,
            "result",
            status.toLowerCase(Locale.ROOT))
        .increment(deliveries);
  }
}
