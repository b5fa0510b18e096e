package org.mailroom.schedule;

import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountFolder;
import org.mailroom.account.AccountImport;
import org.mailroom.account.Accounts;
import org.mailroom.account.ImportFailure;
import org.mailroom.account.ImportLog;
import org.mailroom.account.ImportProgress;
import org.mailroom.account.ImportResult;
import org.mailroom.account.ImportTally;
import org.mailroom.account.PollHistory;
import org.mailroom.account.PollMetrics;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.LeaseLostException;
import org.mailroom.graph.MailboxClosedException;
import org.mailroom.graph.MailboxGates;
import org.mailroom.graph.StoppingException;
import org.mailroom.listing.FoundFolders;
import org.mailroom.listing.MailFolders;
import org.mailroom.listing.Page;
import org.mailroom.listing.Pages;
import org.mailroom.marking.HeldBack;
import org.mailroom.message.IncomingMessage;
import org.mailroom.settings.Causes;
import org.mailroom.settings.Limits;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Begin and end of an import, as the route {@code import-account} calls them. Importers call it,
 * one for each account at a time, and the threads of an import's pages.
 */
@Component("accountImports")
public final class AccountImports {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  /** Longer than this nobody else waits for an importer whose mailbox takes no request. */
  private static final Duration SHORT_WAIT = Duration.ofSeconds(1);

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final MailboxTurns turns;
  private final MailFolders folders;
  private final AccountListings listings;
  private final MailboxGates gates;
  private final ImportProgress progress;
  private final PollHistory history;
  private final PollMetrics metrics;
  private final ImportLog log;
  private final CamelContext camel;
  private final Limits limits;
  private final Clock clock;

  /** Turns of imports that go on. */
  private final Map<String, AccountImport> suspended = new ConcurrentHashMap<>();

  AccountImports(
      Accounts accounts,
      AccountSchedule schedule,
      MailboxTurns turns,
      MailFolders folders,
      AccountListings listings,
      MailboxGates gates,
      ImportProgress progress,
      PollHistory history,
      PollMetrics metrics,
      ImportLog log,
      CamelContext camel,
      MailroomProperties properties,
      Clock clock) {
    this.accounts = accounts;
    this.schedule = schedule;
    this.turns = turns;
    this.folders = folders;
    this.listings = listings;
    this.gates = gates;
    this.progress = progress;
    this.history = history;
    this.metrics = metrics;
    this.log = log;
    this.camel = camel;
    this.limits = properties.limits();
    this.clock = clock;
    schedule.whenGoneOnElsewhere(this::goneOnElsewhere);
  }

  /**
   * Begins the import of the account whose id is the body.
   *
   * @throws AccountGoneException when the account was deleted since its task was put on the queue
   */
  public AccountImport begin(@Body String accountId) {
    turns.takeUnlessInHand(accountId);
    schedule.begun(accountId);
    Account account =
        accounts.find(accountId).orElseThrow(() -> new AccountGoneException(accountId));
    if (!schedule.isUnbroken(accountId)) {
      goneOnElsewhere(accountId);
    }
    AccountImport earlier = suspended.remove(accountId);
    AccountImport begun =
        new AccountImport(
            account,
            earlier != null
                ? earlier.tally()
                : new ImportTally(clock, gates.requests(account.mailbox())),
            this::isStopping);
    progress.begun(begun);
    return begun;
  }

  /**
   * Another node goes on with an import whose turn was over here: what it came to here is told, and
   * the rest that one tells.
   */
  private void goneOnElsewhere(String accountId) {
    AccountImport earlier = suspended.remove(accountId);
    listings.forget(accountId);
    progress.goneOnElsewhere(accountId);
    if (earlier != null) {
      ImportResult result =
          earlier.tally().result(earlier, gates.requests(earlier.account().mailbox()));
      history.add(result);
      log.tell(result);
    }
  }

  /**
   * The account's mailbox is this node's for as long as the import takes. Without the database
   * nobody can tell.
   *
   * @throws RuntimeException why it isn't
   */
  public void requireLease(@Variable("import") AccountImport running) {
    schedule.requireTaken(running.account());
  }

