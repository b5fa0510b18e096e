package org.mailroom.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.ImportResult;

/**
 * What this process knows of where the accounts stand, and which it has in hand itself. Nobody who
 * uses it asks the database, so that nobody waits for it here; what has to be written is handed
 * out. Safe for use by several threads.
 */
final class Board {

  /** So long a task may be neither on the queue nor begun: an importer has it in hand. */
  private static final Duration IN_HAND = Duration.ofSeconds(5);

  /** So much longer waits for its own node what that one has begun: elsewhere it begins anew. */
  private static final Duration AFFINITY = Duration.ofSeconds(2);

  /** An account as this process sees it, and since when it has known it. */
  private record Known(Account account, Instant since) {}

  private final Map<String, Standing> standings = new HashMap<>();
  private final Map<String, Task> tasks = new LinkedHashMap<>();
  private final Map<String, Known> known = new HashMap<>();
  private final Map<String, Standing> ended = new TreeMap<>();
  private final Set<String> untouched = new TreeSet<>();
  private final Set<String> wanted = new TreeSet<>();
  private final Map<String, Standing> troubled = new TreeMap<>();

  /** Those whose imports let others go first in this process, and weren't gone on with yet. */
  private final Set<String> suspended = new HashSet<>();

  private boolean looksAnew;
  private int finished;
  private volatile int queued;
  private volatile int beyond;

  /**
   * What the database says, of some or all accounts. What is in hand here, or not written yet, is
   * known better here.
   */
  synchronized Heard read(Collection<Standing> rows, boolean all, String self) {
    Heard heard = Heard.nothing();
    if (all) {
      standings
          .keySet()
          .removeIf(account -> !tasks.containsKey(account) && !ended.containsKey(account));
    }
    for (Standing row : rows) {
      Standing here = standings.get(row.account());
      Task task = tasks.get(row.account());
      if (task != null && task.leased && row.node() != null && !row.node().equals(self)) {
        heard.lost().add(row.account());
      }
      boolean betterHere = here != null && (task != null || isUnwritten(row.account()));
      if (!betterHere
          && here != null
          && !row.isWaitingAs(here)
          && suspended.remove(row.account())) {
        heard.goneOn().add(row.account());
      }
      // a wish that was made meanwhile isn't written yet
      standings.put(
          row.account(),
          (here != null && betterHere ? here : row)
              .wanted(row.wanted() || wanted.contains(row.account())));
    }
    return heard;
  }

  /**
   * Looks whether accounts or their settings have changed.
   *
   * @param beginning nobody polled before this process
   */
  synchronized AccountChanges see(Collection<Account> accounts, Instant now, boolean beginning) {
    AccountChanges changes = AccountChanges.none();
    Set<String> ids = new HashSet<>();
    for (Account account : accounts) {
      ids.add(account.id());
      Known before = known.get(account.id());
      Standing standing = standings.get(account.id());
      if (standing == null) {
        changes.added().add(account);
      } else if ((looksAnew || before == null || !before.account().equals(account))
          && !standing.settings().equals(Standing.digest(account))) {
        changes.changed().add(account);
      } else if (before == null && beginning && account.pollAt() != null) {
        changes.replanned().add(account);
      }
      known.put(account.id(), new Known(account, before == null ? now : before.since()));
    }
    looksAnew = false;
    known.keySet().stream().filter(id -> !ids.contains(id)).forEach(changes.gone()::add);
    return changes;
  }

  /**
   * Whether settings have changed is seen by what the database has, and not by what was seen last.
   */
  synchronized void lookAnew() {
    looksAnew = true;
  }

  /** Its settings have changed, and the database knows. */
  synchronized void put(Standing standing) {
    standings.put(standing.account(), standing);
  }

  synchronized void forget(String account) {
    known.remove(account);
    standings.remove(account);
    wanted.remove(account);
  }

  /**
   * Accounts that are due and that nobody has in hand, as far as is known here; what is asked for
   * first, then what is due longest.
   *
   * @param alive which nodes are
   * @param blocked in which mailboxes nothing may be begun
   */
  synchronized List<Standing> candidates(
      Collection<Account> accounts,
      Set<String> paused,
      Instant now,
      Predicate<String> alive,
      Predicate<String> blocked) {
    return accounts.stream()
        .map(account -> standings.get(account.id()))
        .filter(
            standing ->
                standing != null
                    && !tasks.containsKey(standing.account())
                    && (standing.node() == null || !alive.test(standing.node()))
                    && !blocked.test(standing.mailbox())
                    && (standing.isDue(
                            paused.contains(standing.account()),
                            isOfAnother(standing) ? now.minus(AFFINITY) : now)
                        || standing.takenWanted()))
        .sorted(
            Comparator.comparing(
                (Standing standing) ->
                    standing.wanted() || standing.dueAt() == null ? Instant.MIN : standing.dueAt()))
        .toList();
  }

  private boolean isOfAnother(Standing standing) {
    return standing.goesOn() && !suspended.contains(standing.account());
  }

  /** What the database says this node has in hand, and it hasn't. */
  synchronized List<String> orphans(String self) {
    return standings.values().stream()
        .filter(standing -> self.equals(standing.node()))
        .map(Standing::account)
        .filter(account -> !tasks.containsKey(account) && !isUnwritten(account))
        .toList();
  }

