package org.mailroom.monitoring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.schedule.AccountSchedule;
import org.springframework.stereotype.Component;

/**
 * The gauges of accounts: {@code mailroom.poll.last.success} (age in seconds; before the first
 * success, of this process), {@code mailroom.backlog} (absent while it isn't known) and {@code
 * mailroom.failed}. An account that is deleted takes its gauges along.
 */
@Component
final class AccountGauges {

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final FailedCounts failed;
  private final Clock clock;
  private final MultiGauge lastSuccess;
  private final MultiGauge backlog;
  private final MultiGauge failures;
  private List<Account> registered = List.of();

  AccountGauges(
      Accounts accounts,
      AccountSchedule schedule,
      FailedCounts failed,
      Clock clock,
      MeterRegistry meters) {
    this.accounts = accounts;
    this.schedule = schedule;
    this.failed = failed;
    this.clock = clock;
    this.lastSuccess =
        MultiGauge.builder("mailroom.poll.last.success")
            .baseUnit("seconds")
            .description("Time since the mailbox was last read to its end")
            .register(meters);
    this.backlog =
        MultiGauge.builder("mailroom.backlog")
            .description(
                "Messages that the last import left: refused, waiting, given up, not marked")
            .register(meters);
    this.failures =
        MultiGauge.builder("mailroom.failed")
            .description("Deliveries that were given up and wait for a decision")
            .register(meters);
  }

  /** Follows accounts that come and go. */
  void refresh() {
    List<Account> all = List.copyOf(accounts.all());
    if (all.equals(registered)) {
      return;
    }
    registered = all;
    register(lastSuccess, all, this::secondsSinceSuccess);
    register(
        backlog,
        all,
        account -> schedule.backlog(account.id()).map(Long::doubleValue).orElse(Double.NaN));
    register(failures, all, account -> (double) failed.of(account.id()));
  }

  private static void register(
      MultiGauge gauge, Collection<Account> all, Function<Account, Double> figure) {
    gauge.register(
        all.stream()
            .map(account -> Row.of(Tags.of("account", account.id()), account, figure::apply))
            .toList(),
        true);
  }

  private double secondsSinceSuccess(Account account) {
    return Duration.between(
                schedule.lastSuccess(account.id()).orElse(schedule.knownSince(account.id())),
                clock.instant())
            .toMillis()
        / 1000.0;
  }
}
