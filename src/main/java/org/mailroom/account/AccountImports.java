package org.mailroom.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.graph.DeltaListing;
import org.mailroom.graph.FolderSearch;
import org.mailroom.graph.GraphClient;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.OldGraphRequest;
import org.mailroom.listing.Backfill;
import org.mailroom.listing.Backfills;
import org.mailroom.listing.DeltaLinks;
import org.mailroom.listing.ListedMessage;
import org.mailroom.listing.MailFolder;
import org.mailroom.listing.Position;
import org.mailroom.graph.MailboxGates;
import org.mailroom.message.MessageTranslator;
import org.springframework.stereotype.Component;

/** The steps of an import that the routes call. The exchange property {@code import} holds the {@link AccountImport}. */
@Component("accountImports")
public final class AccountImports {

  /** Longer than this nobody else waits for an importer whose mailbox takes no request. */
  private static final Duration SHORT_WAIT = Duration.ofSeconds(1);

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final GraphClient graph;
  private final ImportProgress progress;
  private final DeltaLinks deltaLinks;
  private final MailboxGates gates;
  private final PollHistory history;
  private final PollMetrics metrics;
  private final Backfills backfills;
  private final ImportLog log;
  private final CamelContext camel;
  private final MailroomProperties.Limits limits;
  private final Clock clock;
  private final Map<String, String> folders = new ConcurrentHashMap<>();
  private final Map<String, Integer> corrupt = new ConcurrentHashMap<>();
  private final Map<String, AccountImport> suspended = new ConcurrentHashMap<>();

  AccountImports(Accounts accounts, AccountSchedule schedule, GraphClient graph, ImportProgress progress, DeltaLinks deltaLinks,
      MailboxGates gates, PollHistory history, PollMetrics metrics, Backfills backfills, ImportLog log, CamelContext camel, MailroomProperties properties, Clock clock) {
    this.limits = properties.limits();
    this.accounts = accounts;
    this.schedule = schedule;
    this.graph = graph;
    this.progress = progress;
    this.deltaLinks = deltaLinks;
    this.gates = gates;
    this.history = history;
    this.metrics = metrics;
    this.backfills = backfills;
    this.log = log;
    this.camel = camel;
    this.clock = clock;
  }

  /** Begins the import of the account whose id is the body. */
  public void begin(Exchange exchange, @Body String accountId) {
    Account account = accounts.find(accountId).orElse(null);
    AccountImport earlier = suspended.remove(accountId);
    if (account == null) {
      // deleted since it was put on the task queue
      if (earlier != null) {
        progress.ended(earlier);
      }
      schedule.dropped(accountId);
      exchange.setRouteStop(true);
      return;
    }
    schedule.begun(accountId);
    ImportTurn turn = exchange.getProperty("takesTurns", false, boolean.class) ? turn(account) : ImportTurn.ENDLESS;
    if (earlier != null && earlier.account().equals(account)) {
      earlier.takeTurn(turn);
      exchange.setProperty("import", earlier);
      exchange.setProperty("backfill", backfills.running(accountId).orElse(null));
      return;
    }
    AccountImport begun = new AccountImport(account, new ImportTally(clock, gates.requests(account.mailbox())),
        () -> camel.isStopping() || schedule.isStopping(), progress);
    begun.takeTurn(turn);
    progress.begun(begun);
    exchange.setProperty("import", begun);
    exchange.setProperty("backfill", backfills.begin(accountId, account.mailbox(), account.folder()));
    String folder = folders.get(folderKey(account, account.folder()));
    String moveTo = target(account);
    begun.lookingFor(
        graph.findFolder(account.mailbox(), folder == null ? account.folder() : folder),
        moveTo == null ? null : folders.containsKey(folderKey(account, moveTo))
            ? graph.findFolder(account.mailbox(), folders.get(folderKey(account, moveTo)))
            : graph.findOrCreateFolder(account.mailbox(), moveTo));
  }

