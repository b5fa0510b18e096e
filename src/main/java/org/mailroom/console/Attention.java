package org.mailroom.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.CredentialStatuses;
import org.mailroom.delivery.FailedDeliveries;
import org.mailroom.monitoring.AccountStatus;
import org.mailroom.monitoring.AccountStatuses;
import org.mailroom.monitoring.MissedNodes;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.ReservedConnections;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * How much needs somebody, for the navigation of every page. Counted again after some seconds only.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class Attention implements DisposableBean {

  record Counts(long accounts, long failed, long credentials, long routes, long nodes) {}

  private record Counted(Counts counts, Instant at) {}

  private static final Duration KEPT = Duration.ofSeconds(3);
  private static final Duration TOO_OLD = Duration.ofSeconds(30);

  private final AccountStatuses statuses;
  private final CredentialStatuses credentials;
  private final FailedDeliveries failures;
  private final CamelContext camel;
  private final MissedNodes nodes;
  private final ReservedConnections connections;
  private final Clock clock;
  private final AtomicBoolean counting = new AtomicBoolean();
  private final ExecutorService counter =
      Executors.newSingleThreadExecutor(Daemons.named("attention"));
  private volatile @Nullable Counted last;

  Attention(
      AccountStatuses statuses,
      CredentialStatuses credentials,
      FailedDeliveries failures,
      CamelContext camel,
      MissedNodes nodes,
      ReservedConnections connections,
      Clock clock) {
    this.statuses = statuses;
    this.credentials = credentials;
    this.failures = failures;
    this.camel = camel;
    this.nodes = nodes;
    this.connections = connections;
    this.clock = clock;
  }

  /** Those of some seconds ago while they are counted anew: no page waits for that. */
  Counts counts() {
    Counted known = last;
    Instant now = clock.instant();
    if (known == null || now.isAfter(known.at().plus(TOO_OLD))) {
      known = new Counted(count(), now);
      last = known;
    } else if (now.isAfter(known.at().plus(KEPT)) && counting.compareAndSet(false, true)) {
      Counted before = known;
      counter.execute(() -> countAgain(before));
    }
    return known.counts();
  }

  @SuppressWarnings("ReferenceEquality")
  private void countAgain(Counted before) {
    connections.begin();
    try {
      Counted now = new Counted(count(), clock.instant());
      // unless somebody has changed something meanwhile
      last = last == before ? now : last;
    } finally {
      connections.end();
      counting.set(false);
    }
  }

  @Override
  public void destroy() {
    counter.shutdownNow();
  }

  /** After somebody has changed something, the next page shows it. */
  void changed() {
    last = null;
  }

  private Counts count() {
    long stopped =
        camel.getRoutes().stream()
            .map(Route::getRouteId)
            .filter(id -> !camel.getRouteController().getRouteStatus(id).isStarted())
            .count();
    return new Counts(failing(), failed(), failingCredentials(), stopped, nodes.all().size());
  }

  private long failing() {
    try {
      return statuses.all().stream()
          .filter(account -> account.state() == AccountStatus.State.NEEDS_ATTENTION)
          .count();
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
