package org.mailroom.routes;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.mailroom.settings.Causes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Failures in the routes of the site and of destinations: where they happened, for whoever tells of
 * them; and a line in the log for those that nobody else tells of. Threads: any.
 */
@Component("routeFailures")
public final class RouteFailures {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.routes");

  /** By the innermost cause, which stays the same however often it is wrapped. */
  private final Map<Throwable, RouteFailure> places =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final Map<Throwable, Boolean> told = Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * So many failed parts are kept until it shows whether one of them becomes the whole's own
   * failure; older ones are told.
   */
  private static final int MOST_PARTS = 100;

  /** Causes of parts that failed, by the exchange that they are parts of. */
  private final Map<String, Queue<Throwable>> ofParts = new ConcurrentHashMap<>();

  /** Where an exception came from; empty when it wasn't a route of the site or of a destination. */
  public Optional<RouteFailure> find(Throwable failure) {
    return failure == null
        ? Optional.empty()
        : Optional.ofNullable(places.get(Causes.root(failure)));
  }

  /**
   * Route, file, step and reason of what an exchange failed with; the reason alone when it wasn't a
   * route of the site or of a destination.
   */
  public String inWords(Exchange exchange) {
    return inWords(failure(exchange));
  }

  /** The same of an exception, however it is wrapped. */
  public String inWords(Throwable failure) {
    return failure == null
        ? "no reason is known"
        : find(failure).map(RouteFailure::inWords).orElseGet(() -> RouteProblem.inWords(failure));
  }

  /** Whether the log has it already. */
  boolean isTold(Throwable failure) {
    return failure != null && told.containsKey(Causes.root(failure));
  }

  /**
   * What happened in a route of the site's, with a sentence that says where; any other failure as
   * it is.
   */
  public Exception located(Exception failure) {
    return find(failure)
        .filter(place -> !place.isEngines())
        .<Exception>map(place -> new RouteFailureException(place, failure))
        .orElse(failure);
  }

  /**
   * A step begins that works on parts, each of them an exchange of its own: whether their failures
   * become its own, shows at its end.
   */
  void splits(Exchange exchange) {
    ofParts.put(exchange.getExchangeId(), new LinkedBlockingQueue<>());
  }

  /**
   * A step that works on parts has ended: what of them failed and isn't its own failure is handled
   * by nobody.
   */
  void joined(Exchange exchange) {
    Queue<Throwable> failed = ofParts.remove(exchange.getExchangeId());
    if (failed != null) {
      failed.stream()
          .filter(
              root ->
                  exchange.getException() == null || Causes.root(exchange.getException()) != root)
          .forEach(this::tell);
    }
  }

  /**
   * A step has failed. Should it turn out that nothing handles it, it is told.
   *
   * @param isOfEngine whether a route is one of Mailroom's own, which tells itself of what fails
   *     while it works on a message
   */
  void failed(
      Exchange exchange, String file, String route, String step, Predicate<String> isOfEngine) {
    Throwable root = Causes.root(exchange.getException());
    places.putIfAbsent(
        root,
        new RouteFailure(
            file,
            route,
            step,
            RouteProblem.inWords(exchange.getException()),
            isOfEngine.test(route)));
    if (exchange.getUnitOfWork() != null) {
      exchange.getUnitOfWork().addSynchronization(new AtTheEnd(root, isOfEngine));
    }
  }

  /** What becomes of a failure that left a step. */
  private final class AtTheEnd implements Synchronization {

    private final Throwable root;
    private final Predicate<String> isOfEngine;

    AtTheEnd(Throwable root, Predicate<String> isOfEngine) {
      this.root = root;
      this.isOfEngine = isOfEngine;
    }

    @Override
    public void onComplete(Exchange exchange) {
      // it was handled
    }

    @Override
    public void onFailure(Exchange exchange) {
      Throwable last = failure(exchange);
      if (last == null || Causes.root(last) != root) {
        return;
      }
      String whole = exchange.getProperty(Exchange.CORRELATION_ID, String.class);
      Queue<Throwable> parts = whole == null ? null : ofParts.get(whole);
      if (parts != null) {
        parts.add(root);
        Throwable oldest = parts.size() > MOST_PARTS ? parts.poll() : null;
        if (oldest != null) {
          tell(oldest);
        }
      } else if (whole != null
          && exchange.getFromEndpoint() != null
          && exchange.getFromEndpoint().getEndpointUri().startsWith("kamelet:")) {
        // a copy for the kamelet: the failure goes back to who called it
        return;
      } else if (whole == null
          || exchange.getFromRouteId() == null
          || !isOfEngine.test(exchange.getFromRouteId())) {
        // what is a part of the engine's work, the engine tells; a wire tap's message belongs to
        // nobody
        tell(root);
      }
    }
  }

  private void tell(Throwable root) {
    RouteFailure failure = places.get(root);
    if (failure != null && told.put(root, true) == null) {
      LOG.warn("{}", failure.inWords());
    }
  }

  private static Throwable failure(Exchange exchange) {
    return exchange.getException() != null
        ? exchange.getException()
        : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
  }
}
