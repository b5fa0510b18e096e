package org.mailroom.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.mailroom.account.Account;
import org.mailroom.settings.DatabaseTime;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps the {@link Board} and the database alike: tells the one what happened on the other. One
 * thread at a time uses it.
 *
 * <p>Where no other process works on the database nothing is read again.
 */
@Component
class Agreement {

  private static final Duration AGREED_FOR = Duration.ofSeconds(1);
  private static final Duration ALL_READ_EVERY = Duration.ofMinutes(1);

  /** A transaction may be committed so much later than the time that it writes. */
  private static final Duration OVERLAP = Duration.ofSeconds(10);

  private final StandingTable standings;
  private final LeaseTable leaseTable;
  private final MailboxLeases leases;
  private final GateText gates;
  private final Nodes nodes;
  private final DatabaseTime time;
  private final TransactionTemplate transaction;
  private final Duration takeoverAfter;
  private final Board board = new Board();
  private volatile Consumer<String> goneOnElsewhere = account -> {};
  private Instant agreedAt = Instant.MIN;
  private Instant readAt = Instant.MIN;
  private Instant allReadAt = Instant.MIN;
  private Instant gatesStoredAt = Instant.MIN;

  /** So long other nodes may have changed something. */
  private Instant othersUntil = Instant.MIN;

  private boolean away;
  private boolean surprised;

  Agreement(
      StandingTable standings,
      LeaseTable leaseTable,
      MailboxLeases leases,
      GateText gates,
      Nodes nodes,
      DatabaseTime time,
      TransactionTemplate transaction,
      MailroomProperties properties) {
    this.standings = standings;
    this.leaseTable = leaseTable;
    this.leases = leases;
    this.gates = gates;
    this.nodes = nodes;
    this.time = time;
    this.transaction = transaction;
    this.takeoverAfter = properties.takeoverAfter();
    if (isBeginning()) {
      standings.beginAnew();
    }
    readAll();
  }

  /** This node polls, and no other did when it began. */
  private boolean isBeginning() {
    return nodes.self().isRuntime() && nodes.wasAlone();
  }

  Board board() {
    return board;
  }

  /** Tells the database what it doesn't know yet, and hears what others told it. */
  void agree(Collection<Account> accounts) {
    write();
    nodes.read();
    Instant now = time.now();
    othersUntil = nodes.areOthers() ? now.plus(OVERLAP).plus(OVERLAP) : othersUntil;
    boolean others = now.isBefore(othersUntil);
    boolean outdated = others && now.isAfter(allReadAt.plus(ALL_READ_EVERY));
    if (away || outdated || (surprised && now.isAfter(allReadAt.plus(OVERLAP)))) {
      readAll();
      board.lookAnew();
      away = false;
      surprised = false;
    } else if (others) {
      read();
    }
    settle(accounts);
    agreedAt = now;
  }

  /**
   * The same for one account that is to be taken, whatever others are about: what was heard a
   * moment ago will do where the account is known.
   */
  void agreeOn(Account account, Collection<Account> accounts) {
    boolean known =
        board
            .standing(account.id())
            .filter(standing -> standing.settings().equals(Standing.digest(account)))
            .isPresent();
    if (!known || !time.now().isBefore(agreedAt.plus(AGREED_FOR))) {
      agree(accounts);
    } else {
      write();
    }
  }

  /** Tells the database what it doesn't know yet. */
  void write() {
    Unwritten unwritten = board.unwritten();
    List<LeaseTable.Held> released = leases.released(gates::of);
    if (unwritten.isEmpty() && released.isEmpty()) {
      return;
    }
    // each in its order and for itself, so that two nodes never wait for each other
    transaction.executeWithoutResult(
        status -> {
          leaseTable.release(released, nodes.id());
          standings.giveBack(unwritten.ended(), nodes.id());
        });
    standings.letGo(unwritten.untouched(), nodes.id());
    standings.want(unwritten.wanted());
    standings.noteTrouble(unwritten.troubled());
    leases.written(released);
    board.written(unwritten);
  }

  /** Hears all that the database has. */
  void readAll() {
    Instant now = time.now();
    heard(board.read(standings.all(), true, nodes.id()));
    allReadAt = now;
    readAt = now;
  }

  private void read() {
    Instant now = time.now();
    heard(board.read(standings.changedSince(readAt.minus(OVERLAP)), false, nodes.id()));
    readAt = now;
  }

  private void heard(Heard others) {
    others.lost().forEach(leases::lose);
    others.goneOn().forEach(goneOnElsewhere);
  }

  /** The database didn't answer. */
  void isAway() {
    away = true;
  }

  /** What was due here wasn't there: another node has it, or it was done. */
  void isSurprised() {
    surprised = true;
  }

  /** Who is to know that an import that let others go first here goes on at another node. */
  void whenGoneOnElsewhere(Consumer<String> told) {
    goneOnElsewhere = told;
  }

  /** Accounts come, change and go. */
  private void settle(Collection<Account> accounts) {
    Instant now = time.now();
    AccountChanges changes = board.see(accounts, time.here(now), isBeginning());
    List<Standing> added =
        changes.added().stream().map(account -> Standing.of(account, now)).toList();
    List<Standing> changed =
        changes.changed().stream().flatMap(account -> board.anew(account, now).stream()).toList();
    standings.add(added);
    standings.changeSettings(changed);
    added.forEach(board::put);
    changes
        .replanned()
        .forEach(account -> board.anew(account, now).ifPresent(standings::changeDueTime));
    standings.remove(changes.gone(), nodes.id());
    changes.gone().forEach(board::forget);
    List<String> orphans = board.orphans(nodes.id());
    standings.letGo(orphans, nodes.id());
    orphans.forEach(board::letGo);
  }

  /**
   * Stores what another node would need of the limits of mailboxes: a pause at once, the used quota
   * from time to time.
   */
  void storeGates() {
    Instant now = time.now();
    boolean all = !now.isBefore(gatesStoredAt.plus(takeoverAfter.dividedBy(6)));
    gatesStoredAt = all ? now : gatesStoredAt;
    List<LeaseTable.Held> unstored = leases.unstored(gates::of, gates::closedUntil, all);
    leaseTable.store(unstored, nodes.id());
    leases.stored(unstored);
  }
}
