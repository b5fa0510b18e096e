package org.mailroom.account;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.springframework.stereotype.Component;

/**
 * Times polls: {@code mailroom.poll} by account and result, which is {@code idle}, {@code
 * imported}, {@code incomplete} (some messages failed or weren't marked) or {@code failed} (the
 * mailbox couldn't be read to its end).
 */
@Component
public final class PollMetrics {

  private final MeterRegistry meters;

  PollMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  public void ended(ImportResult result) {
    String kind =
        result.failure() != null
            ? "failed"
            : result.failed() > 0 || result.unmarked() > 0
                ? "incomplete"
                : result.imported() > 0 ? "imported" : "idle";
    Timer.builder("mailroom.poll")
        .description("Imports of an account")
        .tag("account", result.account())
        .tag("result", kind)
        .register(meters)
        .record(result.took());
  }
}
