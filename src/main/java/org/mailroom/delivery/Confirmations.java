package org.mailroom.delivery;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.routes.RouteFailures;
import org.mailroom.settings.Utc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What the site's route {@code confirm} says of messages that all destinations have. One that it
 * refuses isn't marked; it stands in the ledger beside the destinations, under {@link #NAME}, and
 * is asked about again by the rules of retry.
 */
@Component
public final class Confirmations {

  /** Stands for a destination in the ledger. */
  static final String NAME = "(confirm)";

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.delivery");
  private static final String ROUTE = "direct:confirm";

  /** The only step of the route as it is shipped. */
  private static final String NO_STEP = "nothing-to-confirm";

  private static final int LONGEST_ERROR = 1000;

  private final JdbcTemplate jdbc;
  private final LedgerTable table;
  private final LedgerRows rows;
  private final RouteFailures routes;
  private final CamelContext camel;

  Confirmations(
      JdbcTemplate jdbc,
      LedgerTable table,
      LedgerRows rows,
      RouteFailures routes,
      CamelContext camel) {
    this.jdbc = jdbc;
    this.table = table;
    this.rows = rows;
    this.routes = routes;
    this.camel = camel;
  }

  /** Whether the site's route does anything: as it is shipped it doesn't. */
  public boolean areAsked() {
    for (RouteDefinition route :
        camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions()) {
      if (route.getInput() != null && ROUTE.equals(route.getInput().getEndpointUri())) {
        return route.getOutputs().stream().anyMatch(step -> !NO_STEP.equals(step.getId()));
      }
    }
    return false;
  }

  /** The site confirms a message that it may have refused before. */
  public void confirmed(Account account, String messageId) {
    jdbc.update(
        "delete from delivery where account = ? and message_id = ? and destination = ?",
        account.id(),
        messageId,
        NAME);
  }

  /** The site refuses a message. */
  public void refused(
      Account account, String messageId, @Nullable Instant receivedAt, Exception why) {
    LedgerState before =
        table.states(account.id(), List.of(messageId)).getOrDefault(messageId, Map.of()).get(NAME);
    String error =
        "the site doesn't confirm it: " + DeliveryError.inWords(routes.located(why), LONGEST_ERROR);
    LedgerEntry entry =
        rows.refused(
            new LedgerEntry(
                account.id(),
                messageId,
                NAME,
                LedgerEntry.PENDING,
                before == null ? 0 : before.attempts(),
                before != null,
                false,
                error,
                null,
                null,
                Envelope.of(null, receivedAt == null ? null : Utc.of(receivedAt))),
            false,
            false);
    table.write(List.of(entry), Set.of());
    OffsetDateTime next = entry.nextAttempt();
    LOG.warn(
        "account {}: message {} is delivered and stays unmarked: {} {}",
        account.id(),
        messageId,
        error,
        next == null
            ? "It isn't asked about any more; see: failed list --account " + account.id()
            : "It is asked about again at " + next.truncatedTo(ChronoUnit.SECONDS) + ".");
  }
}