  private boolean isUnwritten(String account) {
    return ended.containsKey(account) || untouched.contains(account);
  }

  /** Nobody has it in hand. */
  synchronized void letGo(String account) {
    standings.computeIfPresent(account, (id, standing) -> standing.untouched());
  }

  /**
   * How many more accounts this node may take: one for each importer that is free, and as many as
   * it finished since it took some last.
   */
  synchronized int places(int importers) {
    int places = Math.max(0, importers - tasks.size() + finished);
    finished = 0;
    return places;
  }

  /** So many more are due than were taken. */
  void leftForLater(int accounts) {
    beyond = accounts;
  }

  /**
   * An account is put on the queue.
   *
   * @param why it can't be worked on; null: it can
   */
  synchronized void taken(
      String account, String self, Instant now, @Nullable RuntimeException why) {
    tasks.put(account, new Task(now, why));
    suspended.remove(account);
    standings.computeIfPresent(account, (id, standing) -> standing.taken(self));
    queued++;
  }

  synchronized boolean isInHand(String account) {
    return tasks.containsKey(account);
  }

  /** Whether an importer has taken it up, and isn't through with it. */
  synchronized boolean isBegun(String account) {
    Task task = tasks.get(account);
    return task != null && task.queuedAt == null;
  }

  /** An importer has taken it up. */
  synchronized void begun(String account) {
    unqueue(tasks.computeIfAbsent(account, id -> new Task(null, null)));
  }

  private void unqueue(Task task) {
    if (task.queuedAt != null) {
      task.queuedAt = null;
      queued--;
    }
  }

  /** Why an account that is in hand can't be worked on; null: it can. */
  synchronized @Nullable RuntimeException why(String account) {
    Task task = tasks.get(account);
    return task == null ? null : task.why;
  }

  /** Its import has ended; what it came to is known. */
  synchronized void ended(
      Account as,
      ImportResult result,
      Instant now,
      @Nullable Instant goesOnAt,
      @Nullable Trouble trouble) {
    Standing standing =
        standings
            .getOrDefault(as.id(), Standing.of(as, now))
            .ended(as, result, now, goesOnAt, trouble);
    Account present = known.containsKey(as.id()) ? known.get(as.id()).account() : as;
    standings.put(as.id(), present.equals(as) ? standing : standing.anew(present, now));
    Task task = tasks.get(as.id());
    if (task != null) {
      task.ended = true;
    }
  }

  /**
   * It isn't in hand any more.
   *
   * @param now when it ended, for one that couldn't say what it came to
   * @param lost another node has its mailbox, or may have
   */
  synchronized void givenBack(String account, Instant now, boolean lost) {
    Task task = tasks.remove(account);
    if (task == null) {
      return;
    }
    boolean begun = task.queuedAt == null;
    unqueue(task);
    finished++;
    Standing standing = standings.get(account);
    Known as = known.get(account);
    if (standing == null || as == null) {
      standings.remove(account);
      untouched.add(account);
      return;
    }
    if (lost || !begun) {
      standings.put(account, standing.untouched());
      untouched.add(account);
      return;
    }
    Standing back =
        (task.ended ? standing : standing.ended(as.account(), null, now, null, standing.trouble()))
            .back();
    standings.put(account, back);
    if (task.leased) {
      ended.put(account, back);
      if (back.goesOn()) {
        suspended.add(account);
      }
    } else if (back.trouble() != null && back.trouble().told() != null) {
      troubled.put(account, back);
    }
  }

  /** Tasks that were on the queue and are gone without having begun. */
  synchronized List<String> lostTasks(Instant now) {
    return queued == 0
        ? List.of()
        : tasks.entrySet().stream()
            .filter(each -> each.getValue().isQueuedBefore(now.minus(IN_HAND)))
            .map(Map.Entry::getKey)
            .toList();
  }

  /** All that is in hand. */
  synchronized List<String> inHand() {
    return List.copyOf(tasks.keySet());
  }

  /** Whether an account is due that no importer has taken up yet. */
  boolean isAnyoneWaiting() {
    return queued + beyond > 0;
  }

  /** Somebody asks for an import. */
  synchronized void want(String account) {
    wanted.add(account);
    standings.computeIfPresent(account, (id, standing) -> standing.wanted(true));
  }

  /** It is due anew. */
  synchronized Optional<Standing> anew(Account account, Instant now) {
    return Optional.ofNullable(
        standings.computeIfPresent(account.id(), (id, before) -> before.anew(account, now)));
  }

  synchronized Unwritten unwritten() {
    return new Unwritten(
        List.copyOf(ended.values()),
        List.copyOf(untouched),
        List.copyOf(wanted),
        List.copyOf(troubled.values()));
  }

  /** The database knows it now. */
  synchronized void written(Unwritten told) {
    told.ended().forEach(standing -> ended.remove(standing.account(), standing));
    told.untouched().forEach(untouched::remove);
    told.wanted().forEach(wanted::remove);
    told.troubled().forEach(standing -> troubled.remove(standing.account(), standing));
  }

  synchronized Optional<Standing> standing(String account) {
    return Optional.ofNullable(standings.get(account));
  }

  /** Since when this process has known an account; null: it doesn't. */
  synchronized @Nullable Instant knownSince(String account) {
    Known found = known.get(account);
    return found == null ? null : found.since();
  }
}
