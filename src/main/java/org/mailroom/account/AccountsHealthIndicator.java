package org.mailroom.account;

import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.stereotype.Component;

/** Health {@code accounts}: down while a mailbox can't be read, with the cause and what to do. */
@Component("accountsHealthIndicator")
final class AccountsHealthIndicator extends AbstractHealthIndicator {

  private final Accounts accounts;
  private final AccountSchedule schedule;

  AccountsHealthIndicator(Accounts accounts, AccountSchedule schedule) {
    this.accounts = accounts;
    this.schedule = schedule;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    health.up();
    accounts.problems().forEach((id, problem) -> health.down().withDetail(id, problem));
    for (Account account : accounts.all()) {
      schedule.lastResult(account.id()).filter(result -> result.failure() != null)
          .ifPresent(result -> health.down().withDetail(account.id(), result.failure().getMessage()));
    }
  }
}
