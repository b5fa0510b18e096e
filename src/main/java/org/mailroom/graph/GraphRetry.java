package org.mailroom.graph;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.mailroom.credential.CredentialException;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Decides whether a failed request is worth another try; how long to wait before it says the
 * route's redelivery policy. Tries are counted in the request, so the policy belongs to the route
 * whose step hands the request to {@code direct:graph-request}.
 */
@Component("graphRetry")
public final class GraphRetry {

  /** Asking for less helps more than asking again. */
  private static final int TRIES_OF_A_PAGE = 2;

  /** A page that took all its time takes it again. */
  private static final int TRIES_OF_A_SLOW_PAGE = 1;

  private static final int TRIES_WITH_A_NEW_TOKEN = 1;

  private final MailboxGates gates;
  private final StopSignal stop;
  private final Limits limits;
  private final Clock clock;

  GraphRetry(MailboxGates gates, StopSignal stop, MailroomProperties properties, Clock clock) {
    this.gates = gates;
    this.stop = stop;
    this.limits = properties.limits();
    this.clock = clock;
  }

  /**
   * Called for {@code retryWhile}: true to send the request again. In: variable {@code request} and
   * the failure of the exchange.
   *
   * <p>Throttling is waited for; what is transient gets a few tries; a refused token is replaced
   * once; nothing else is repeated, and nothing while the runtime stops.
   */
  public boolean isWorthwhile(Exchange exchange) {
    return exchange.getVariable("request") instanceof GraphRequest<?> request
        && !exchange.getContext().isStopping()
        && !exchange.getContext().isStopped()
        && mayHelp(request, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
  }

  // not an overload of the other: Camel calls none when it finds several, and takes that for false
  boolean mayHelp(GraphRequest<?> request, Exception failure) {
    Tries tries = request.tries();
    if (stop.isStopping() || !tries.isLast(failure)) {
      // what another step raised, or the gate, isn't this request's to repeat
      return false;
    }
    if (failure instanceof GraphException refusal) {
      return mayHelp(request, refusal, tries);
    }
    return failure instanceof CredentialException credential
        && credential.isTransient()
        && tries.failed() < limits.tries();
  }

  private boolean mayHelp(GraphRequest<?> request, GraphException refusal, Tries tries) {
    if (refusal.isUnauthorized()) {
      return tries.isAnotherTokenToBeHad() && tries.unauthorized() <= TRIES_WITH_A_NEW_TOKEN;
    }
    if (refusal.isThrottled()) {
      return opensBy(request.mailbox())
          .isBefore(Objects.requireNonNull(tries.first()).plus(limits.throttledFor()));
    }
    if (!request.operation().isRepeatable()) {
      // what became of it isn't known
      return false;
    }
    if (request.operation() == GraphOperation.CREATE_FOLDER && refusal.status() == 409) {
      // it is there: looking again finds it
      return false;
    }
    boolean movedMeanwhile =
        refusal.operation() == GraphOperation.MOVE_MESSAGES && refusal.isGone();
    return (refusal.isTransient() || movedMeanwhile) && tries.failed() < most(request, refusal);
  }

  private int most(GraphRequest<?> request, GraphException refusal) {
    if (request.isProbe()) {
      return 1;
    }
    if (request.operation().isPage() && refusal.mayBeOneMessagesFault()) {
      return Math.min(
          limits.tries(), refusal.isOutOfTime() ? TRIES_OF_A_SLOW_PAGE : TRIES_OF_A_PAGE);
    }
    return limits.tries();
  }

  private Instant opensBy(String mailbox) {
    Duration closed = gates.opensIn(mailbox);
    return clock.instant().plus(closed);
  }
}
