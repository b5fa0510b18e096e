package org.mailroom.check;

import java.io.IOException;
import java.io.InputStream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.ProducerTemplate;
import org.mailroom.account.Account;
import org.mailroom.graph.FolderSearch;
import org.mailroom.graph.GraphClient;
import org.mailroom.graph.OldGraphRequest;
import org.mailroom.graph.Listing;
import org.springframework.stereotype.Component;

/** Asks Graph on the same wire as the imports, the route {@code graph-request}, once and without another try. Nothing is changed. */
@Component("graphQuestions")
public final class GraphQuestions {

  private static final String ROUTE = "direct:graph-request";
  private static final String READ = "bean:graphQuestions?method=read";

  /** What an answer is read into. */
  private interface Reader {
    void read(InputStream answer) throws IOException;
  }

  private final ProducerTemplate camel;
  private final GraphClient graph;

  GraphQuestions(ProducerTemplate camel, GraphClient graph) {
    this.camel = camel;
    this.graph = graph;
  }

  /** Called by the route with the answer. */
  public void read(@ExchangeProperty("reader") Object reader, InputStream answer) throws IOException {
    ((Reader) reader).read(answer);
  }

  private void ask(OldGraphRequest request, Reader reader) throws Exception {
    Exchange answered = camel.request(ROUTE, exchange -> {
      exchange.getMessage().setBody(request);
      exchange.setProperty("readAnswer", READ);
      exchange.setProperty("reader", reader);
    });
    if (answered.getException() != null) {
      throw answered.getException();
    }
  }

  /** How many unread messages the inbox has: whoever may ask that may read the mailbox. */
  long unreadInInbox(Account account) throws Exception {
    long[] unread = new long[1];
    ask(graph.folderCountRequest(account.credential(), account.mailbox(), "inbox"), answer -> unread[0] = graph.readTree(answer).path("unreadItemCount").asLong());
    return unread[0];
  }

  /** Returns the id or well-known name of the account's folder. */
  String folder(Account account) throws Exception {
    FolderSearch search = graph.findFolder(account.mailbox(), account.folder());
    while (search.isUnderway()) {
      ask(graph.folderRequest(search, account.credential(), account.mailbox()), answer -> graph.readFolders(search, answer));
    }
    return search.found();
  }

  /** Returns in words how many messages match: one page without contents. */
  String listing(Account account, String folder) throws Exception {
    Listing listing = graph.listMessages(account.mailbox(), folder, "id,receivedDateTime,isRead", account.filter(), 0);
    int[] found = new int[1];
    ask(graph.pageRequest(listing, account.credential(), account.mailbox()), answer -> found[0] = graph.readPage(listing, answer).size());
    return found[0] + (listing.isEnded() ? "" : " or more") + (found[0] == 1 && listing.isEnded() ? " message matches" : " messages match");
  }
}
