package org.mailroom.push;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.mailroom.credential.CredentialException;
import org.mailroom.graph.GraphException;
import org.mailroom.settings.Backoff;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Keeps one subscription for each mailbox: creates and renews it, creates it anew when Graph has
 * removed it, deletes it when no account of any node wants it. Each node does what is due; what
 * another one is at or has done, it leaves alone. Where there can be no subscription the mailbox is
 * polled as ever, and from time to time it is tried again. One thread calls it.
 */
@Component
class SubscriptionUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.push");

  private static final int AT_A_TIME = 4;

  /**
   * A mailbox that no node wants for so long isn't subscribed to any more: nodes may know of an
   * account at different times.
   */
  static final Duration UNWANTED_AFTER = Duration.ofMinutes(3);

  private static final Duration WANTED_EVERY = Duration.ofMinutes(1);
  private static final Duration FIRST_WAIT = Duration.ofMinutes(1);
  private static final Duration FIRST_WAIT_OF_REFUSED = Duration.ofMinutes(15);
  private static final Duration LONGEST_WAIT = Duration.ofHours(6);
  private static final int MOST_TRIES_TO_DELETE = 5;

  private final NotificationAddress address;
  private final WantedSubscriptions wanted;
  private final SubscriptionTable table;
  private final SubscriptionRequests requests;
  private final LifecycleEvents events;
  private final PushLog log;
  private final ExecutorService threads;
  private final Duration patience;
  private final Duration longest;
  private final Clock clock;

  /** Graph couldn't reach this site: until then no other mailbox is tried. */
  private volatile Instant unreachableUntil = Instant.MIN;

  private volatile String unreachable = "";
  private boolean begun;

  SubscriptionUpkeep(
      NotificationAddress address,
      WantedSubscriptions wanted,
      SubscriptionTable table,
      SubscriptionRequests requests,
      LifecycleEvents events,
      PushLog log,
      ExecutorService importThreads,
      MailroomProperties properties,
      Clock clock) {
    this.address = address;
    this.wanted = wanted;
    this.table = table;
    this.requests = requests;
    this.events = events;
    this.log = log;
    this.threads = importThreads;
    // a request ends before another node takes its mailbox
    this.patience =
        properties
            .limits()
            .requestTimeout()
            .plus(properties.limits().tokenTimeout())
            .plusMinutes(1);
    this.longest =
        properties.push().lifetime().compareTo(LONGEST_WAIT) > 0
            ? properties.push().lifetime()
            : LONGEST_WAIT;
    this.clock = clock;
  }

  /**
   * Does what is due now; takes as long as the requests that it needs.
   *
   * @return whether there is anything to keep up at all
   * @throws org.springframework.dao.DataAccessException when the database is down; what is due is
   *     left to the next round
   */
  boolean round() throws InterruptedException {
    Instant now = clock.instant();
    Map<String, WantedSubscription> asked = address.url().isPresent() ? wanted.all() : Map.of();
    Map<String, Subscription> rows = new HashMap<>();
    table.all().forEach(row -> rows.put(row.mailbox(), row));
    asked.values().stream()
        .filter(one -> !rows.containsKey(one.key()))
        .forEach(one -> table.add(one, address.url().orElseThrow(), now));
    List<String> seen =
        asked.keySet().stream()
            .map(rows::get)
            .filter(row -> row != null && row.wantedAt().plus(WANTED_EVERY).isBefore(now))
            .map(Subscription::mailbox)
            .toList();
    if (!seen.isEmpty()) {
      table.stillWanted(seen, now);
    }
    List<Subscription> present = table.all();
    Queue<Subscription> due =
        new ConcurrentLinkedQueue<>(
            present.stream().filter(row -> isDue(row, asked.get(row.mailbox()), now)).toList());
    begun = true;
    work(due, asked);
    return address.url().isPresent() || !present.isEmpty();
  }

  private boolean isDue(Subscription row, @Nullable WantedSubscription one, Instant now) {
    if (row.takenUntil() != null
        && row.takenUntil().isAfter(now)
        && !row.takenUntil().isAfter(now.plus(patience.multipliedBy(2)))) {
      return false;
    }
    if (one == null) {
      return row.wantedAt().plus(UNWANTED_AFTER).isBefore(now)
          && (row.id() == null || row.refusals() == 0 || !row.dueAt().isAfter(now));
    }
    // not at once: while settings are changed, node by node, they would undo each other's work
    boolean settled = row.changedAt() == null || row.changedAt().plus(UNWANTED_AFTER).isBefore(now);
    // due later than it can be it is by a clock that was wrong: when it ends really isn't known
    return !row.dueAt().isAfter(now)
        || row.dueAt().isAfter(now.plus(longest))
        || (settled && row.differsFrom(one, address.url().orElse(null)))
        || events.isRemoved(row.id())
        || events.isToBeRenewed(row.id())
        // somebody may have mended it, and started Mailroom anew
        || (!begun && row.refusal() != null);
  }

  private void work(Queue<Subscription> due, Map<String, WantedSubscription> asked)
      throws InterruptedException {
    List<Callable<Void>> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(AT_A_TIME, due.size()); i++) {
      workers.add(
          () -> {
            for (Subscription row = due.poll(); row != null; row = due.poll()) {
              workOn(row, asked.get(row.mailbox()));
            }
            return null;
          });
    }
    try {
      for (Future<Void> worker : threads.invokeAll(workers)) {
        worker.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof RuntimeException databaseDown) {
        throw databaseDown;
      }
      throw new IllegalStateException(e.getCause());
    } catch (RejectedExecutionException stopping) {
      LOG.debug("subscriptions wait for the next start");
    }
  }

  private void workOn(Subscription row, @Nullable WantedSubscription one) {
    Instant now = clock.instant();
    Subscription taken = table.take(row, now, patience).orElse(null);
    if (taken == null) {
      return;
    }
    try {
      if (one == null) {
        delete(taken, now);
      } else if (events.isRemoved(taken.id()) || !taken.isThere(now)) {
        create(taken, one, now);
      } else if (taken.differsFrom(one, address.url().orElse(null))) {
        forget(taken);
        create(taken, one, now);
      } else {
        renew(taken, one, now);
      }
      events.dealtWith(row.id());
    } catch (RuntimeException e) {
      // once: a stop, say
      if (taken.refusals() > 0) {
        log.failed(row.mailbox(), e);
      }
      LOG.debug("the subscription of {} can't be kept up now", row.mailbox(), e);
      table.later(taken, now.plus(FIRST_WAIT));
    }
  }

  private void create(Subscription taken, WantedSubscription one, Instant now) {
    String url = address.url().orElseThrow();
    // longer than ever it is by a clock that has been set back
    if (now.isBefore(unreachableUntil) && !unreachableUntil.isAfter(now.plus(LONGEST_WAIT))) {
      table.refused(taken, one, url, unreachable, unreachableUntil, now);
      return;
    }
    String clientState = ClientState.make();
    try {
      granted(taken, one, requests.create(one, url, clientState), ClientState.hash(clientState));
      log.subscribed(one.key());
    } catch (GraphException | CredentialException refusal) {
      Exception inWords =
          refusal instanceof GraphException graph
              ? graph.about("notifications to " + url)
              : refusal;
      Instant due =
          now.plus(wait(taken, isTransient(refusal) ? FIRST_WAIT : FIRST_WAIT_OF_REFUSED));
      if (refusal instanceof GraphException graph && graph.isOfNotificationAddress()) {
        unreachable = String.valueOf(inWords.getMessage());
        unreachableUntil = due;
      }
      table.refused(taken, one, url, String.valueOf(inWords.getMessage()), due, now);
      log.refused(one.key(), inWords);
    }
  }

  private void renew(Subscription taken, WantedSubscription one, Instant now) {
    String id = Objects.requireNonNull(taken.id(), "the subscription to renew");
    String hash = Objects.requireNonNull(taken.clientState(), "the hash of its secret");
    try {
      granted(taken, one, requests.renew(one, id), hash);
      log.renewed(one.key());
    } catch (GraphException refusal) {
      if (refusal.status() == 404) {
        create(taken, one, now);
        return;
      }
      notRenewed(taken, refusal, now);
    } catch (CredentialException noToken) {
      notRenewed(taken, noToken, now);
    }
  }

  /** It lives on till its end; then one is created, or the mailbox is polled only. */
  private void notRenewed(Subscription taken, RuntimeException why, Instant now) {
    LOG.debug("the subscription of {} can't be renewed now", taken.mailbox(), why);
    Instant again = now.plus(wait(taken, FIRST_WAIT));
    Instant end = taken.expiresAt();
    table.later(taken, end != null && again.isAfter(end) ? end : again);
  }

  private void granted(
      Subscription taken,
      WantedSubscription one,
      SubscriptionRequests.Granted granted,
      String hash) {
    Instant now = clock.instant();
    Duration half = Duration.between(now, granted.expires()).dividedBy(2);
    table.subscribed(
        taken,
        one,
        address.url().orElseThrow(),
        granted.id(),
        hash,
        granted.expires(),
        now.plus(half),
        now);
  }

  private void delete(Subscription taken, Instant now) {
    if (taken.isThere(now) && !forget(taken) && taken.refusals() < MOST_TRIES_TO_DELETE) {
      table.later(taken, now.plus(wait(taken, FIRST_WAIT)));
      return;
    }
    // what couldn't be deleted ends by itself, and nobody listens to it
    table.delete(taken);
    log.deleted(taken.mailbox());
  }

  /** Returns whether Graph has it no more, or will never say. */
  private boolean forget(Subscription taken) {
    try {
      requests.delete(taken);
      return true;
    } catch (GraphException | CredentialException refusal) {
      LOG.debug("the subscription of {} can't be deleted", taken.mailbox(), refusal);
      return !isTransient(refusal);
    }
  }

  private static boolean isTransient(RuntimeException refusal) {
    return refusal instanceof GraphException graph
        ? graph.isTransient()
        : refusal instanceof CredentialException credential && credential.isTransient();
  }

  private static Duration wait(Subscription taken, Duration first) {
    return Backoff.doubled(first, taken.refusals(), LONGEST_WAIT);
  }
}