  private ImportTurn turn(Account account) {
    return new ImportTurn() {
      @Override
      public boolean isOver(int pages) {
        return schedule.isAnyoneWaiting() && (pages >= limits.pagesPerTurn() || gates.opensIn(account.mailbox()).compareTo(SHORT_WAIT) > 0);
      }

      @Override
      public boolean isClosed() {
        return schedule.isAnyoneWaiting() && gates.opensIn(account.mailbox()).compareTo(SHORT_WAIT) > 0;
      }
    };
  }

  /** The folder that imported messages end in: a deleted message, too, only changes its folder. Null: they stay. */
  private static String target(Account account) {
    return account.afterImport().delete() ? "deleteditems" : account.afterImport().moveTo();
  }

  /** Nothing has failed so far that ends the import. */
  public boolean isReadable(@ExchangeProperty("import") AccountImport running) {
    return running.isReadable();
  }

  /** A folder's id isn't known yet. */
  public boolean isLookingForFolder(@ExchangeProperty("import") AccountImport running) {
    return running.isLookingForFolder();
  }

  public OldGraphRequest folderRequest(@ExchangeProperty("import") AccountImport running) {
    return graph.folderRequest(running.search(), running.account().credential(), running.account().mailbox());
  }

  /** Reads a page of folders, or the folder that was created, and remembers what is found. */
  public void readFolders(@ExchangeProperty("import") AccountImport running, InputStream answer) throws IOException {
    FolderSearch search = running.search();
    graph.readFolders(search, answer);
    if (!search.isUnderway()) {
      Account account = running.account();
      folders.put(folderKey(account, search == running.folder() ? account.folder() : target(account)), search.found());
    }
  }

  /**
   * Folders can't be listed or created. A folder that was to be created and is there already (somebody else made it, or the answer that
   * told of it was lost) is looked for again; anything else ends the import.
   */
  public void lookAgain(@ExchangeProperty("import") AccountImport running, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    if (!(why instanceof GraphException refusal) || !running.search().lookAgain(refusal)) {
      failed(running, why);
    }
  }

  /** Begins the listing, unless an earlier turn has begun it; or goes on with the delta query, in a mailbox in which nothing is marked. */
  public void list(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("backfill") Backfill backfill) {
    if (running.messageListing() != null) {
      return;
    }
    Account account = running.account();
    String folder = running.folder().found();
    if (backfill != null) {
      running.beginListing(graph.listMessagesSince(account.mailbox(), folder, MessageTranslator.SELECT, backfill.filter(account.filter()), backfill.position()));
    } else if (account.afterImport().isReadOnly()) {
      DeltaLinks.Stored stored = deltaLinks.find(account.id(), account.mailbox(), folder);
      running.beginListing(graph.listChanges(account.mailbox(), folder, MessageTranslator.SELECT, stored.link(), stored.begunAt(),
          !account.filter().isBlank()));
    } else {
      running.beginListing(graph.listMessages(account.mailbox(), folder, MessageTranslator.SELECT, account.filter(),
          corrupt.getOrDefault(account.id(), 0)));
    }
  }

  /** Asks how many messages a backfill has before it: for its progress. */
  public OldGraphRequest countRequest(@ExchangeProperty("import") AccountImport running) {
    return graph.countRequest(running.messageListing(), running.account().credential(), running.account().mailbox());
  }

  public void readCount(@ExchangeProperty("backfill") Backfill backfill, InputStream answer) throws IOException {
    JsonNode count = graph.readTree(answer).path("@odata.count");
    if (count.canConvertToLong()) {
      backfills.counted(backfill, count.asLong());
    }
  }

  private static String folderKey(Account account, String folder) {
    return account.mailbox() + "\n" + folder;
  }

  /** There is a page to ask for. */
  public boolean isListing(@ExchangeProperty("import") AccountImport running) {
    return running.isListing();
  }

  /** The page that is waited for isn't there yet, and may still come. */
  public boolean isPageAwaited(@ExchangeProperty("import") AccountImport running) {
    return running.isPageAwaited();
  }