  private boolean isStopping() {
    return camel.isStopping() || schedule.isStopping();
  }

  /** The mailbox, for the site's routes. */
  public String mailbox(@Variable("import") AccountImport running) {
    return running.account().mailbox();
  }

  /**
   * Finds the folders to read by well-known name, path or id, those below them where the account is
   * recursive, and the one that messages end in, which is created where it is missing. What the
   * account names is remembered. Of several folders those that aren't there don't hold up the
   * others.
   *
   * @throws GraphException when there is none of the folders
   */
  public void findFolders(@Variable("import") AccountImport running) {
    Account account = running.account();
    String target = account.afterImport().target();
    String moveTo =
        target == null
            ? null
            : folders.findOrCreate(account.mailbox(), account.credential(), target);
    FoundFolders found = folders.findAll(account, moveTo);
    running.found(found.folders(), moveTo);
    found.missing().forEach(running::folderFailed);
  }

  /** The account's folders that are still to be listed, one after the other. */
  public Iterator<AccountFolder> folders(@Variable("import") AccountImport running) {
    return listings.folders(running);
  }

  /**
   * The pages of a folder: of a listing that begins, or that an earlier turn left where it stood;
   * null when nothing is read any more.
   */
  public @Nullable Pages list(
      @Variable("import") AccountImport running, @Variable("folder") AccountFolder folder) {
    return listings.begin(
        running,
        folder,
        pages -> isTurnOver(running, pages),
        why -> notListed(running, folder, why));
  }

  /**
   * What of the folder may not be marked yet: messages of the second where its listing stands, also
   * those that an earlier turn has delivered.
   */
  public HeldBack heldBack(
      @Variable("import") AccountImport running, @Variable("folder") AccountFolder folder) {
    return listings.heldBack(running, folder);
  }

  /**
   * A folder can't be listed any further. Where it isn't there any more, the other folders of the
   * account go on.
   */
  private void notListed(AccountImport running, AccountFolder folder, Exception why) {
    Exception inWords = ImportFailure.inWords(why);
    if (running.folders().size() == 1
        || !(inWords instanceof GraphException refusal)
        || !refusal.isGone()) {
      failed(running.account().id(), running, why);
      return;
    }
    forgetFolders(running.account());
    if (folder.named()) {
      listings.failed(running, folder, refusal.about("folder " + folder.path()));
    } else {
      LOG.info(
          "account {}: the folder {} isn't there any more; the others are read",
          running.account().id(),
          folder.path());
    }
  }

  /** A folder is through: each of its pages is, or it can't be listed any further. */
  public void folderEnded(
      @Variable("import") AccountImport running,
      @Variable("folder") AccountFolder folder,
      @Variable("pages") @Nullable Pages pages) {
    if (pages != null) {
      listings.ended(running, folder, pages);
    }
  }

  /**
   * Others wait, and it has had its share, or its mailbox takes no request anyway; or it has gone
   * on for as long as one may.
   */
  private boolean isTurnOver(AccountImport running, int pages) {
    boolean letsOthersGo =
        schedule.isAnyoneWaiting()
            && (pages >= limits.pagesPerTurn()
                || gates.opensIn(running.account().mailbox()).compareTo(SHORT_WAIT) > 0);
    boolean over = letsOthersGo || isOverdue(running);
    if (over) {
      running.goesOn(clock.instant().plus(gates.opensIn(running.account().mailbox())));
    }
    return over;
  }

  private boolean isOverdue(AccountImport running) {
    boolean overdue = listings.lasting(running).compareTo(limits.longestImport()) >= 0;
    if (overdue) {
      LOG.warn(
          "account {}: the import has gone on for {} and isn't through; what is left comes with"
              + " another turn, which begins by itself. Nothing is to be done if so much is to be"
              + " imported; mailroom.limits.longest-import says how long a turn may last.",
          running.account().id(),
          limits.longestImport());
    }
    return overdue;
  }

