package org.mailroom.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.graph.AnswerJson;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.WrongAnswerException;
import org.mailroom.listing.Hints;
import org.mailroom.listing.Listed;
import org.mailroom.listing.Listings;
import org.mailroom.listing.MailFolder;
import org.mailroom.listing.MailFolders;
import org.mailroom.listing.MessageListing;
import org.mailroom.settings.Causes;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.RouteNotRunningException;
import org.springframework.stereotype.Component;

/**
 * Asks Graph on the same wire as the imports, the route {@code graph-request}, once and without
 * another try. Nothing is changed.
 */
@Component
final class GraphQuestions {

  private static final String ROUTE = "direct:graph-request";

  private final ProducerTemplate camel;
  private final AnswerJson json;
  private final Listings listings;
  private final MailFolders folders;
  private final GraphUris uris;
  private final Graph once = this::ask;

  GraphQuestions(
      ProducerTemplate camel,
      AnswerJson json,
      Listings listings,
      MailFolders folders,
      MailroomProperties properties) {
    this.camel = camel;
    this.json = json;
    this.listings = listings;
    this.folders = folders;
    this.uris = new GraphUris(properties.graphUrl());
  }

  @SuppressWarnings("unchecked")
  private <T> T ask(GraphRequest<T> request) {
    Exchange answered = camel.send(ROUTE, exchange -> exchange.getMessage().setBody(request));
    if (answered.getException() == null) {
      return (T) answered.getMessage().getBody();
    }
    if (Causes.sentence(answered.getException()).orElse(null) instanceof RuntimeException inWords) {
      throw inWords;
    }
    throw RouteNotRunningException.of(answered.getException())
        .<RuntimeException>map(nobody -> nobody)
        .orElseGet(() -> new IllegalStateException(answered.getException()));
  }

  /** How many unread messages the inbox has: whoever may ask that may read the mailbox. */
  long unreadInInbox(Account account) {
    return ask(
        GraphRequest.get(
            GraphOperation.COUNT_MESSAGES,
            account.credential(),
            account.mailbox(),
            uris.of(
                GraphUris.options("$select", "id,unreadItemCount,totalItemCount"),
                "users",
                account.mailbox(),
                "mailFolders",
                "inbox"),
            answer -> json.tree(answer).path("unreadItemCount").asLong()));
  }

  /**
   * Returns one page of the folders below another one.
   *
   * @param parent its id, or null for the top of the mailbox
   * @param from how many to pass over
   */
  JsonNode folders(String credential, String mailbox, @Nullable String parent, int from, int most) {
    Map<String, String> options =
        GraphUris.options(
            "$select",
            "id,displayName,childFolderCount,totalItemCount,unreadItemCount",
            "$top",
            String.valueOf(most),
            "$skip",
            String.valueOf(from));
    URI address =
        parent == null
            ? uris.of(options, "users", mailbox, "mailFolders")
            : uris.of(options, "users", mailbox, "mailFolders", parent, "childFolders");
    return ask(
        GraphRequest.get(
            GraphOperation.FIND_FOLDER,
            credential,
            mailbox,
            address,
            answer -> {
              JsonNode page = json.tree(answer);
              if (!page.path("value").isArray()) {
                throw new WrongAnswerException("the answer is not a page of folders");
              }
              return page;
            }));
  }

  /** Returns the id or well-known name of one of the account's folders. */
  String folder(Account account, String name) {
    folders.forget(account.mailbox(), name);
    return folders.find(account.mailbox(), account.credential(), name);
  }

  /** Returns in words how many messages match: one page without contents. */
  String listing(Account account, String folder) {
    MessageListing listing =
        listings.messages(
            new MailFolder(account.credential(), account.mailbox(), folder),
            "id,receivedDateTime,isRead",
            account.filter(),
            listings.since(account.maxAge()),
            Hints.NONE);
    Listed page = listing.next(once);
    int found = page.messages().size();
    return found
        + (listing.isEnded() ? "" : " or more")
        + (found == 1 && listing.isEnded() ? " message matches" : " messages match");
  }
}