  /** Deliveries that no listing brings any more are to be taken up. */
  public boolean isRetrying(@ExchangeProperty("import") AccountImport running) {
    return running.isRetrying();
  }

  /** The next page is waited for until it is there or can't be had. */
  public void awaitPage(@ExchangeProperty("import") AccountImport running) {
    running.awaitPage();
  }

  public OldGraphRequest pageRequest(@ExchangeProperty("import") AccountImport running) {
    return graph.pageRequest(running.messageListing(), running.account().credential(), running.account().mailbox());
  }

  /** Reads a page of messages, which is delivered once the page before it is. */
  public void readPage(@ExchangeProperty("import") AccountImport running, InputStream answer) throws IOException {
    running.arrived(graph.readPage(running.messageListing(), answer));
  }

  /** The page was refused after all tries: asks for it in another way, such as for less; or ends the import. */
  public void askOtherwise(@ExchangeProperty("import") AccountImport running, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    if (!(why instanceof GraphException refusal) || !running.messageListing().askOtherwise(refusal)) {
      failed(running, why);
    }
  }

  /** Waits until another page is wanted; false when nothing more is to be listed. */
  public boolean awaitRoom(@ExchangeProperty("import") AccountImport running) throws InterruptedException {
    return running.awaitRoom(limits.pagesInHand(), 2 * Math.max(limits.pageSize(), limits.batchSize() * limits.requestsInFlight()));
  }

  /** Nothing more is listed. */
  public void listed(@ExchangeProperty("import") AccountImport running) {
    running.listed();
  }

  /** Waits for the next page to deliver; false when none comes any more. */
  public boolean takePage(@ExchangeProperty("import") AccountImport running) throws InterruptedException {
    return running.takePage();
  }

  /** The messages of the page that is delivered, in groups that fit into memory together. */
  public List<List<ListedMessage>> groups(@ExchangeProperty("import") AccountImport running) {
    return running.groups();
  }

  /** Everything up to here is delivered, or noted as waiting: the next import may go on behind it. */
  public void pageDelivered(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("backfill") Backfill backfill) {
    URI link = running.pageDelivered();
    if (backfill != null) {
      backfills.reached(backfill, running.tally().reached());
    } else if (link != null && running.messageListing() instanceof DeltaListing changes) {
      deltaLinks.storing(running.account().id(), new MailFolder(running.account().credential(), running.account().mailbox(), running.folder().found()),
          changes.begunAt()).accept(new Position(link, null));
    }
  }

  /** Nothing more is delivered. */
  public void delivered(@ExchangeProperty("import") AccountImport running) {
    running.delivered();
  }

  /** The import can't go on. What is in hand is still delivered and marked. */
  public void failed(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    running.failed(ImportFailure.inWords(why));
    if (why instanceof GraphException graphFailure && graphFailure.status() == 404) {
      // the remembered folder may be gone
      folders.remove(folderKey(running.account(), running.account().folder()));
    }
  }

  /** Ends the import, says what it came to, and returns that. */
  public ImportResult end(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("backfill") Backfill backfill) {
    ImportResult result = running.result(gates.requests(running.account().mailbox()));
    if (running.isSuspended()) {
      suspended.put(running.account().id(), running);
      schedule.suspended(running.account().id(), gates.opensIn(running.account().mailbox()));
      return result;
    }
    if (running.messageListing() != null && running.messageListing().isEnded()) {
      corrupt.put(running.account().id(), running.messageListing().unlistable());
    }
    progress.ended(running);
    if (backfill != null) {
      backfills.end(backfill, running.isThrough());
    }
    schedule.ended(running.account(), result);
    history.add(result);
    metrics.ended(result);
    if (result.firstUnmarked() instanceof GraphException refusal && refusal.isGone()) {
      // the folder to move to may be gone: it is looked for, or created, again
      folders.remove(folderKey(running.account(), target(running.account())));
    }
    log.tell(result);
    return result;
  }
}
