package org.mailroom.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.mailroom.account.Account;
import org.mailroom.account.AccountSchedule;
import org.mailroom.account.Accounts;
import org.mailroom.delivery.FailedDeliveries;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** How much needs somebody, for the navigation of every page. Counted again after some seconds only. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class Attention {

  record Counts(long accounts, long failed, long credentials, long routes) {}

  private record Counted(Counts counts, Instant at) {}

  private static final Duration KEPT = Duration.ofSeconds(3);

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final FailedDeliveries failures;
  private final CamelContext camel;
  private final Clock clock;
  private volatile Counted last;

  Attention(Accounts accounts, AccountSchedule schedule, FailedDeliveries failures, CamelContext camel, Clock clock) {
    this.accounts = accounts;
    this.schedule = schedule;
    this.failures = failures;
    this.camel = camel;
    this.clock = clock;
  }

  Counts counts() {
    Counted known = last;
    if (known == null || clock.instant().isAfter(known.at().plus(KEPT))) {
      known = new Counted(count(), clock.instant());
      last = known;
    }
    return known.counts();
  }

  /** After somebody has changed something, the next page shows it. */
  void changed() {
    last = null;
  }

  private Counts count() {
    long failing = accounts.all().stream().map(Account::id).filter(id -> schedule.lastResult(id).filter(result -> !result.couldBeRead()).isPresent()).count();
    long stopped = camel.getRoutes().stream().map(Route::getRouteId)
        .filter(id -> !id.equals("poll-accounts") && !camel.getRouteController().getRouteStatus(id).isStarted()).count();
    return new Counts(failing, failed(), 0, stopped);
  }

  private long failed() {
    try {
      return failures.count().values().stream().mapToLong(Long::longValue).sum();
    } catch (DataAccessException | TransactionException databaseDown) {
      return 0;
    }
  }
}
