package org.mailroom.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.mailroom.account.Account;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.ReservedConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps what this process knows of the schedule and what the database says of it alike: takes accounts, gives them back, and hears of what other nodes did.
 * One thread at a time talks with the database here; those who only want to know how accounts do ask the {@link Board}, and wait for nobody.
 */
@Component
class ScheduleKeeper implements InitializingBean, DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private static final Duration KEPT_EVERY = Duration.ofSeconds(1);
  private static final Duration ALL_READ_EVERY = Duration.ofMinutes(1);

  /** A transaction may be committed so much later than the time that it writes. */
  private static final Duration OVERLAP = Duration.ofSeconds(10);

  /** So often what others were faster with is replaced by what is due next. */
  private static final int ROUNDS = 4;
  private static final Duration PATIENCE_AT_STOP = Duration.ofSeconds(2);

  private final StandingTable standings;
  private final LeaseTable leaseTable;
  private final MailboxLeases leases;
  private final GateText gates;
  private final Nodes nodes;
  private final DatabaseTime time;
  private final TransactionTemplate transaction;
  private final ReservedConnections connections;
  private final int importers;
  private final Duration takeoverAfter;
  private final Board board = new Board();
  private volatile Consumer<String> goneOnElsewhere = account -> {};
  private final ReentrantLock talking = new ReentrantLock();
  private Instant readAt = Instant.MIN;
  private Instant allReadAt = Instant.MIN;
  private Instant gatesStoredAt = Instant.MIN;
  /** So long other nodes may have changed something. */
  private Instant othersUntil = Instant.MIN;
  /** The database didn't answer. */
  private boolean away;
  /** What was due here wasn't there: another node has it, or it was done. */
  private boolean surprised;
  private ScheduledExecutorService timer;

  ScheduleKeeper(StandingTable standings, LeaseTable leaseTable, MailboxLeases leases, GateText gates, Nodes nodes, DatabaseTime time,
      TransactionTemplate transaction, ReservedConnections connections, MailroomProperties properties) {
    this.standings = standings;
    this.leaseTable = leaseTable;
    this.leases = leases;
    this.gates = gates;
    this.nodes = nodes;
    this.time = time;
    this.transaction = transaction;
    this.connections = connections;
    this.importers = properties.importers();
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

  @Override
  public void afterPropertiesSet() {
    timer = Executors.newSingleThreadScheduledExecutor(task -> {
      Thread thread = new Thread(task, "schedule");
      thread.setDaemon(true);
      return thread;
    });
    timer.scheduleWithFixedDelay(this::keep, KEPT_EVERY.toMillis(), KEPT_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  Board board() {
    return board;
  }

  /**
   * Takes accounts that are due, and puts them on the board as queued.
   *
   * @param accounts all of them
   * @param tasksWait whether tasks wait on the queue; where none do, those that should are lost
   * @return their ids; while the database is away those that are due as far as is known here, so that their imports say so
   */
  List<String> take(Collection<Account> accounts, Set<String> paused, boolean tasksWait) {
    return talking(() -> {
      try {
        if (!tasksWait) {
          giveBackLostTasks();
        }
        agree(accounts);
        return take(accounts, paused);
      } catch (DataAccessException | TransactionException databaseDown) {
        away = true;
        return takeWithoutDatabase(accounts, paused, databaseDown);
      }
    });
  }

  private interface Talk<T> {
    T with();
  }

  private <T> T talking(Talk<T> talk) {
    talking.lock();
    connections.begin();
    try {
      return talk.with();
    } finally {
      connections.end();
      talking.unlock();
    }
  }

  private void giveBackLostTasks() {
    for (String account : board.lostTasks(time.now())) {
      LOG.warn("account {}: its task got lost before its import began, as when the route import-account is stopped; it is due again", account);
      giveBack(account);
    }
  }

  /** An account isn't in hand any more; the database hears of it within a second. */
  void giveBack(String account) {
    board.givenBack(account, time.now(), leases.isLost(account));
    leases.givenBack(account);
  }

  /** Tells the database what it doesn't know yet, and hears what others told it. */
  private void agree(Collection<Account> accounts) {
    write();
    nodes.read();
    Instant now = time.now();
    othersUntil = nodes.areOthers() ? now.plus(OVERLAP).plus(OVERLAP) : othersUntil;
    boolean others = now.isBefore(othersUntil);
    boolean outdated = others && now.isAfter(allReadAt.plus(ALL_READ_EVERY));
    if (away || outdated || (surprised && now.isAfter(allReadAt.plus(OVERLAP)))) {
      readAll();
      away = false;
      surprised = false;
    } else if (others) {
      read();
    }
    settle(accounts);
  }

  private void write() {
    Board.Unwritten unwritten = board.unwritten();
    List<LeaseTable.Held> released = leases.released(gates::of);
    if (unwritten.isEmpty() && released.isEmpty()) {
      return;
    }
    transaction.executeWithoutResult(status -> {
      leaseTable.release(released, nodes.id());
      standings.giveBack(unwritten.ended(), nodes.id());
      standings.letGo(unwritten.untouched(), nodes.id());
      standings.want(unwritten.wanted());
      standings.noteTrouble(unwritten.troubled());
    });
    leases.written(released);
    board.written(unwritten);
  }

  private void readAll() {
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

  private void heard(Board.Heard others) {
    others.lost().forEach(leases::lose);
    others.goneOn().forEach(goneOnElsewhere);
  }

  /** Who is to know that an import that let others go first here goes on at another node. */
  void whenGoneOnElsewhere(Consumer<String> told) {
    goneOnElsewhere = told;
  }

  /** Accounts come, change and go. */
  private void settle(Collection<Account> accounts) {
    Instant now = time.now();
    Board.Changes changes = board.see(accounts, now, isBeginning());
    List<Standing> added = changes.added().stream().map(account -> Standing.of(account, now)).toList();
    List<Standing> changed = changes.changed().stream().flatMap(account -> board.anew(account, now).stream()).toList();
    standings.add(added);
    standings.changeSettings(changed);
    added.forEach(board::put);
    changes.replanned().forEach(account -> board.anew(account, now).ifPresent(standings::changeDueTime));
    standings.remove(changes.gone(), nodes.id());
    changes.gone().forEach(board::forget);
    List<String> orphans = board.orphans(nodes.id());
    standings.letGo(orphans, nodes.id());
    orphans.forEach(board::letGo);
  }

  private List<String> take(Collection<Account> accounts, Set<String> paused) {
    List<Standing> due = board.candidates(accounts, paused, time.now(), nodes::isAlive, leases::isBlocked);
    int places = board.places(importers);
    List<String> taken = new ArrayList<>();
    int asked = 0;
    for (int round = 0; round < ROUNDS && taken.size() < places && asked < due.size(); round++) {
      List<Standing> next = due.subList(asked, Math.min(due.size(), asked + places - taken.size()));
      taken.addAll(take(next, false));
      asked += next.size();
    }
    surprised |= taken.size() < asked;
    board.leftForLater(due.size() - asked);
    return taken;
  }

  /** In one short transaction; what another node is faster with isn't waited for. */
  private List<String> take(List<Standing> wanted, boolean anyway) {
    int epoch = nodes.epoch();
    Instant now = time.now();
    Map<String, LeaseTable.Row> found = new HashMap<>();
    Map<String, Long> tokens = new HashMap<>();
    List<String> accounts = transaction.execute(status -> {
      Set<String> mailboxes = wanted.stream().map(Standing::mailbox).filter(mailbox -> !leases.isBlocked(mailbox)).collect(Collectors.toCollection(TreeSet::new));
      if (mailboxes.isEmpty()) {
        return List.<String>of();
      }
      leaseTable.lock(mailboxes, nodes.id()).forEach(row -> found.put(row.mailbox(), row));
      if (found.isEmpty()) {
        return List.<String>of();
      }
      List<String> takeable = standings.takeable(wanted.stream().map(Standing::account).toList(), found.keySet(), now, anyway);
      List<LeaseTable.Held> taken = new ArrayList<>();
      wanted.stream().filter(standing -> takeable.contains(standing.account()) && !tokens.containsKey(standing.mailbox())).forEach(standing -> {
        LeaseTable.Row row = found.get(standing.mailbox());
        boolean had = nodes.id().equals(row.node()) && leases.token(row.mailbox()) == row.token();
        tokens.put(row.mailbox(), had ? row.token() : row.token() + 1);
        if (!had) {
          taken.add(new LeaseTable.Held(row.mailbox(), row.token() + 1, null));
        }
      });
      leaseTable.take(taken, nodes.id());
      standings.take(takeable, nodes.id());
      return takeable;
    });
    return wanted.stream().filter(standing -> accounts.contains(standing.account())).map(standing -> {
      LeaseTable.Row before = found.get(standing.mailbox());
      if (leases.taken(standing.account(), standing.mailbox(), tokens.get(standing.mailbox()), epoch, before)) {
        gates.goOnWith(standing.mailbox(), before.gate());
      }
      board.taken(standing.account(), nodes.id(), now, null);
      return standing.account();
    }).toList();
  }

  private List<String> takeWithoutDatabase(Collection<Account> accounts, Set<String> paused, RuntimeException why) {
    Instant now = time.now();
    board.see(accounts, now, false).added().forEach(account -> board.put(Standing.of(account, now)));
    List<String> due = board.candidates(accounts, paused, now, node -> false, mailbox -> false).stream().map(Standing::account)
        .limit(board.places(importers)).toList();
    due.forEach(account -> board.taken(account, nodes.id(), now, why));
    return due;
  }

  /**
   * Takes one account, whether it is due or not.
   *
   * @return who has it, or its mailbox, where that is so; empty: it is this process's now
   */
  Optional<LeaseTable.Holder> takeOne(Account account, Collection<Account> accounts) {
    return talking(() -> {
      agree(accounts);
      Standing standing = board.standing(account.id()).orElseGet(() -> Standing.of(account, time.now()));
      if (!board.isInHand(account.id()) && !take(List.of(standing), true).isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(leaseTable.holder(standing.mailbox()).orElseGet(() -> new LeaseTable.Holder(standings.holder(account.id()), null)));
    });
  }

  /** The account is in hand and can't be worked on. */
  void refuse(String account, RuntimeException why) {
    board.taken(account, nodes.id(), time.now(), why);
  }

  /** What would otherwise wait for the next time that accounts are taken. */
  void keep() {
    if (!talking.tryLock()) {
      return;
    }
    connections.begin();
    try {
      write();
      storeGates();
    } catch (DataAccessException | TransactionException databaseDown) {
      LOG.debug("the schedule can't be written", databaseDown);
    } finally {
      connections.end();
      talking.unlock();
    }
  }

  private void storeGates() {
    Instant now = time.now();
    if (now.isBefore(gatesStoredAt.plus(takeoverAfter.dividedBy(6)))) {
      return;
    }
    gatesStoredAt = now;
    List<LeaseTable.Held> unstored = leases.unstored(gates::of);
    leaseTable.store(unstored, nodes.id());
    leases.stored(unstored);
  }

  /** What is in hand still is due again for whoever takes it next, and leases aren't waited for. */
  @Override
  public void destroy() throws InterruptedException {
    if (timer != null) {
      timer.shutdownNow();
    }
    board.inHand().forEach(account -> board.givenBack(account, time.now(), true));
    leases.abandon();
    if (talking.tryLock(PATIENCE_AT_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
      try {
        write();
      } catch (DataAccessException | TransactionException databaseDown) {
        LOG.debug("what was in hand can't be given back", databaseDown);
      } finally {
        talking.unlock();
      }
    }
  }
}
