package org.mailroom.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Fence;
import org.mailroom.graph.LeaseLostException;
import org.springframework.stereotype.Component;

/**
 * The mailboxes that this node works on, each under the token by which it took it. A lease is a
 * mailbox's: the accounts that read it share it, and it is given back with the last of them. Safe
 * for use by several threads; what changes leases is called by one at a time.
 */
@Component
class MailboxLeases implements Fence {

  /** A mailbox that this node took. */
  static final class Lease {
    private final String mailbox;
    private final long token;
    private final int epoch;
    private int accounts;
    private volatile boolean lost;
    private volatile @Nullable String lostTo;
    private volatile @Nullable String stored;
    private volatile @Nullable Instant storedClosed;

    private Lease(String mailbox, long token, int epoch, @Nullable String stored) {
      this.mailbox = mailbox;
      this.token = token;
      this.epoch = epoch;
      this.stored = stored;
    }
  }

  /**
   * How a mailbox was this node's so far.
   *
   * @param begun the token since which no other node has had it
   * @param last the token by which it was had last
   */
  private record Chain(long begun, long last) {}

  private final LeaseTable table;
  private final Nodes nodes;
  private final Map<String, Lease> byMailbox = new ConcurrentHashMap<>();
  private final Map<String, Lease> byAccount = new ConcurrentHashMap<>();
  private final Map<String, Chain> chains = new ConcurrentHashMap<>();

  /** By which token each account was imported last. */
  private final Map<String, Long> imported = new ConcurrentHashMap<>();

  /** Given back and not written yet. */
  private final Map<String, Lease> released = new TreeMap<>();

  MailboxLeases(LeaseTable table, Nodes nodes) {
    this.table = table;
    this.nodes = nodes;
    nodes.counts(byMailbox::size);
  }

  /**
   * An import of this node still works on a mailbox that it has lost: until that has ended nothing
   * is begun there.
   */
  boolean isBlocked(String mailbox) {
    Lease lease = byMailbox.get(mailbox);
    return lease != null && (lease.lost || lease.epoch != nodes.epoch());
  }

  /** The token by which this node has a mailbox; 0: it hasn't. */
  long token(String mailbox) {
    Lease lease = byMailbox.get(mailbox);
    return lease == null ? 0 : lease.token;
  }

  /**
   * An account is taken, under a lease that this node has just taken, or has had.
   *
   * @param epoch of this node before it took it
   * @param before the lease as it was found
   * @return whether another node may have had the mailbox since this one had it
   */
  synchronized boolean taken(
      String account, String mailbox, long token, int epoch, LeaseTable.Row before) {
    Lease lease =
        byMailbox.computeIfAbsent(mailbox, name -> new Lease(name, token, epoch, before.gate()));
    lease.accounts++;
    byAccount.put(account, lease);
    Chain chain = chains.get(mailbox);
    boolean unbroken = chain != null && (chain.last() == before.token() || chain.last() == token);
    chains.put(mailbox, new Chain(chain != null && unbroken ? chain.begun() : token, token));
    return !unbroken;
  }

  /**
   * Whether the import of an account that it left unfinished here can go on: no other node has had
   * its mailbox since.
   */
  boolean isUnbroken(String account) {
    Lease lease = byAccount.get(account);
    Long last = imported.get(account);
    Chain chain = lease == null ? null : chains.get(lease.mailbox);
    return last != null && chain != null && last >= chain.begun();
  }

  /** An account isn't in hand any more. With the last one its mailbox is given back. */
  synchronized void givenBack(String account) {
    Lease lease = byAccount.remove(account);
    if (lease == null) {
      return;
    }
    imported.put(account, lease.token);
    lease.accounts--;
    if (lease.accounts == 0) {
      byMailbox.remove(lease.mailbox, lease);
      released.put(lease.mailbox, lease);
    }
  }

  /**
   * An account in hand reads the mailbox that was taken for it.
   *
   * @throws LeaseLostException when it reads another one by now
   */
  void requireSame(String account, String mailbox) {
    Lease lease = byAccount.get(account);
    if (lease != null && !lease.mailbox.equals(mailbox)) {
      throw new LeaseLostException(
          "The account reads another mailbox by now, so that its import begins anew.");
    }
  }

