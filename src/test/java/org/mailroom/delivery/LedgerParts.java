package org.mailroom.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.mailroom.MigratedDatabase;
import org.mailroom.SettableClock;
import org.mailroom.account.Account;
import org.mailroom.account.AccountFolder;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally;
import org.mailroom.account.ImportTally.Count;
import org.mailroom.graph.Fence;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.Page;
import org.mailroom.message.Fate;
import org.mailroom.message.IncomingMessage;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/**
 * The ledger and what belongs to it, on a database in memory with the tables as the migrations make
 * them, by a clock that the test drives; and the steps of an import that concern it.
 */
final class LedgerParts {

  static final AccountFolder INBOX = new AccountFolder("inbox", "Inbox", true);

  private static final ObjectMapper JSON = new ObjectMapper();

  final SettableClock clock = new SettableClock();
  final MigratedDatabase database = new MigratedDatabase();
  final JdbcTemplate jdbc = database.jdbc();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final MailroomProperties properties;
  final DestinationHealth health = new DestinationHealth(clock);
  final LedgerTable table = new LedgerTable(jdbc, database.transaction(), Fence.NONE, clock);
  final LedgerRows rows;
  final DeliveryLedger ledger;
  final FailedDeliveries failures;
  final Account account;
  boolean stopping;

  /**
   * @param settings keys and values below {@code mailroom}, in turns
   */
  LedgerParts(String... settings) {
    Map<String, String> all =
        new TreeMap<>(
            Map.of(
                "mailroom.accounts.support.mailbox",
                "support@contoso.com",
                "mailroom.accounts.support.credential",
                "contoso",
                "mailroom.accounts.support.deliver-to",
                "database,file"));
    for (int i = 0; i < settings.length; i += 2) {
      all.put("mailroom." + settings[i], settings[i + 1]);
    }
    properties =
        new Binder(new MapConfigurationPropertySource(all))
            .bindOrCreate("mailroom", MailroomProperties.class);
    AccountProperties of = properties.accounts().get("support");
    account =
        new Account(
            "support",
            of.mailbox(),
            of.credential(),
            of.foldersToRead(),
            false,
            of.filter(),
            properties.pollEvery(),
            null,
            of.content(),
            of.replyText(),
            of.deliverTo(),
            of.maxSize(),
            null,
            AttachmentsKept.ALL,
            of.afterImport(),
            null);
    NamedParameterJdbcTemplate named = new NamedParameterJdbcTemplate(jdbc);
    Destinations destinations = new Destinations(properties);
    rows = new LedgerRows(health, destinations, properties, clock);
    ledger =
        new DeliveryLedger(
            jdbc,
            table,
            rows,
            new LedgerLog(new DeliveryMetrics(meters)),
            new DueDeliveries(named, health, destinations, properties),
            new UnlistableMessages(named, table),
            new Doubts(jdbc, table, rows),
            database.transaction(),
            health,
            destinations,
            properties,
            clock);
    failures = new FailedDeliveries(named, clock);
  }

  /** An import as it begins. */
  AccountImport begin() {
    AccountImport running = new AccountImport(account, new ImportTally(clock, 0), () -> stopping);
    ledger.begin(running);
    return running;
  }

  /** A destination takes nothing any more. */
  void goesDown(String destination) {
    health.failed(
        destination,
        List.of("A"),
        new Failure(Outcome.DOWN, "refused", null, new ConnectException("refused")));
  }

  /** What of messages that a listing shows is to be done. */
  List<IncomingMessage> listed(AccountImport running, String... ids) {
    return ledger.undelivered(
        running, INBOX, new Page(1, List.of(ids).stream().map(id -> shown(id, "v1")).toList()));
  }

  static ListedMessage shown(String id, String version) {
    return new ListedMessage(
        id, Instant.parse("2026-02-28T12:00:00Z"), false, false, resource(id, version));
  }

  private static JsonNode resource(String id, String version) {
    try {
      return JSON.readTree(
          "{\"id\":\""
              + id
              + "\",\"subject\":\"about "
              + id
              + "\",\"@odata.etag\":\""
              + version
              + "\",\"isRead\":false}");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** One import that lists these messages, in which this becomes of each; returns its end. */
  AccountImport imports(Consumer<IncomingMessage> becomes, String... ids) {
    AccountImport running = begin();
    List<IncomingMessage> undelivered = listed(running, ids);
    undelivered.stream().filter(message -> !message.isComplete()).forEach(becomes);
    ledger.record(running, undelivered.stream().filter(message -> !message.isComplete()).toList());
    ledger.end(running);
    return running;
  }

  /**
   * It is made ready, and each of these destinations takes it; the others have said nothing yet.
   */
  static IncomingMessage deliver(IncomingMessage message, String... destinations) {
    message.fate(new Fate(Fate.Kind.READY, null, null, false));
    List.of(destinations).forEach(message::deliveredTo);
    return message;
  }

  /** All destinations that it goes to now take it. */
  static void deliverAll(IncomingMessage message) {
    deliver(message, message.destinations().toArray(String[]::new));
  }

  /** The database takes it, if it goes there now, and the file destination refuses it. */
  static void refuseByFile(IncomingMessage message) {
    List<String> others = new ArrayList<>(message.destinations());
    others.remove("file");
    deliver(message, others.toArray(String[]::new))
        .refusedBy("file", new IllegalStateException("I don't like this one"));
  }

  /** The row of a message and a destination. */
  Map<String, Object> row(String id, String destination) {
    return jdbc.queryForMap(
        "select * from delivery where account = 'support' and message_id = ? and destination = ?",
        id,
        destination);
  }

  String status(String id, String destination) {
    return (String) row(id, destination).get("status");
  }

  /** When a delivery is tried again; null: never. */
  Instant next(String id, String destination) {
    var next =
        jdbc.queryForObject(
            "select next_attempt_at from delivery where message_id = ? and destination = ?",
            java.sql.Timestamp.class,
            id,
            destination);
    return next == null ? null : next.toInstant();
  }

  static int count(AccountImport running, Count what) {
    return running.tally().of(what);
  }
}
