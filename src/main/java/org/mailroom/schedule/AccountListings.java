package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountFolder;
import org.mailroom.account.AccountImport;
import org.mailroom.account.FolderStanding;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.LeaseLostException;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.mailroom.listing.DeltaLinks;
import org.mailroom.listing.Hints;
import org.mailroom.listing.Listing;
import org.mailroom.listing.Listings;
import org.mailroom.listing.MailFolder;
import org.mailroom.listing.MessageListing;
import org.mailroom.listing.Pages;
import org.mailroom.listing.Position;
import org.mailroom.listing.Turn;
import org.mailroom.listing.UnclearFilterException;
import org.mailroom.marking.HeldBack;
import org.mailroom.message.MessageTranslator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * How an import goes over the folders of its account, one after the other, in as many turns as it
 * takes; and which listing it walks through in each: one that an earlier turn left where it stood,
 * a backfill, the delta query of a mailbox in which nothing is marked, or what matches the
 * account's filter now. What is older than the account's {@code max-age} is left out, but for a
 * backfill, whose period was asked for. Safe for use by several threads, one for each account.
 */
@Component
final class AccountListings {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  /** The way of an import over its folders, in all its turns. */
  private static final class Round {
    private final Account account;

    /** Null where it is none. */
    private final @Nullable Backfill backfill;

    private final Set<String> done = new HashSet<>();
    private final Set<String> failed = new HashSet<>();
    private @Nullable Walk walk;
    private boolean through = true;
    private boolean ended = true;
    private int unlistable;
    private @Nullable Exception failure;
    private Instant turnBegun;
    private int pagesBefore;
    private int pagesNow;

    private Round(Account account, @Nullable Backfill backfill, Instant begun) {
      this.account = account;
      this.backfill = backfill;
      this.turnBegun = begun;
    }
  }

  /**
   * The listing of a folder under way.
   *
   * @param folder its id
   * @param counted what tells how much is left; null for the changes of a folder
   * @param store takes the positions
   * @param heldBack what of it is delivered and may not be marked yet: it isn't listed again
   */
  private record Walk(
      String folder,
      Listing listing,
      @Nullable MessageListing counted,
      Consumer<Position> store,
      HeldBack heldBack) {

    private Walk(
        String folder,
        Listing listing,
        @Nullable MessageListing counted,
        Consumer<Position> store) {
      this(folder, listing, counted, store, new HeldBack());
    }
  }

  private record Folder(String mailbox, String id) {}

  private final Listings listings;
  private final DeltaLinks deltaLinks;
  private final Backfills backfills;
  private final Graph graph;
  private final Clock clock;
  private final Map<String, Round> rounds = new ConcurrentHashMap<>();
  private final Map<Folder, Hints> hints = new ConcurrentHashMap<>();

  AccountListings(
      Listings listings, DeltaLinks deltaLinks, Backfills backfills, Graph graph, Clock clock) {
    this.listings = listings;
    this.deltaLinks = deltaLinks;
    this.backfills = backfills;
    this.graph = graph;
    this.clock = clock;
  }

  /** The folders that an import has still to list, as long as it reads. */
  Iterator<AccountFolder> folders(AccountImport running) {
    if (!running.isReading()) {
      return List.<AccountFolder>of().iterator();
    }
    Round round =
        rounds.compute(
            running.account().id(),
            (id, earlier) ->
                earlier != null
                        && earlier.account.equals(running.account())
                        && !backfills.isWanted(id)
                    ? earlier
                    : begin(running, earlier));
    round.turnBegun = clock.instant();
    round.pagesBefore = 0;
    round.pagesNow = 0;
    Iterator<AccountFolder> left =
        running.folders().stream()
            .filter(folder -> !round.done.contains(folder.id()))
            .toList()
            .iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return running.isReading() && left.hasNext();
      }

