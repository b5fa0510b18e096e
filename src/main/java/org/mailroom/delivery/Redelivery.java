package org.mailroom.delivery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.IncomingMessage;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.listing.ListedMessage;
import org.mailroom.message.MailMessage;
import org.mailroom.message.MailMessageJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Delivers once more, on purpose, what a destination has: from the stored document, through the same routes. */
@Component("redelivery")
public final class Redelivery {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final int LONGEST_ERROR = 1000;

  /** What somebody asks for. */
  public record Request(String account, String messageId, List<String> destinations) {}

  private final JdbcTemplate jdbc;
  private final MailMessageJson json;
  private final Accounts accounts;
  private final MailroomProperties properties;
  private final Clock clock;

  Redelivery(JdbcTemplate jdbc, MailMessageJson json, Accounts accounts, MailroomProperties properties, Clock clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.accounts = accounts;
    this.properties = properties;
    this.clock = clock;
  }

  /**
   * The message, ready for the chosen destinations.
   *
   * @throws IllegalArgumentException in words, when there is no such message, account or destination
   * @throws IOException when its document can't be read
   */
  public List<IncomingMessage> messages(@Body Request request) throws IOException {
    Account account = accounts.find(request.account())
        .orElseThrow(() -> new IllegalArgumentException("Account " + request.account() + " isn't there any more, so nothing says how it delivers."));
    for (String destination : request.destinations()) {
      if (!properties.destinations().containsKey(destination)) {
        throw new IllegalArgumentException("There is no destination " + destination + " in mailroom.destinations.");
      }
    }
    String document = jdbc.queryForList("select document from mail_message where account = ? and message_id = ?", String.class,
        request.account(), request.messageId()).stream().findFirst()
        .orElseThrow(() -> new IllegalArgumentException("This message isn't in the database, so there is nothing to deliver it from."));
    MailMessage message = json.read(document.getBytes(StandardCharsets.UTF_8));
    Map<String, Integer> attempts = attempts(request);
    IncomingMessage incoming = new IncomingMessage(account, ListedMessage.ofId(request.messageId()), request.destinations(), attempts);
    incoming.attachments(message.attachments() == null ? List.of() : message.attachments());
    incoming.document(message);
    return List.of(incoming);
  }

  private Map<String, Integer> attempts(Request request) {
    Map<String, Integer> attempts = new LinkedHashMap<>();
    jdbc.query("select destination, attempts from delivery where account = ? and message_id = ?", row -> {
      attempts.put(row.getString(1), row.getInt(2));
    }, request.account(), request.messageId());
    return attempts;
  }

  /**
   * Notes the deliveries that succeeded in the ledger. One that failed leaves its entry as it is: the destination had the message before.
   *
   * @return by destination, why it failed; an empty text when it succeeded
   */
  public Map<String, String> record(@ExchangeProperty("messages") List<IncomingMessage> messages) {
    Map<String, String> outcome = new LinkedHashMap<>();
    IncomingMessage message = messages.get(0);
    for (String destination : message.destinations()) {
      if (message.delivered().contains(destination)) {
        note(message, destination);
        outcome.put(destination, "");
      } else {
        Exception why = message.refusals().getOrDefault(destination, message.outages().get(destination));
        outcome.put(destination, DeliveryError.inWords(why, LONGEST_ERROR));
      }
    }
    LOG.info("account {}: message {} was delivered again to {} as somebody asked", message.account().id(), message.id(),
        String.join(", ", message.delivered()));
    return outcome;
  }

  private void note(IncomingMessage message, String destination) {
    OffsetDateTime now = OffsetDateTime.ofInstant(Instant.now(clock), ZoneOffset.UTC);
    int attempts = message.earlierAttempts(destination) + 1;
    if (jdbc.update("update delivery set status = 'DELIVERED', attempts = ?, delivered_at = ?, last_error = null, next_attempt_at = null"
        + " where account = ? and message_id = ? and destination = ?", attempts, now, message.account().id(), message.id(), destination) == 0) {
      jdbc.update("insert into delivery (account, message_id, destination, status, attempts, delivered_at) values (?, ?, ?, 'DELIVERED', ?, ?)"
          + " on conflict do nothing", message.account().id(), message.id(), destination, attempts, now);
    }
  }
}
