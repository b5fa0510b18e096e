package org.mailroom.graph;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.mailroom.credential.CredentialException;
import org.springframework.stereotype.Component;

/** Decides whether a failed request is worth another try; how long to wait before it says the route's redelivery policy. */
@Component("graphRetry")
public final class GraphRetry {

  private static final int ATTEMPTS = 5;

  private static final int ATTEMPTS_OF_A_PAGE = 2;

  /** A service that says when to come back is believed for longer: each wait is its own. */
  private static final int ATTEMPTS_WHEN_THROTTLED = 60;

  /**
   * Called for {@code retryWhile}: true to send the request again.
   *
   * <p>Throttling is waited for; what is transient gets a few tries; a refused token is replaced once; nothing else is repeated, and
   * nothing while the runtime stops.
   */
  public boolean isWorthwhile(Exchange exchange) {
    Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    Integer counter = exchange.getIn().getHeader(Exchange.REDELIVERY_COUNTER, Integer.class);
    // counts the tries that have failed, this one included
    int tries = counter == null ? 1 : counter;
    if (isStopping(exchange.getContext())) {
      return false;
    }
    if (failure instanceof GraphException graph) {
      return isWorthwhile(graph, tries);
    }
    return failure instanceof CredentialException credential && credential.isTransient() && tries < ATTEMPTS;
  }

  private static boolean isWorthwhile(GraphException failure, int tries) {
    if (failure.isUnauthorized()) {
      return tries <= 1;
    }
    if (failure.status() == 429) {
      return tries < ATTEMPTS_WHEN_THROTTLED;
    }
    if (failure.operation().startsWith("list messages") && (failure.status() == 500 || failure.status() == 504)) {
      // asking for less helps more than asking again
      return tries < ATTEMPTS_OF_A_PAGE;
    }
    if (failure.operation().startsWith("create folder") && failure.status() == 409) {
      // it is there: looking again finds it
      return false;
    }
    if (failure.operation().startsWith("move messages") && failure.isGone()) {
      return tries < ATTEMPTS;
    }
    boolean permanentPaging = "MailroomForeignNextLink".equals(failure.code()) || "MailroomEndlessListing".equals(failure.code());
    return failure.isTransient() && !permanentPaging && tries < ATTEMPTS;
  }

  private static boolean isStopping(CamelContext context) {
    return context.isStopping() || context.isStopped();
  }
}
