package org.mailroom.monitoring;

import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.monitoring.AccountStatus.State;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.NamedContributor;
import org.springframework.stereotype.Component;

/**
 * Health {@code accounts}, an indicator an account: down while its mailbox can't be read, or wasn't
 * for longer than it may be; waiting while it goes on by itself. With cause and remedy. Answers
 * without the database, so that it can tell when that is down.
 */
@Component("accountsHealthContributor")
final class AccountsHealth implements CompositeHealthContributor {

  private static final String WAITING = "WAITING";

  private final Accounts accounts;
  private final AccountStatuses statuses;
  private final FailedCounts failed;

  AccountsHealth(Accounts accounts, AccountStatuses statuses, FailedCounts failed) {
    this.accounts = accounts;
    this.statuses = statuses;
    this.failed = failed;
  }

  @Override
  public @Nullable HealthContributor getContributor(String name) {
    String problem = accounts.problems().get(name);
    if (problem != null) {
      return (HealthIndicator) () -> Health.down().withDetail("reason", problem).build();
    }
    return accounts.find(name).<HealthContributor>map(this::indicator).orElse(null);
  }

  private HealthIndicator indicator(Account account) {
    return () -> health(statuses.withoutDatabase(account));
  }

  private Health health(AccountStatus status) {
    Health.Builder health = new Health.Builder();
    if (status.stalled() || status.state() == State.NEEDS_ATTENTION || status.isFailing()) {
      health.down();
    } else if (status.state() == State.WAITING) {
      health.status(WAITING);
    } else {
      health.up();
    }
    health.withDetail("state", status.state().inWords()).withDetail("mailbox", status.mailbox());
    if (status.reason() != null) {
      health.withDetail("reason", status.reason());
    }
    if (status.lastSuccess() != null) {
      health.withDetail("lastSuccess", status.lastSuccess().toString());
    }
    return health.withDetail("failedDeliveries", failed.of(status.account())).build();
  }

  @Override
  public Iterator<NamedContributor<HealthContributor>> iterator() {
    return Stream.concat(
            accounts.all().stream().map(Account::id), accounts.problems().keySet().stream())
        .map(id -> NamedContributor.of(id, getContributor(id)))
        .iterator();
  }
}
