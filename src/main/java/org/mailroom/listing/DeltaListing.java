package org.mailroom.listing;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;

/**
 * Reads what changed in a folder since the last time (Graph's delta query), for mailboxes in which
 * nothing may be marked. The first round lists the whole folder. When the service has forgotten the
 * link (410) the walk begins anew.
 *
 * <p>A page that is refused because of one message is asked for in smaller pages. When a page of
 * one is refused, a new round begins that asks for no contents: its messages are fetched, and
 * judged, one by one, and those that are in the ledger already are skipped there. Whether it is a
 * message's fault at all shows the first page of that round: where that is refused, too, the
 * refusal is the account's.
 *
 * <p>One thread lists; others may ask how far it is.
 */
final class DeltaListing implements Listing {

  private final GraphUris uris;
  private final MailFolder folder;
  private final PageReader reader;
  private final String select;
  private final Supplier<Instant> begunAt;
  private final boolean unreadOnly;
  private final PageSize size;
  private final Set<URI> followed = new HashSet<>();
  private @Nullable URI link;
  private boolean light;
  private boolean resynchronised;
  private volatile int unlistable;
  private volatile boolean ended;

  /**
   * @param stored where to go on, and when the folder was first read: what was received since
   *     counts whether it is read or not. It is asked for when the first page has come
   * @param unreadOnly of what was received earlier only what is unread counts
   */
  DeltaListing(
      GraphUris uris,
      MailFolder folder,
      PageReader reader,
      String select,
      DeltaLinks.Stored stored,
      boolean unreadOnly,
      int pageSize,
      Hints hints,
      Clock clock) {
    this.uris = uris;
    this.folder = folder;
    this.reader = reader;
    this.select = select;
    this.link = stored.link();
    this.begunAt = stored.begunAt();
    this.unreadOnly = unreadOnly;
    this.size = new PageSize(pageSize, hints, clock);
  }

  @Override
  public Listed next(Graph graph) {
    try {
      return accept(graph.ask(page()));
    } catch (GraphException refusal) {
      if (refusal.status() == 410 && !resynchronised) {
        resynchronised = true;
        beginAnew(false);
        return next(graph);
      }
      if (!refusal.mayBeOneMessagesFault()) {
        throw refusal;
      }
      size.refused(refusal);
      return otherwise(graph, refusal);
    }
  }

  /** Asks for smaller pages, and at last for a round without contents. */
  private Listed otherwise(Graph graph, GraphException refusal) {
    MessagePage front = light ? null : frontWithoutContents(graph, refusal);
    while (size.shrink()) {
      try {
        return accept(graph.ask(new Probe<>(page())));
      } catch (GraphException again) {
        if (!again.mayBeOneMessagesFault()) {
          throw again;
        }
        size.refused(again);
      }
    }
    if (front == null) {
      // it was a round without contents already, and a delta query can't pass over a position
      throw refusal;
    }
    size.one();
    beginAnew(true);
    return accept(front);
  }

  private MessagePage frontWithoutContents(Graph graph, GraphException refusal) {
    try {
      return graph.ask(
          new Probe<>(request(beginning(MessageRequests.LIGHT), 1, reader::readWhatIsThere)));
    } catch (GraphException alike) {
      throw alike.mayBeOneMessagesFault() ? refusal : alike;
    }
  }

  private void beginAnew(boolean withoutContents) {
    light = withoutContents;
    link = null;
    followed.clear();
  }

  private GraphRequest<MessagePage> page() {
    URI uri = link == null ? beginning(light ? MessageRequests.LIGHT : select) : link;
    return request(uri, size.now(), light ? reader::readWhatIsThere : reader::read);
  }

  private GraphRequest<MessagePage> request(
      URI uri, int most, GraphRequest.Answer<MessagePage> answer) {
    return GraphRequest.get(
        GraphOperation.LIST_CHANGES,
        folder.credential(),
        folder.mailbox(),
        uri,
        "odata.maxpagesize=" + most,
        answer);
  }

  private URI beginning(String properties) {
    return uris.of(
        GraphUris.options("$select", properties),
        "users",
        folder.mailbox(),
        "mailFolders",
        folder.id(),
        "messages",
        "delta");
  }

  private Listed accept(MessagePage page) {
    URI next = page.next() != null ? page.next() : page.delta();
    if (next == null) {
      throw broken("MailroomCutAnswer", "neither a next link nor a delta link");
    }
    if (!uris.owns(next)) {
      throw broken("MailroomForeignNextLink", "host " + next.getHost());
    }
    if (page.next() != null && !followed.add(next)) {
      throw broken("MailroomEndlessListing", "the same next link again");
    }
    link = next;
    Instant unused = begunAt.get();
    unlistable += page.nameless();
    ended = page.next() == null;
    size.answered(page.size());
    List<ListedMessage> counting = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ListedMessage message : page.messages()) {
      if (counts(message) && seen.add(message.id())) {
        counting.add(message.wholeOrNothing());
      }
    }
    return new Listed(counting, Position.link(link));
  }

  private GraphException broken(String code, String detail) {
    return new GraphException(GraphOperation.LIST_CHANGES, folder.mailbox(), 0, code, detail, null);
  }

  private boolean counts(ListedMessage message) {
    return !unreadOnly
        || !message.isRead()
        || (message.receivedAt() != null && !message.receivedAt().isBefore(begunAt.get()));
  }

  /** When the folder was first read. */
  public Instant begunAt() {
    return begunAt.get();
  }

  /** A delta query knows no positions, and nothing is marked. */
  @Override
  public boolean isBehind(@Nullable Instant receivedAt) {
    return true;
  }

  @Override
  public boolean isEnded() {
    return ended;
  }

  @Override
  public int unlistable() {
    return unlistable;
  }

  @Override
  public Hints hints() {
    return size.hints(false);
  }
}