  /** The mailboxes that are given back and not written yet. */
  synchronized List<LeaseTable.Held> released(UnaryOperator<String> gate) {
    return released.values().stream()
        .map(lease -> new LeaseTable.Held(lease.mailbox, lease.token, gate.apply(lease.mailbox)))
        .toList();
  }

  /** These are written. */
  synchronized void written(List<LeaseTable.Held> held) {
    held.forEach(
        each ->
            released.computeIfPresent(
                each.mailbox(), (mailbox, lease) -> lease.token == each.token() ? null : lease));
  }

  /**
   * The mailboxes that this node works on and whose limits aren't stored as they are.
   *
   * @param closed until when the service asked to leave a mailbox alone; null: it didn't
   * @param all also where only more of the quota is used
   */
  List<LeaseTable.Held> unstored(
      UnaryOperator<String> gate, Function<String, Instant> closed, boolean all) {
    List<LeaseTable.Held> unstored = new ArrayList<>();
    byMailbox
        .values()
        .forEach(
            lease -> {
              Instant until = closed.apply(lease.mailbox);
              if (!all && Objects.equals(until, lease.storedClosed)) {
                return;
              }
              lease.storedClosed = until;
              String now = gate.apply(lease.mailbox);
              if (!Objects.equals(now, lease.stored)) {
                unstored.add(new LeaseTable.Held(lease.mailbox, lease.token, now));
              }
            });
    return unstored;
  }

  void stored(List<LeaseTable.Held> held) {
    held.forEach(
        each -> {
          Lease lease = byMailbox.get(each.mailbox());
          if (lease != null && lease.token == each.token()) {
            lease.stored = each.gate();
          }
        });
  }

  /** Another node has an account that is in hand here: its mailbox isn't this node's any more. */
  void lose(String account) {
    Lease lease = byAccount.get(account);
    if (lease != null) {
      lease.lost = true;
    }
  }

  /** Whether the mailbox of an account in hand isn't this node's any more. */
  boolean isLost(String account) {
    Lease lease = byAccount.get(account);
    return lease != null && (lease.lost || lease.epoch != nodes.epoch());
  }

  /** This node stops: what it still works on isn't its own any more. */
  synchronized void abandon() {
    byMailbox
        .values()
        .forEach(
            lease -> {
              lease.lost = true;
              released.put(lease.mailbox, lease);
            });
  }

  @Override
  public void require(String account) {
    Lease lease = byAccount.get(account);
    if (lease == null) {
      return;
    }
    if (!isLost(account) && !table.isHeld(lease.mailbox, nodes.id(), lease.token)) {
      lease.lostTo = table.holder(lease.mailbox).map(LeaseTable.Holder::node).orElse(null);
      lease.lost = true;
    }
    if (isLost(account)) {
      throw takenOver(lease);
    }
  }

  private LeaseLostException takenOver(Lease lease) {
    return new LeaseLostException(
        "Mailbox "
            + lease.mailbox
            + " was taken over by "
            + (lease.lostTo == null ? "another node" : lease.lostTo)
            + ", for this one, "
            + nodes.self().name()
            + ", gave no sign of life in time. What was in hand here is left to that one.");
  }

  @Override
  public void requireInTime(String mailbox) {
    Lease lease = byMailbox.get(mailbox.toLowerCase(Locale.ROOT));
    if (lease == null) {
      return;
    }
    if (lease.lost) {
      throw takenOver(lease);
    }
    if (lease.epoch != nodes.epoch() || !nodes.isInTime()) {
      throw new LeaseLostException(
          "Node "
              + nodes.self().name()
              + " couldn't tell Mailroom's database in time that it works on mailbox "
              + mailbox
              + ", so another node may have taken it over: nothing more is sent to it from here."
              + " Mailroom goes on by itself; if it lasts, check the database and the network.");
    }
  }
}
