package org.mailroom.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatuses;
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

  private final AccountStatuses statuses;
  private final CredentialStatuses credentials;
  private final FailedDeliveries failures;
  private final CamelContext camel;
  private final Clock clock;
  private volatile Counted last;

  Attention(AccountStatuses statuses, CredentialStatuses credentials, FailedDeliveries failures, CamelContext camel, Clock clock) {
    this.statuses = statuses;
    this.credentials = credentials;
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
    long stopped = camel.getRoutes().stream().map(Route::getRouteId).filter(id -> !camel.getRouteController().getRouteStatus(id).isStarted()).count();
    return new Counts(failing(), failed(), failingCredentials(), stopped);
  }

  private long failing() {
    try {
      return statuses.all().stream().filter(account -> account.state() == AccountStatus.State.NEEDS_ATTENTION).count();
    } catch (DataAccessException | TransactionException databaseDown) {
      return 0;
    }
  }

  private long failingCredentials() {
    try {
      return credentials.all().stream().filter(status -> status.detail() != null).count();
    } catch (DataAccessException | TransactionException databaseDown) {
      return 0;
    }
  }

  private long failed() {
    try {
      return failures.count().values().stream().mapToLong(Long::longValue).sum();
    } catch (DataAccessException | TransactionException databaseDown) {
      return 0;
    }
  }
}
