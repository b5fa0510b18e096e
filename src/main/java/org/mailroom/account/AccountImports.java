package org.mailroom.account;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.mailroom.graph.GraphClient;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphRequest;
import org.mailroom.message.MessageTranslator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The steps of an import that the routes call. The exchange property {@code import} holds the {@link AccountImport}. */
@Component("accountImports")
public final class AccountImports {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private final Accounts accounts;
  private final AccountSchedule schedule;
  private final GraphClient graph;
  private final ImportProgress progress;
  private final CamelContext camel;
  private final Clock clock;
  private final Map<String, String> folders = new ConcurrentHashMap<>();
  private final Map<String, String> lastFailures = new ConcurrentHashMap<>();

  AccountImports(Accounts accounts, AccountSchedule schedule, GraphClient graph, ImportProgress progress, CamelContext camel, Clock clock) {
    this.accounts = accounts;
    this.schedule = schedule;
    this.graph = graph;
    this.progress = progress;
    this.camel = camel;
    this.clock = clock;
  }

  /** Begins the import of the account whose id is the body: looks for its folder, unless that is known. */
  public void begin(Exchange exchange, @Body String accountId) {
    Account account = accounts.find(accountId).orElseThrow(() -> new IllegalArgumentException("no account " + accountId));
    AccountImport begun = new AccountImport(account, clock.instant(), () -> camel.isStopping() || schedule.isStopping(), progress);
    exchange.setProperty("import", begun);
    begun.lookingFor(graph.findFolder(account.mailbox(), folders.getOrDefault(folderKey(account), account.folder())));
    if (!begun.isLookingForFolder()) {
      list(begun);
    }
  }

  public GraphRequest folderRequest(@ExchangeProperty("import") AccountImport running) {
    return graph.folderRequest(running.folder(), running.account().credential(), running.account().mailbox());
  }

  /** Reads a page of folders; begins the listing once the folder is found, and remembers it. */
  public void readFolders(@ExchangeProperty("import") AccountImport running, InputStream answer) throws IOException {
    graph.readFolders(running.folder(), answer);
    if (!running.isLookingForFolder()) {
      folders.put(folderKey(running.account()), running.folder().found());
      list(running);
    }
  }

  private void list(AccountImport running) {
    Account account = running.account();
    running.beginListing(graph.listMessages(account.mailbox(), running.folder().found(), MessageTranslator.SELECT, account.filter()));
  }

  private static String folderKey(Account account) {
    return account.mailbox() + "\n" + account.folder();
  }

  public GraphRequest pageRequest(@ExchangeProperty("import") AccountImport running) {
    return graph.pageRequest(running.messageListing(), running.account().credential(), running.account().mailbox());
  }

  /** Reads a page of messages, which is delivered once the page before it is. */
  public void readPage(@ExchangeProperty("import") AccountImport running, InputStream answer) throws IOException {
    running.arrived(graph.readPage(running.messageListing(), answer));
  }

  /** Hands each stage what the stage before it has finished. */
  public void advance(@ExchangeProperty("import") AccountImport running) {
    running.advance();
  }

  /** The mailbox can't be read on. What is in hand is still delivered and marked. */
  public void failed(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    running.failed(why);
    if (why instanceof GraphException graphFailure && graphFailure.status() == 404) {
      // the remembered folder may be gone
      folders.remove(folderKey(running.account()));
    }
  }

  /** Ends the import, says what it came to, and returns that. */
  public ImportResult end(@ExchangeProperty("import") AccountImport running) {
    ImportResult result = running.result(clock.instant());
    schedule.ended(result);
    tell(result);
    return result;
  }

  private void tell(ImportResult result) {
    if (result.isWorthTelling()) {
      if (result.imported() > 0 || result.failed() > 0) {
        LOG.info("account {}: imported {} messages in {} s{}{}", result.account(), result.imported(),
            String.format(java.util.Locale.ROOT, "%.1f", result.took().toMillis() / 1000.0),
            result.failed() > 0 ? ", " + result.failed() + " failed" : "",
            result.waiting() > 0 ? ", " + result.waiting() + " wait for another try or a decision" : "");
      }
      if (result.unmarked() > 0) {
        LOG.error("account {}: {} messages were delivered but not marked as read: {}", result.account(), result.unmarked(),
            result.firstUnmarked().getMessage());
      }
    }
    tellFailure(result);
  }

  /** The same failure is told once, and its end. */
  private void tellFailure(ImportResult result) {
    if (result.failure() == null) {
      if (lastFailures.remove(result.account()) != null) {
        LOG.info("account {}: the mailbox can be read again", result.account());
      }
      return;
    }
    String sentence = result.failure().getMessage();
    String kind = sentence.replaceAll("request-id [0-9A-Za-z-]+", "");
    if (!kind.equals(lastFailures.put(result.account(), kind))) {
      LOG.error("account {}: {}", result.account(), sentence);
    }
  }
}
