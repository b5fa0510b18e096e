package org.mailroom.schedule;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.mailroom.SettableClock;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportResult;
import org.mailroom.graph.GatesForTests;
import org.mailroom.graph.MailboxGates;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;
import org.mailroom.settings.DatabaseTime;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.ReservedConnections;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What a process has of nodes, leases and schedule, on a database that several share in a test, by
 * a clock that the test drives. It gives signs of life and takes accounts when the test says so.
 * Whether others are alive the database's own clock tells.
 */
final class NodeProcess {

  final SettableClock clock = new SettableClock();
  final Map<String, Account> known = new TreeMap<>();
  final Accounts accounts = mock(Accounts.class);
  final TaskQueue tasks = mock(TaskQueue.class);
  final MailroomProperties properties;
  final Nodes nodes;
  final MailboxLeases leases;
  final MailboxGates gates;
  final LeaseTable leaseTable;
  final Taking taking;
  final ScheduleKeeper keeper;
  final AccountAlerts alerts = new AccountAlerts(accounts);
  final AccountSchedule schedule;
  final MailboxTurns turns;

  /**
   * @param settings keys and values below {@code mailroom}, in turns
   */
  NodeProcess(JdbcTemplate jdbc, TransactionTemplate transaction, String... settings) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      all.put("mailroom." + settings[i], settings[i + 1]);
    }
    properties =
        new Binder(new MapConfigurationPropertySource(all))
            .bindOrCreate("mailroom", MailroomProperties.class);
    // plans are made by the test's clock
    DatabaseTime time =
        new DatabaseTime(clock) {
          @Override
          public void told(Instant database) {}
        };
    NodeTable nodeTable = new NodeTable(jdbc, properties);
    nodes = new Nodes(nodeTable, time, new ReservedConnections(), properties, clock);
    leaseTable = new LeaseTable(jdbc, nodeTable);
    leases = new MailboxLeases(leaseTable, nodes);
    gates = GatesForTests.of(properties, new SimpleMeterRegistry(), leases, clock);
    StandingTable standings = new StandingTable(jdbc, nodeTable);
    GateText gateText = new GateText(gates, time);
    taking = new Taking(standings, leaseTable, leases, gateText, nodes, time, transaction);
    Agreement agreement =
        new Agreement(
            standings, leaseTable, leases, gateText, nodes, time, transaction, properties);
    keeper =
        new ScheduleKeeper(
            agreement,
            leaseTable,
            leases,
            taking,
            nodes,
            time,
            new ReservedConnections(),
            properties);
    schedule =
        new AccountSchedule(
            accounts,
            new AccountPauses(jdbc, Imports.atOnce(), clock),
            tasks,
            keeper,
            leases,
            nodes,
            alerts,
            standings,
            time,
            clock);
    turns = new MailboxTurns(accounts, keeper, properties);
    when(accounts.all()).thenAnswer(asked -> List.copyOf(known.values()));
    when(accounts.find(any()))
        .thenAnswer(asked -> Optional.ofNullable(known.get(asked.<String>getArgument(0))));
  }

  Account know(String id, Duration every) {
    return know(id, id + "@contoso.com", every);
  }

  Account know(String id, String mailbox, Duration every) {
    Account account =
        new Account(
            id,
            mailbox,
            "contoso",
            List.of("inbox"),
            false,
            "",
            every,
            null,
            Content.JSON,
            false,
            List.of("file"),
            null,
            null,
            AttachmentsKept.ALL,
            null,
            null);
    known.put(id, account);
    return account;
  }

  /** An import of an account that it has taken. */
  void runs(String id, ImportResult result) {
    schedule.begun(id);
    ends(id, result);
  }

  void ends(String id, ImportResult result) {
    schedule.ended(known.get(id), result);
    schedule.givenBack(id);
  }

  /** The database saw it for the last time so long ago. */
  static void wasSeenBefore(JdbcTemplate jdbc, Nodes node, int seconds) {
    jdbc.update(
        "update node set seen_at = current_timestamp - interval '"
            + seconds
            + "' second where id = ?",
        node.id());
  }
}
