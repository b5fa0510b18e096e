package org.mailroom.push;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.function.Function;
import org.mailroom.graph.AnswerJson;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.ServiceClock;
import org.mailroom.graph.WrongAnswerException;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * What is asked of Graph about subscriptions, on the same wire as everything else, with the token
 * of the account's credential and within the limits of its mailbox. Each is sent once: the upkeep
 * comes again by itself. Safe for use by several threads.
 */
@Component
class SubscriptionRequests {

  /**
   * The time that it is for the service is known within seconds; a subscription that asks for more
   * than the longest life is refused.
   */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  /**
   * What Graph granted.
   *
   * @param expires by this machine's clock
   */
  record Granted(String id, Instant expires) {}

  private final Graph graph;
  private final AnswerJson answers;
  private final ObjectMapper json;
  private final GraphUris uris;
  private final Duration lifetime;
  private final ServiceClock service;
  private final Clock clock;

  SubscriptionRequests(
      Graph graph,
      AnswerJson answers,
      ObjectMapper json,
      MailroomProperties properties,
      ServiceClock service,
      Clock clock) {
    this.graph = graph;
    this.answers = answers;
    this.json = json;
    this.uris = new GraphUris(properties.graphUrl());
    this.lifetime = properties.push().lifetime();
    this.service = service;
    this.clock = clock;
  }

  /**
   * Subscribes to a mailbox.
   *
   * @throws org.mailroom.graph.GraphException when it is refused; Graph asks at the address first
   *     whether it is ours
   */
  Granted create(WantedSubscription wanted, String url, String clientState) {
    return inTheServicesTime(
        expiration ->
            graph.ask(
                GraphRequest.once(
                    GraphRequest.post(
                        GraphOperation.CREATE_SUBSCRIPTION,
                        wanted.credential(),
                        wanted.mailbox(),
                        uris.of("subscriptions"),
                        content(wanted, url, clientState, expiration),
                        this::granted))));
  }

  private String content(
      WantedSubscription wanted, String url, String clientState, Instant expiration) {
    ObjectNode asked =
        json.createObjectNode()
            .put("changeType", "created")
            .put("notificationUrl", url)
            .put("lifecycleNotificationUrl", url)
            .put("resource", wanted.resource())
            .put("expirationDateTime", expiration.toString())
            .put("clientState", clientState);
    return asked.toString();
  }

  /** Renews a subscription, which authorises it anew as well. */
  Granted renew(WantedSubscription wanted, String id) {
    return inTheServicesTime(
        expiration ->
            graph.ask(
                GraphRequest.once(
                    GraphRequest.patch(
                        GraphOperation.RENEW_SUBSCRIPTION,
                        wanted.credential(),
                        wanted.mailbox(),
                        uris.of("subscriptions", id),
                        json.createObjectNode()
                            .put("expirationDateTime", expiration.toString())
                            .toString(),
                        this::granted))));
  }

  void delete(Subscription subscription) {
    graph.ask(
        GraphRequest.once(
            GraphRequest.delete(
                GraphOperation.DELETE_SUBSCRIPTION,
                subscription.credential(),
                subscription.mailbox(),
                uris.of(
                    "subscriptions",
                    Objects.requireNonNull(subscription.id(), "the subscription to delete")))));
  }

  /**
   * Where this machine's clock is wrong, a time that is too far away is refused; the refusal tells
   * what time it is for the service.
   */
  private Granted inTheServicesTime(Function<Instant, Granted> ask) {
    Instant expiration = expiration();
    try {
      return ask.apply(expiration);
    } catch (GraphException refusal) {
      Instant better = expiration();
      if (refusal.status() != 400
          || Duration.between(better, expiration).compareTo(MARGIN.dividedBy(2)) < 0) {
        throw refusal;
      }
      return ask.apply(better);
    }
  }

  private Instant expiration() {
    return service.now().plus(lifetime).minus(MARGIN).truncatedTo(ChronoUnit.SECONDS);
  }

  private Granted granted(InputStream answer) throws IOException {
    JsonNode granted = answers.tree(answer);
    String id = granted.path("id").asText("");
    if (id.isBlank()) {
      throw new WrongAnswerException("the answer is no subscription");
    }
    try {
      Duration lives =
          Duration.between(
              service.now(), Instant.parse(granted.path("expirationDateTime").asText()));
      return new Granted(id, clock.instant().plus(lives));
    } catch (DateTimeException noTime) {
      throw new WrongAnswerException("the subscription doesn't say when it expires");
    }
  }
}
