package org.mailroom.delivery;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.camel.CamelContext;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.RetryAfter;
import org.mailroom.settings.Causes;
import org.mailroom.settings.DestinationProperties;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What the failure of a destination means: as its settings {@code refused-on}, {@code down-on} and
 * {@code later-on} say, else as is documented. Threads: those of imports.
 */
@Component
final class FailureRules {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");

  /** What a destination is believed: a longer Retry-After is taken for a mistake. */
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);

  private static final String RETRY_AFTER = "Retry-After";

  /** By destination, then by HTTP status or name of a class. */
  private final Map<String, Map<String, Outcome>> ofSite = new HashMap<>();

  private final Clock clock;

  FailureRules(MailroomProperties properties, CamelContext camel, Clock clock) {
    this.clock = clock;
    properties
        .destinations()
        .forEach(
            (name, destination) -> {
              ofSite.put(name, rules(destination));
              warnOfUnknown(name, destination, camel);
            });
  }

  private static Map<String, Outcome> rules(DestinationProperties destination) {
    Map<String, Outcome> rules = new HashMap<>();
    destination.refusedOn().forEach(failure -> rules.put(failure, Outcome.REFUSED));
    destination.downOn().forEach(failure -> rules.put(failure, Outcome.DOWN));
    destination.laterOn().forEach(failure -> rules.put(failure, Outcome.LATER));
    return rules;
  }

  private static void warnOfUnknown(
      String name, DestinationProperties destination, CamelContext camel) {
    Map<String, List<String>> lists =
        Map.of(
            "refused-on",
            destination.refusedOn(),
            "down-on",
            destination.downOn(),
            "later-on",
            destination.laterOn());
    lists.forEach(
        (key, failures) ->
            failures.stream()
                .filter(
                    failure ->
                        failure.contains(".")
                            && camel.getClassResolver().resolveClass(failure) == null)
                .forEach(
                    failure ->
                        LOG.warn(
                            "mailroom.destinations.{}.{} names {}, which is neither in the jar nor"
                                + " in lib/, so that nothing fails with it. Check its spelling.",
                            name,
                            key,
                            failure)));
  }

  /**
   * Judges a failure.
   *
   * @param header {@code Retry-After} of the message that failed, for routes that set one; null:
   *     none
   */
  Failure judge(String destination, Exception why, @Nullable String header) {
    Outcome outcome = bySite(destination, why).orElseGet(() -> DestinationFailure.outcome(why));
    return new Failure(outcome, way(why), retryAfter(why, header), why);
  }

  private Optional<Outcome> bySite(String destination, Exception why) {
    Map<String, Outcome> rules = ofSite.getOrDefault(destination, Map.of());
    return rules.isEmpty()
        ? Optional.empty()
        : Causes.of(why).map(cause -> bySite(rules, cause)).filter(Objects::nonNull).findFirst();
  }

  private static @Nullable Outcome bySite(Map<String, Outcome> rules, Throwable cause) {
    OptionalInt status = DestinationFailure.status(cause);
    Outcome outcome = status.isPresent() ? rules.get(String.valueOf(status.getAsInt())) : null;
    for (Class<?> type = cause.getClass();
        type != null && outcome == null;
        type = type.getSuperclass()) {
      outcome = rules.get(type.getName());
    }
    return outcome;
  }

  private static String way(Exception why) {
    return Causes.of(why)
        .map(DestinationFailure::status)
        .filter(OptionalInt::isPresent)
        .findFirst()
        .map(status -> "HTTP " + status.getAsInt())
        .orElseGet(() -> Causes.root(why).getClass().getName());
  }

  private @Nullable Duration retryAfter(Exception why, @Nullable String header) {
    String answered =
        Causes.first(why, HttpOperationFailedException.class)
            .map(HttpOperationFailedException::getResponseHeaders)
            .flatMap(
                headers ->
                    headers.entrySet().stream()
                        .filter(each -> RETRY_AFTER.equalsIgnoreCase(each.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst())
            .orElse(header);
    return RetryAfter.parse(answered, clock.instant(), LONGEST_RETRY_AFTER)
        .map(RetryAfter::delay)
        .orElse(null);
  }
}
