package org.mailroom.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.mailroom.settings.DatabaseTime;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes accounts and their mailboxes from the database, in one short transaction; what another node
 * is faster with isn't waited for. One thread at a time.
 */
@Component
class Taking {

  private final StandingTable standings;
  private final LeaseTable leaseTable;
  private final MailboxLeases leases;
  private final GateText gates;
  private final Nodes nodes;
  private final DatabaseTime time;
  private final TransactionTemplate transaction;

  Taking(
      StandingTable standings,
      LeaseTable leaseTable,
      MailboxLeases leases,
      GateText gates,
      Nodes nodes,
      DatabaseTime time,
      TransactionTemplate transaction) {
    this.standings = standings;
    this.leaseTable = leaseTable;
    this.leases = leases;
    this.gates = gates;
    this.nodes = nodes;
    this.time = time;
    this.transaction = transaction;
  }

  /**
   * Takes accounts whose mailboxes this node may have, and puts them on the board as queued.
   *
   * @param anyway also those that aren't due
   * @return the ids of those that are taken
   */
  List<String> take(List<Standing> wanted, boolean anyway, Board board) {
    int epoch = nodes.epoch();
    Instant now = time.now();
    Map<String, LeaseTable.Row> found = new HashMap<>();
    Map<String, Long> tokens = new HashMap<>();
    List<String> accounts =
        transaction.execute(
            status -> {
              Set<String> mailboxes =
                  wanted.stream()
                      .map(Standing::mailbox)
                      .filter(mailbox -> !leases.isBlocked(mailbox))
                      .collect(Collectors.toCollection(TreeSet::new));
              if (mailboxes.isEmpty()) {
                return List.<String>of();
              }
              leaseTable.lock(mailboxes, nodes.id()).forEach(row -> found.put(row.mailbox(), row));
              if (found.isEmpty()) {
                return List.<String>of();
              }
              List<String> takeable =
                  standings.takeable(
                      // one that reads another mailbox by now, as another node has noted, isn't
                      // taken under the one that it read
                      wanted.stream()
                          .filter(standing -> found.containsKey(standing.mailbox()))
                          .map(Standing::account)
                          .toList(),
                      found.keySet(),
                      now,
                      anyway);
              List<LeaseTable.Held> taken = new ArrayList<>();
              wanted.stream()
                  .filter(
                      standing ->
                          takeable.contains(standing.account())
                              && !tokens.containsKey(standing.mailbox()))
                  .forEach(
                      standing -> {
                        LeaseTable.Row row =
                            Objects.requireNonNull(found.get(standing.mailbox()), "a locked lease");
                        boolean had =
                            nodes.id().equals(row.node())
                                && leases.token(row.mailbox()) == row.token();
                        tokens.put(row.mailbox(), had ? row.token() : row.token() + 1);
                        if (!had) {
                          taken.add(new LeaseTable.Held(row.mailbox(), row.token() + 1, null));
                        }
                      });
              taken.sort(Comparator.comparing(LeaseTable.Held::mailbox));
              leaseTable.take(taken, nodes.id());
              standings.take(takeable, nodes.id());
              return takeable;
            });
    return wanted.stream()
        .filter(standing -> accounts.contains(standing.account()))
        .map(
            standing -> {
              LeaseTable.Row before =
                  Objects.requireNonNull(found.get(standing.mailbox()), "a locked lease");
              long token = Objects.requireNonNull(tokens.get(standing.mailbox()), "its token");
              if (leases.taken(standing.account(), standing.mailbox(), token, epoch, before)) {
                gates.goOnWith(standing.mailbox(), before.gate());
              }
              board.taken(standing.account(), nodes.id(), now, null);
              return standing.account();
            })
        .toList();
  }
}
