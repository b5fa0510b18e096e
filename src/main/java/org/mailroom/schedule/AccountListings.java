package org.mailroom.schedule;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.mailroom.account.Account;
import org.mailroom.account.AccountImport;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
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
import org.mailroom.message.MessageTranslator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Which listing an import walks through: one that an earlier turn left where it stood, a backfill, the delta query of a mailbox in which nothing is
 * marked, or what matches the account's filter now. What is older than the account's {@code max-age} is left out, but for a backfill, whose period was
 * asked for. Safe for use by several threads, one for each account.
 */
@Component
final class AccountListings {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  /**
   * A listing under way.
   *
   * @param account as it was when it began
   * @param backfill null where it is none
   * @param store takes the positions
   */
  private record Walk(Account account, String folder, Listing listing, Backfill backfill, Consumer<Position> store) {}

  private record Folder(String mailbox, String id) {}

  private final Listings listings;
  private final DeltaLinks deltaLinks;
  private final Backfills backfills;
  private final Graph graph;
  private final Map<String, Walk> underway = new ConcurrentHashMap<>();
  private final Map<Folder, Hints> hints = new ConcurrentHashMap<>();

  AccountListings(Listings listings, DeltaLinks deltaLinks, Backfills backfills, Graph graph) {
    this.listings = listings;
    this.deltaLinks = deltaLinks;
    this.backfills = backfills;
    this.graph = graph;
  }

  /**
   * The pages of an import.
   *
   * @param turn how long it may go on while others wait
   */
  Pages begin(AccountImport running, Turn turn, Consumer<Exception> failed) {
    Account account = running.account();
    Walk walk = underway.compute(account.id(), (id, earlier) ->
        earlier != null && earlier.account().equals(account) && earlier.folder().equals(running.folder()) && !backfills.isWanted(id) ? earlier : begin(running));
    return listings.pages(account.id(), walk.listing(), graph,
        new Pages.Surroundings(() -> !running.isReading(), turn, failed, walk.store()));
  }

  private Walk begin(AccountImport running) {
    Account account = running.account();
    MailFolder folder = new MailFolder(account.credential(), account.mailbox(), running.folder());
    Hints known = hints.getOrDefault(new Folder(account.mailbox(), running.folder()), Hints.NONE);
    Backfill backfill = backfills.begin(account.id(), account.mailbox(), running.folder());
    if (backfill != null) {
      MessageListing listing = listings.messages(folder, MessageTranslator.SELECT, backfill.filter(account.filter()), backfill.position(), known);
      count(backfill, listing);
      return new Walk(account, running.folder(), listing, backfill, backfills.storing(backfill));
    }
    if (account.afterImport().isReadOnly()) {
      DeltaLinks.Stored stored = deltaLinks.find(account.id(), account.mailbox(), running.folder());
      return new Walk(account, running.folder(), listings.notOlder(
          listings.changes(folder, MessageTranslator.SELECT, stored, !account.filter().isBlank(), known), account.maxAge()), null,
          deltaLinks.storing(account.id(), folder, stored.begunAt()));
    }
    return new Walk(account, running.folder(), listings.notOlder(
        listings.messages(folder, MessageTranslator.SELECT, account.filter(), listings.since(account.maxAge()), known), account.maxAge()), null, position -> {});
  }

  /** So that it can tell how far it is; goes on without that where the service doesn't say. */
  private void count(Backfill backfill, MessageListing listing) {
    try {
      Optional.ofNullable(listings.count(graph, listing)).ifPresent(total -> backfills.counted(backfill, total));
    } catch (GraphException notCounted) {
      LOG.debug("account {}: {}", backfill.account(), notCounted.getMessage());
    }
  }

  /** The import, or its turn, is over. */
  void end(AccountImport running, Pages pages) {
    String id = running.account().id();
    Walk walk = underway.get(id);
    if (walk == null) {
      return;
    }
    hints.put(new Folder(running.account().mailbox(), walk.folder()), walk.listing().hints());
    // behind a page that isn't through a listing isn't gone on with: the next import begins anew, or where the position stands
    if (running.goesOnAt() != null && running.failure() == null && pages.isWholeSoFar()) {
      return;
    }
    underway.remove(id);
    if (walk.backfill() != null) {
      backfills.end(walk.backfill(), running.failure() == null && pages.isThrough());
    }
  }
}