  /** Which page it is and what it listed; it holds no contents. */
  public Page withoutContents(@Body Page page) {
    return page.withoutContents();
  }

  /**
   * A page is through. The next import may go on behind it when each of its messages is delivered
   * or in the ledger, and each page before it, too.
   *
   * @param messages those of the page that were undelivered; null when the ledger couldn't be asked
   */
  public void pageDone(
      @Variable("import") AccountImport running,
      @Variable("pages") @Nullable Pages pages,
      @Variable("page") Page page,
      @Variable("messages") @Nullable List<IncomingMessage> messages) {
    boolean whole = messages != null && messages.stream().allMatch(IncomingMessage::isSettled);
    running.tally().add(ImportTally.Count.THROUGH, page.messages().size());
    if (pages != null && page.isListed()) {
      pages.done(page, whole);
    }
  }

  /** The import can't go on, or not now. What is in hand is still delivered and marked. */
  public void failed(
      @Variable("account") String accountId,
      @Variable("import") @Nullable AccountImport running,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    Optional<LeaseLostException> lost = Causes.first(why, LeaseLostException.class);
    if (lost.isPresent()) {
      if (running != null) {
        running.failed(lost.get());
      }
      return;
    }
    boolean stops =
        Causes.first(why, StoppingException.class).isPresent()
            || (isStopping() && Causes.first(why, RejectedExecutionException.class).isPresent());
    if (stops || Causes.first(why, AccountGoneException.class).isPresent()) {
      return;
    }
    var closed = Causes.first(why, MailboxClosedException.class);
    if (closed.isPresent() && running != null) {
      running.goesOn(closed.get().until());
      return;
    }
    Exception inWords = ImportFailure.inWords(why);
    if (running == null) {
      LOG.error("account {}: {}", accountId, inWords.getMessage());
    }
    if (running != null && inWords instanceof GraphException refusal && refusal.status() == 404) {
      // what was remembered may be gone
      forgetFolders(running.account());
    }
    if (running != null) {
      running.failed(inWords);
    }
  }

  /**
   * Ends the import, says what it came to, and gives its account back, whatever happened.
   *
   * @return what it came to; null when its account is gone
   */
  public @Nullable ImportResult end(
      @Variable("account") String accountId, @Variable("import") @Nullable AccountImport running) {
    try {
      return running == null ? null : end(running);
    } finally {
      schedule.givenBack(accountId);
      if (running != null && !suspended.containsKey(accountId)) {
        progress.ended(running);
      }
    }
  }

  private void forgetFolders(Account account) {
    account.folders().forEach(name -> folders.forget(account.mailbox(), name));
    if (account.afterImport().target() != null) {
      folders.forget(account.mailbox(), account.afterImport().target());
    }
  }

  private void endListings(AccountImport running) {
    try {
      running.standings(listings.standings(running));
      listings.end(running);
    } catch (LeaseLostException lost) {
      running.failed(lost);
      listings.forget(running.account().id());
    }
  }

  private ImportResult end(AccountImport running) {
    Account account = running.account();
    endListings(running);
    ImportResult result = running.tally().result(running, gates.requests(account.mailbox()));
    if (schedule.isLost(account.id()) || result.failure() instanceof LeaseLostException) {
      // how the account stands is told by whoever has it now
      schedule.lost(account.id());
      LOG.warn(
          "account {}: {}",
          account.id(),
          result.failure() == null
              ? "its mailbox was taken over by another node"
              : result.failure().getMessage());
      return result;
    }
    if (result.goesOnAt() != null && result.failure() == null) {
      schedule.ended(account, result);
      suspended.put(account.id(), running);
      return result;
    }
    // whoever sees how the account stands finds why in the log
    log.tell(result);
    schedule.ended(account, result);
    if (result.firstUnmarked() instanceof GraphException refusal && refusal.isGone()) {
      // the folder to move to may be gone
      forgetFolders(account);
    }
    history.add(result);
    metrics.ended(result);
    return result;
  }
}
