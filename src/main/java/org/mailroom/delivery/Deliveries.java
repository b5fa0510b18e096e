package org.mailroom.delivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.mailroom.message.MessageFolders;
import org.springframework.stereotype.Component;

/** Who gets what, and in which form. */
@Component("deliveries")
public final class Deliveries {

  private final Destinations destinations;
  private final MailMessageJson json;
  private final MessageFolders folders;
  private final DestinationHealth health;

  Deliveries(Destinations destinations, MailMessageJson json, MessageFolders folders, DestinationHealth health) {
    this.destinations = destinations;
    this.json = json;
    this.folders = folders;
    this.health = health;
  }

  /** The deliveries of the messages that are ready: one a page for destinations that take pages, else one a message. */
  public List<Delivery> plan(@ExchangeProperty("messages") List<IncomingMessage> messages) {
    Map<String, List<IncomingMessage>> byDestination = new LinkedHashMap<>();
    for (IncomingMessage message : messages) {
      if (message.isReady()) {
        message.destinations().forEach(name -> byDestination.computeIfAbsent(name, key -> new ArrayList<>()).add(message));
      }
    }
    List<Delivery> plan = new ArrayList<>();
    byDestination.forEach((name, waiting) -> {
      boolean page = destinations.acceptsPage(name);
      Delivery delivery = new Delivery(name, destinations.endpoint(name), page, waiting);
      plan.addAll(page ? List.of(delivery) : delivery.singly());
    });
    return plan;
  }

  /**
   * Sets the message that the destination gets. A page: the body is a list of {@link MailMessage}. Else the body is one MailMessage as a
   * JSON text; the headers are {@code account}, {@code messageId} and {@code CamelFileName}, a name made of the message id alone, so
   * that a second delivery lands on the first. Nothing that a mail says becomes a header. The exchange property {@code endpoint} is where it goes.
   */
  public void content(Exchange exchange, @ExchangeProperty("delivery") Delivery delivery) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    exchange.setProperty("endpoint", delivery.endpoint());
    if (delivery.page()) {
      message.setBody(delivery.messages().stream().map(IncomingMessage::document).toList());
      return;
    }
    MailMessage document = delivery.messages().get(0).document();
    exchange.setProperty("mailMessage", document);
    message.setHeader("account", document.account());
    message.setHeader("messageId", document.id());
    message.setHeader(Exchange.FILE_NAME, folders.key(document.id()) + ".json");
    message.setBody(json.toString(document));
  }

  /** Whether the destination may be tried: it isn't known to be down, or it is time to see whether it is up again. */
  public boolean admitted(@ExchangeProperty("delivery") Delivery delivery) {
    return health.admits(delivery.destination());
  }

  /** The destination is down: its messages wait. */
  public void postpone(@ExchangeProperty("delivery") Delivery delivery) {
    Exception why = health.outage(delivery.destination()).map(DestinationHealth.Outage::failure)
        .orElseGet(() -> new IllegalStateException("it was down a moment ago"));
    delivery.messages().forEach(message -> message.awaits(delivery.destination(), why));
  }

  public void delivered(@ExchangeProperty("delivery") Delivery delivery) {
    health.succeeded(delivery.destination());
    delivery.messages().forEach(message -> message.deliveredTo(delivery.destination()));
  }

  /**
   * A delivery failed. Returns what is to be tried again: each message of a page alone, so that one that is refused doesn't hold up the
   * others; nothing when the destination is down or the message was alone.
   */
  public List<Delivery> again(
      @ExchangeProperty("delivery") Delivery delivery, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    if (delivery.isSeveral() && DestinationFailure.kind(why) != DestinationFailure.Kind.CERTAINLY) {
      return delivery.singly();
    }
    if (health.failed(delivery.destination(), delivery.messages().get(0).id(), why)) {
      postpone(delivery);
    } else {
      delivery.messages().forEach(message -> message.refusedBy(delivery.destination(), why));
    }
    return List.of();
  }
}
