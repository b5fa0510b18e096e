package org.mailroom.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.DatabaseTime;
import org.mailroom.settings.LastingFailure;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.ReservedConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Takes accounts that are due from the database, and gives them back. One thread at a time talks
 * with the database here; those who only want to know how accounts do ask the {@link Board}, and
 * wait for nobody.
 */
@Component
class ScheduleKeeper implements InitializingBean, DisposableBean {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private static final Duration KEPT_EVERY = Duration.ofSeconds(1);

  /** So often what others were faster with is replaced by what is due next. */
  private static final int ROUNDS = 4;

  private static final Duration PATIENCE_AT_STOP = Duration.ofSeconds(2);

  private final Agreement agreement;
  private final LeaseTable leaseTable;
  private final MailboxLeases leases;
  private final Taking taking;
  private final Nodes nodes;
  private final DatabaseTime time;
  private final ReservedConnections connections;
  private final int importers;
  private final Board board;
  private final ReentrantLock talking = new ReentrantLock();
  private final LastingFailure notWritten =
      new LastingFailure(LOG, "how the accounts do can't be written down");
  private @Nullable ScheduledExecutorService timer;

  ScheduleKeeper(
      Agreement agreement,
      LeaseTable leaseTable,
      MailboxLeases leases,
      Taking taking,
      Nodes nodes,
      DatabaseTime time,
      ReservedConnections connections,
      MailroomProperties properties) {
    this.agreement = agreement;
    this.leaseTable = leaseTable;
    this.leases = leases;
    this.taking = taking;
    this.nodes = nodes;
    this.time = time;
    this.connections = connections;
    this.importers = properties.importers();
    this.board = agreement.board();
  }

  @Override
  public void afterPropertiesSet() {
    timer = Executors.newSingleThreadScheduledExecutor(Daemons.named("schedule"));
    Daemons.repeat(
        timer, this::keep, KEPT_EVERY.toMillis(), KEPT_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  Board board() {
    return board;
  }

  /** Who is to know that an import that let others go first here goes on at another node. */
  void whenGoneOnElsewhere(Consumer<String> told) {
    agreement.whenGoneOnElsewhere(told);
  }

  /**
   * Takes accounts that are due, and puts them on the board as queued.
   *
   * @param accounts all of them
   * @param noTaskWaits whether no task waits on the queue; those that should are lost then
   * @return their ids; while the database is away those that are due as far as is known here, so
   *     that their imports say so
   */
  List<String> take(Collection<Account> accounts, Set<String> paused, BooleanSupplier noTaskWaits) {
    return talking(
        () -> {
          try {
            giveBackLostTasks(noTaskWaits);
            agreement.agree(accounts);
            return take(accounts, paused);
          } catch (ConcurrencyFailureException busy) {
            LOG.debug("another node was at the same rows", busy);
            return List.of();
          } catch (DataAccessException | TransactionException databaseDown) {
            agreement.isAway();
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

  private void giveBackLostTasks(BooleanSupplier noTaskWaits) {
    List<String> silent = board.lostTasks(time.now());
    for (String account :
        silent.isEmpty() || !noTaskWaits.getAsBoolean() ? List.<String>of() : silent) {
      LOG.warn(
          "account {}: its task got lost before its import began, as when the route import-account"
              + " is stopped; it is due again",
          account);
      giveBack(account);
    }
  }

  /** An account isn't in hand any more; the database hears of it within a second. */
  void giveBack(String account) {
    boolean lost = leases.isLost(account);
    // in this order: it can't be taken anew before its lease is given back
    leases.givenBack(account);
    board.givenBack(account, time.now(), lost);
  }

  private List<String> take(Collection<Account> accounts, Set<String> paused) {
    List<Standing> due =
        board.candidates(accounts, paused, time.now(), nodes::isAlive, leases::isBlocked);
    int places = board.places(importers);
    List<String> taken = new ArrayList<>();
    int asked = 0;
    for (int round = 0; round < ROUNDS && taken.size() < places && asked < due.size(); round++) {
      List<Standing> next = due.subList(asked, Math.min(due.size(), asked + places - taken.size()));
      taken.addAll(taking.take(next, false, board));
      asked += next.size();
    }
    if (taken.size() < asked) {
      agreement.isSurprised();
    }
    board.leftForLater(due.size() - asked);
    return taken;
  }

  private List<String> takeWithoutDatabase(
      Collection<Account> accounts, Set<String> paused, RuntimeException why) {
    Instant now = time.now();
    board
        .see(accounts, time.here(now), false)
        .added()
        .forEach(account -> board.put(Standing.of(account, now)));
    List<String> due =
        board.candidates(accounts, paused, now, node -> false, mailbox -> false).stream()
            .map(Standing::account)
            .limit(board.places(importers))
            .toList();
    due.forEach(account -> board.taken(account, nodes.id(), now, why));
    return due;
  }

  /**
   * Takes one account, whether it is due or not.
   *
   * @return who has it, or its mailbox, where that is so; empty: it is this process's now
   */
  Optional<LeaseTable.Holder> takeOne(Account account, Collection<Account> accounts) {
    return talking(
        () -> {
          agreement.agreeOn(account, accounts);
          Standing standing =
              board.standing(account.id()).orElseGet(() -> Standing.of(account, time.now()));
          if (!board.isInHand(account.id())
              && !taking.take(List.of(standing), true, board).isEmpty()) {
            return Optional.empty();
          }
          return Optional.of(
              leaseTable
                  .holder(standing.mailbox())
                  .orElseGet(() -> new LeaseTable.Holder(null, null)));
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
      agreement.write();
      agreement.storeGates();
      notWritten.passed();
    } catch (DataAccessException | TransactionException databaseDown) {
      notWritten.failed(databaseDown);
    } finally {
      connections.end();
      talking.unlock();
    }
  }

  /** What is in hand still is due again for whoever takes it next, and leases aren't waited for. */
  @Override
  public void destroy() throws InterruptedException {
    if (timer != null) {
      // no interrupt: H2 closes its file when one comes while it reads or writes
      timer.shutdown();
    }
    board.inHand().forEach(account -> board.givenBack(account, time.now(), true));
    leases.abandon();
    if (talking.tryLock(PATIENCE_AT_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
      try {
        agreement.write();
      } catch (DataAccessException | TransactionException databaseDown) {
        LOG.debug("what was in hand can't be given back", databaseDown);
      } finally {
        talking.unlock();
      }
    }
  }
}