      @Override
      public AccountFolder next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return left.next();
      }
    };
  }

  /**
   * @param earlier that isn't gone on with, for the account has changed, or something else is
   *     wanted; null: there is none. Its backfill is begun again, unless another one is wanted
   */
  private Round begin(AccountImport running, @Nullable Round earlier) {
    if (earlier != null && earlier.backfill != null) {
      backfills.interrupted(earlier.backfill);
    }
    Account account = running.account();
    List<String> folders = running.folders().stream().map(AccountFolder::id).toList();
    Backfill backfill = backfills.begin(account.id(), account.mailbox(), folders);
    Round round = new Round(account, backfill, clock.instant());
    if (backfill != null) {
      folders.stream()
          .filter(folder -> backfills.isThrough(backfill, folder))
          .forEach(round.done::add);
      count(
          running,
          backfill,
          folders.stream().filter(folder -> !round.done.contains(folder)).toList());
    }
    return round;
  }

  /** So that it can tell how far it is; goes on without that where the service doesn't say. */
  private void count(AccountImport running, Backfill backfill, List<String> folders) {
    try {
      long total = 0;
      for (String folder : folders) {
        Long messages = listings.count(graph, backfilled(running.account(), backfill, folder));
        if (messages == null) {
          return;
        }
        total += messages;
      }
      backfills.counted(backfill, total);
    } catch (GraphException | UnclearFilterException notCounted) {
      // what is wrong with the filter the listing of a folder says
      LOG.debug("account {}: {}", backfill.account(), notCounted.getMessage());
    }
  }

  /**
   * How many messages of the folder that an account's import is in are still to be listed; empty
   * where none is under way, or the service doesn't say.
   */
  Optional<Long> toBeListed(String accountId) {
    Round round = rounds.get(accountId);
    Walk walk = round == null ? null : round.walk;
    return walk == null || walk.counted() == null
        ? Optional.empty()
        : Optional.ofNullable(listings.count(graph, walk.counted()));
  }

  private MessageListing backfilled(Account account, Backfill backfill, String folder) {
    return listings.messages(
        new MailFolder(account.credential(), account.mailbox(), folder),
        MessageTranslator.select(account),
        backfill.filter(account.filter()),
        backfills.position(backfill, folder),
        hints(account, folder));
  }

  private Hints hints(Account account, String folder) {
    return hints.getOrDefault(new Folder(account.mailbox(), folder), Hints.NONE);
  }

  /**
   * The pages of a folder; null when nothing is read any more.
   *
   * @param turn how long the import may go on; it counts the pages of all folders
   */
  @Nullable Pages begin(
      AccountImport running, AccountFolder folder, Turn turn, Consumer<Exception> failed) {
    Round round = rounds.get(running.account().id());
    if (round == null || !running.isReading()) {
      return null;
    }
    Walk walk =
        round.walk != null && round.walk.folder().equals(folder.id())
            ? round.walk
            : walk(round, folder.id());
    round.walk = walk;
    Turn ofAllFolders =
        pages -> {
          round.pagesNow = pages;
          return turn.isOver(round.pagesBefore + pages);
        };
    return listings.pages(
        walk.listing(),
        graph,
        new Pages.Surroundings(() -> !running.isReading(), ofAllFolders, failed, walk.store()));
  }

  /** What of the folder that is listed may not be marked yet, also of earlier turns. */
  HeldBack heldBack(AccountImport running, AccountFolder folder) {
    Round round = rounds.get(running.account().id());
    Walk walk = round == null ? null : round.walk;
    return walk != null && walk.folder().equals(folder.id()) ? walk.heldBack() : new HeldBack();
  }

  /** How long an account's import, or its turn, has been listing. */
  Duration lasting(AccountImport running) {
    Round round = rounds.get(running.account().id());
    return round == null ? Duration.ZERO : Duration.between(round.turnBegun, clock.instant());
  }

  private Walk walk(Round round, String id) {
    Account account = round.account;
    MailFolder folder = new MailFolder(account.credential(), account.mailbox(), id);
    if (round.backfill != null) {
      MessageListing past = backfilled(account, round.backfill, id);
      return new Walk(id, past, past, backfills.storing(round.backfill, id));
    }
    if (account.afterImport().isReadOnly()) {
      DeltaLinks.Stored stored = deltaLinks.find(account.id(), account.mailbox(), id);
      Listing changes =
          listings.changes(
              folder,
              MessageTranslator.select(account),
              stored,
              !account.filter().isBlank(),
              hints(account, id));
      return new Walk(
          id,
          listings.notOlder(changes, account.maxAge()),
          null,
          deltaLinks.storing(account.id(), folder, stored.begunAt()));
    }
    MessageListing messages =
        listings.messages(
            folder,
            MessageTranslator.select(account),
            account.filter(),
            listings.since(account.maxAge()),
            hints(account, id));
    return new Walk(id, listings.notOlder(messages, account.maxAge()), messages, position -> {});
  }

  /** The pages of a folder are through, or its import is over, or its turn. */
  void ended(AccountImport running, AccountFolder folder, Pages pages) {
    Round round = rounds.get(running.account().id());
    if (round == null || round.walk == null || !round.walk.folder().equals(folder.id())) {
      return;
    }
    hints.put(new Folder(round.account.mailbox(), folder.id()), round.walk.listing().hints());
    if (running.goesOnAt() != null && running.failure() == null) {
      // behind a page that isn't through a listing isn't gone on with: the next import begins anew,
      // or where the position stands, and lists again what is held back
      round.walk.heldBack().untilAnotherTurn();
      round.walk = pages.isWholeSoFar() ? round.walk : null;
      return;
    }
    round.walk = null;
    round.done.add(folder.id());
    round.pagesBefore += round.pagesNow + 1;
    round.through &= pages.isThrough();
    round.ended &= pages.isEnded();
    round.unlistable += pages.unlistable();
    if (round.backfill != null && pages.isThrough() && running.failure() == null) {
      backfills.through(round.backfill, folder.id());
    }
    if (round.ended
        && round.failure == null
        && running.folderFailure() == null
        && isDone(running, round)) {
      running.listedToItsEnd(round.unlistable);
    }
  }

  private static boolean isDone(AccountImport running, Round round) {
    return running.folders().stream().allMatch(folder -> round.done.contains(folder.id()));
  }

  /**
   * A folder can't be listed; the others go on, and at its end the import has failed for this
   * cause.
   */
  void failed(AccountImport running, AccountFolder folder, Exception why) {
    Round round = rounds.get(running.account().id());
    if (round == null) {
      return;
    }
    round.failed.add(folder.id());
    if (round.failure == null) {
      round.failure = why;
    }
  }

  /**
   * What an earlier turn of an account's import left isn't gone on with: another node has had its
   * mailbox since.
   */
  void forget(String accountId) {
    Round round = rounds.remove(accountId);
    if (round != null && round.backfill != null) {
      backfills.interrupted(round.backfill);
    }
  }

  /** How far each folder was read, of several, by the turns so far. */
  List<FolderStanding> standings(AccountImport running) {
    Round round = rounds.get(running.account().id());
    if (round == null || running.folders().size() < 2) {
      return List.of();
    }
    return running.folders().stream()
        .map(
            folder ->
                new FolderStanding(
                    folder.path() == null ? folder.id() : folder.path(),
                    state(round, folder.id()),
                    round.backfill == null
                        ? null
                        : backfills.position(round.backfill, folder.id())))
        .toList();
  }

  private static FolderStanding.State state(Round round, String folder) {
    if (round.failed.contains(folder)) {
      return FolderStanding.State.FAILED;
    }
    return round.done.contains(folder)
        ? FolderStanding.State.READ
        : round.walk != null && round.walk.folder().equals(folder)
            ? FolderStanding.State.IN_PART
            : FolderStanding.State.TO_COME;
  }

  /**
   * The import, or its turn, is over. A backfill that didn't fail and isn't through is still
   * wanted: it was stopped, or nothing could be delivered anywhere, so that nothing was read.
   */
  void end(AccountImport running) {
    String id = running.account().id();
    Round round = rounds.get(id);
    boolean goesOn = running.goesOnAt() != null && running.failure() == null;
    if (goesOn) {
      return;
    }
    Exception ofAFolder =
        running.folderFailure() != null
            ? running.folderFailure()
            : round == null ? null : round.failure;
    if (ofAFolder != null) {
      running.failed(ofAFolder);
    }
    rounds.remove(id);
    if (round != null && round.backfill != null) {
      boolean complete = running.failure() == null && round.through && isDone(running, round);
      boolean failed =
          running.failure() != null && !(running.failure() instanceof LeaseLostException);
      if (!complete && !failed) {
        backfills.interrupted(round.backfill);
      } else {
        backfills.end(round.backfill, complete);
      }
    }
  }
}
