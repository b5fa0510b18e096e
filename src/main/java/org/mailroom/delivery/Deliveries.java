package org.mailroom.delivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.mailroom.account.IncomingMessage;
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

  Deliveries(Destinations destinations, MailMessageJson json, MessageFolders folders) {
    this.destinations = destinations;
    this.json = json;
    this.folders = folders;
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
   * that a second delivery lands on the first. Nothing that a mail says becomes a header.
   */
  public void content(Exchange exchange, @ExchangeProperty("delivery") Delivery delivery) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
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

  public void delivered(@ExchangeProperty("delivery") Delivery delivery) {
    delivery.messages().forEach(message -> message.deliveredTo(delivery.destination()));
  }

  public void refused(
      @ExchangeProperty("delivery") Delivery delivery, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    delivery.messages().forEach(message -> message.refusedBy(delivery.destination(), why));
  }

  /** A type for {@code split}: the deliveries of a refused page, one by one. */
  public List<Delivery> singly(@Body Object ignored, @ExchangeProperty("delivery") Delivery delivery) {
    return delivery.singly();
  }
}
