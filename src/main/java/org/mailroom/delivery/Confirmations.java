package org.mailroom.delivery;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.mailroom.account.Account;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What the site's route {@code confirm} says of messages that all destinations have. One that it refuses isn't marked; it stands in the ledger
 * beside the destinations, under {@link #NAME}, and is asked about again by the rules of retry.
 */
@Component
public final class Confirmations {

  /** Stands for a destination in the ledger. */
  static final String NAME = "(confirm)";

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final String ROUTE = "direct:confirm";
  private static final int LONGEST_ERROR = 1000;

  private final JdbcTemplate jdbc;
  private final LedgerTable table;
  private final LedgerRows rows;
  private final CamelContext camel;

  Confirmations(JdbcTemplate jdbc, LedgerTable table, LedgerRows rows, CamelContext camel) {
    this.jdbc = jdbc;
    this.table = table;
    this.rows = rows;
    this.camel = camel;
  }

  /** Whether the site's route has any step: as it is shipped it has none. */
  public boolean areAsked() {
    for (RouteDefinition route : camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions()) {
      if (route.getInput() != null && ROUTE.equals(route.getInput().getEndpointUri())) {
        return !route.getOutputs().isEmpty();
      }
    }
    return false;
  }

  /** The site confirms a message that it may have refused before. */
  public void confirmed(Account account, String messageId) {
    jdbc.update("delete from delivery where account = ? and message_id = ? and destination = ?", account.id(), messageId, NAME);
  }

  /** The site refuses a message. */
  public void refused(Account account, String messageId, Instant receivedAt, Exception why) {
    LedgerState before = table.states(account.id(), List.of(messageId)).getOrDefault(messageId, Map.of()).get(NAME);
    String error = "the site's route confirm refuses it: " + DeliveryError.inWords(why, LONGEST_ERROR);
    LedgerEntry entry = rows.refused(new LedgerEntry(account.id(), messageId, NAME, LedgerEntry.PENDING, before == null ? 0 : before.attempts(), before != null, false,
        error, null, null, null, receivedAt == null ? null : OffsetDateTime.ofInstant(receivedAt, ZoneOffset.UTC)), false, false);
    table.write(List.of(entry));
    LOG.warn("account {}: message {} is delivered and stays unmarked: {} {}", account.id(), messageId, error,
        entry.is(LedgerEntry.FAILED) ? "It isn't asked about any more; see: failed list --account " + account.id() : "It is asked about again at " + entry.nextAttempt() + ".");
  }
}
