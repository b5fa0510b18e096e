package org.mailroom.delivery;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.LeaseLostException;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MessageFolders;
import org.mailroom.routes.RouteFailures;
import org.mailroom.settings.Causes;
import org.mailroom.settings.Printable;
import org.springframework.stereotype.Component;

/**
 * Who gets what, and in which form. The routes call it on the threads of an import's pages; the
 * variable {@code delivery} holds the {@link Delivery}.
 */
@Component("deliveries")
public final class Deliveries {

  private static final String RETRY_AFTER = "Retry-After";

  /** No message is asked for sooner. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final Destinations destinations;
  private final MessageFolders folders;
  private final DestinationHealth health;
  private final FailureRules rules;
  private final RouteFailures routes;
  private final Clock clock;

  Deliveries(
      Destinations destinations,
      MessageFolders folders,
      DestinationHealth health,
      FailureRules rules,
      RouteFailures routes,
      Clock clock) {
    this.destinations = destinations;
    this.folders = folders;
    this.health = health;
    this.rules = rules;
    this.routes = routes;
    this.clock = clock;
  }

  /**
   * The deliveries of the messages that are ready: one a page for destinations that take pages,
   * else one a message.
   */
  public List<Delivery> plan(@Variable("group") List<IncomingMessage> messages) {
    Map<String, List<IncomingMessage>> byDestination = new LinkedHashMap<>();
    for (IncomingMessage message : messages) {
      if (message.isReady()) {
        message
            .destinations()
            .forEach(
                name -> byDestination.computeIfAbsent(name, key -> new ArrayList<>()).add(message));
      }
    }
    List<Delivery> plan = new ArrayList<>();
    byDestination.forEach(
        (name, waiting) -> {
          boolean page = destinations.acceptsPage(name);
          Delivery delivery = new Delivery(name, destinations.endpoint(name), page, waiting);
          plan.addAll(page ? List.of(delivery) : delivery.singly());
        });
    return plan;
  }

  /** Where the delivery goes: any Camel endpoint. */
  public @Nullable String endpoint(@Variable("delivery") Delivery delivery) {
    return delivery.endpoint();
  }

  /** The destination takes message by message: as JSON text, with headers. */
  public boolean goesAlone(@Variable("delivery") Delivery delivery) {
    return !delivery.page();
  }

  /**
   * Sets the message that the destination gets. A page: the body is a list of {@link MailMessage}.
   * Else the body is one MailMessage; the headers are {@code account}, {@code mailbox}, {@code
   * messageId}, {@code subject}, {@code sender}, {@code receivedAt} (ISO 8601) and {@code
   * CamelFileName}, a name made of the message id alone, so that a second delivery lands on the
   * first. Nothing that a mail says becomes a header's name.
   */
  public void content(Exchange exchange, @Variable("delivery") Delivery delivery) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    if (delivery.page()) {
      message.setBody(delivery.messages().stream().map(IncomingMessage::document).toList());
      return;
    }
    MailMessage document =
        Objects.requireNonNull(
            delivery.messages().get(0).document(), "the document of a message that is ready");
    message.setHeader("account", document.account());
    message.setHeader("mailbox", document.mailbox());
    message.setHeader("messageId", document.id());
    setText(message, "subject", document.subject());
    setText(message, "sender", document.sentBy());
    setText(
        message,
        "receivedAt",
        document.receivedAt() == null ? null : document.receivedAt().toString());
    message.setHeader(Exchange.FILE_NAME, folders.key(document.id()) + ".json");
    message.setBody(document);
  }

  /** A header may end up in a protocol of lines. */
  private static void setText(Message message, String name, @Nullable String value) {
    if (value != null) {
      message.setHeader(name, Printable.line(value));
    }
  }

  /**
   * Whether the destination may be tried: it isn't known to be down, or it is time to see whether
   * it is up again.
   */
  public boolean admitted(@Variable("delivery") Delivery delivery) {
    return health.admits(delivery.destination(), delivery.messageIds());
  }

  /** The destination is down, or asks to wait: its messages wait. */
  public void postpone(@Variable("delivery") Delivery delivery) {
    Exception why =
        health
            .outage(delivery.destination())
            .map(DestinationHealth.Outage::failure)
            .orElseGet(() -> new IllegalStateException("it was down a moment ago"));
    delivery.messages().forEach(message -> message.awaits(delivery.destination(), why));
  }

  /** Every message of it arrived. The destination is up, too: what waited for it may go on. */
  public void delivered(@Variable("delivery") Delivery delivery) {
    health.succeeded(delivery.destination(), delivery.messageIds());
    delivery.messages().forEach(message -> message.deliveredTo(delivery.destination()));
  }

  /**
   * A delivery failed. Returns what is to be tried again: each message of a page alone, so that one
   * that is refused doesn't hold up the others; nothing when the destination is down, asks for
   * later, or the message was alone. The header {@code Retry-After}, in seconds or as an HTTP date,
   * counts where a route has set one.
   *
   * @throws LeaseLostException when the mailbox is another node's now
   */
  public List<Delivery> again(
      Exchange exchange,
      @Variable("delivery") Delivery delivery,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
    LeaseLostException lost = Causes.first(caught, LeaseLostException.class).orElse(null);
    if (lost != null) {
      // says nothing of the destination, nor of a message
      health.givesBackTheTurn(delivery.destination());
      throw lost;
    }
    Failure failure =
        rules.judge(
            delivery.destination(),
            routes.located(caught),
            exchange.getMessage().getHeader(RETRY_AFTER, String.class));
    if (delivery.isSeveral() && failure.outcome().isPerhapsOfOneMessage()) {
      health.givesBackTheTurn(delivery.destination());
      return delivery.singly();
    }
    switch (health.failed(delivery.destination(), delivery.messageIds(), failure)) {
      case WAITS -> postpone(delivery);
      case LATER ->
          later(
              delivery,
              LedgerRows.LATER,
              failure,
              failure.retryAfter() == null
                  ? destinations.retry(delivery.destination()).backoff()
                  : failure.retryAfter());
      case IN_DOUBT -> later(delivery, LedgerRows.IN_DOUBT, failure, SHORT);
      default ->
          delivery
              .messages()
              .forEach(message -> message.refusedBy(delivery.destination(), failure.why()));
    }
    return List.of();
  }

  private void later(Delivery delivery, String begins, Failure failure, Duration wait) {
    DeliverLater later =
        new DeliverLater(
            begins, clock.instant().plus(wait.compareTo(SHORT) < 0 ? SHORT : wait), failure.why());
    delivery.messages().forEach(message -> message.awaits(delivery.destination(), later));
  }
}
