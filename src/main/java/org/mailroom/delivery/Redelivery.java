package org.mailroom.delivery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.message.EarlierDelivery;
import org.mailroom.message.IncomingMessage;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.mailroom.settings.Utc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Delivers once more, on purpose, what a destination has: from the stored document, through the
 * route {@code deliver}. Name and duplicate-detection id are the same as before, and the mailbox
 * isn't touched.
 */
@Component
public final class Redelivery {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final String ROUTE = "direct:deliver";
  private static final int LONGEST_ERROR = 1000;

  private final JdbcTemplate jdbc;
  private final MailMessageJson json;
  private final Accounts accounts;
  private final Destinations destinations;
  private final Deliveries deliveries;
  private final ProducerTemplate camel;
  private final Clock clock;

  Redelivery(
      JdbcTemplate jdbc,
      MailMessageJson json,
      Accounts accounts,
      Destinations destinations,
      Deliveries deliveries,
      ProducerTemplate camel,
      Clock clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.accounts = accounts;
    this.destinations = destinations;
    this.deliveries = deliveries;
    this.camel = camel;
    this.clock = clock;
  }

  /**
   * Delivers a message again. Each delivery that succeeds is noted in the ledger; one that fails
   * leaves its entry as it is, for the destination had the message before.
   *
   * @param names of the chosen destinations
   * @return by destination, why it failed; an empty text when it succeeded
   * @throws IllegalArgumentException in words, when there is no such message, account or
   *     destination
   * @throws IOException when its document can't be read
   */
  public Map<String, String> deliver(String accountId, String messageId, List<String> names)
      throws IOException {
    IncomingMessage message = message(accountId, messageId, names);
    deliveries.plan(List.of(message)).forEach(delivery -> send(message.account(), delivery));
    Map<String, String> outcome = new LinkedHashMap<>();
    for (String destination : message.destinations()) {
      if (message.delivered().contains(destination)) {
        note(message, destination);
        outcome.put(destination, "");
      } else {
        Exception why =
            message.refusals().getOrDefault(destination, message.outages().get(destination));
        outcome.put(destination, DeliveryError.inWords(why, LONGEST_ERROR));
      }
    }
    LOG.info(
        "account {}: message {} was delivered again to {} as somebody asked",
        accountId,
        messageId,
        String.join(", ", message.delivered()));
    return outcome;
  }

  private void send(Account account, Delivery delivery) {
    Exchange exchange =
        camel.send(
            ROUTE,
            sent -> {
              sent.setVariable("account", account.id());
              sent.setVariable("mailbox", account.mailbox());
              sent.getMessage().setBody(delivery);
            });
    if (exchange.getException() != null) {
      delivery
          .messages()
          .forEach(message -> message.refusedBy(delivery.destination(), exchange.getException()));
    }
  }

  private IncomingMessage message(String accountId, String messageId, List<String> names)
      throws IOException {
    Account account =
        accounts
            .find(accountId)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Account "
                            + accountId
                            + " isn't there any more, so nothing says how it delivers."));
    names.stream()
        .filter(name -> !destinations.isKnown(name))
        .findFirst()
        .ifPresent(
            unknown -> {
              throw new IllegalArgumentException(
                  "There is no destination " + unknown + " in mailroom.destinations.");
            });
    String document =
        jdbc
            .queryForList(
                "select document from mail_message where account = ? and message_id = ?",
                String.class,
                accountId,
                messageId)
            .stream()
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "This message isn't in the database, so there is nothing to deliver it"
                            + " from."));
    MailMessage message = json.read(document.getBytes(StandardCharsets.UTF_8));
    IncomingMessage incoming =
        new IncomingMessage(
            account,
            messageId,
            message.receivedAt(),
            null,
            names,
            attempts(accountId, messageId),
            false);
    incoming.attachments(message.attachments() == null ? List.of() : message.attachments());
    incoming.document(message);
    return incoming;
  }

  private Map<String, EarlierDelivery> attempts(String accountId, String messageId) {
    Map<String, EarlierDelivery> attempts = new LinkedHashMap<>();
    jdbc.query(
        "select destination, attempts from delivery where account = ? and message_id = ?",
        row -> {
          attempts.put(row.getString(1), new EarlierDelivery(row.getInt(2), false, true));
        },
        accountId,
        messageId);
    return attempts;
  }

  private void note(IncomingMessage message, String destination) {
    OffsetDateTime now = Utc.of(Instant.now(clock));
    int attempts = message.earlierAttempts(destination) + 1;
    if (jdbc.update(
            "update delivery set status = 'DELIVERED', attempts = ?, delivered_at = ?, last_error ="
                + " null, next_attempt_at = null where account = ? and message_id = ? and"
                + " destination = ?",
            attempts,
            now,
            message.account().id(),
            message.id(),
            destination)
        == 0) {
      jdbc.update(
          "insert into delivery (account, message_id, destination, status, attempts, delivered_at)"
              + " values (?, ?, ?, 'DELIVERED', ?, ?) on conflict do nothing",
          message.account().id(),
          message.id(),
          destination,
          attempts,
          now);
    }
  }
}
