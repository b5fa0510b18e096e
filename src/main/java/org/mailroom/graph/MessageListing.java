package org.mailroom.graph;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Walks through the messages of one folder, oldest first, such that each message that matched when it began is seen once, whatever is
 * marked, moved or read by others meanwhile.
 *
 * <p>The service's next links find a page by its position, so a page skips as many messages as were marked before it. Therefore the
 * walk doesn't go by position: the next request asks for what was received from the last message's time on, and drops what it has seen
 * of that same second. Only where a page doesn't get beyond its own beginning (more messages in one second than fit on a page, or an
 * empty page with a next link) it follows the next link; {@link #isBehind} says which messages may be marked without moving positions
 * under it.
 *
 * <p>Not safe for use by several threads at once; the pages of one listing are asked for one after the other.
 */
public final class MessageListing {

  private static final String BEGINNING = "1900-01-01T00:00:00Z";

  private final GraphUris uris;
  private final String mailbox;
  private final String folder;
  private final String select;
  private final String filter;

  private int pageSize;
  private Instant from;
  private Set<String> seenOfThatSecond = new HashSet<>();
  private URI nextLink;
  private final Set<URI> followedHere = new HashSet<>();
  private boolean ended;

  MessageListing(GraphUris uris, String mailbox, String folder, String select, String filter, int pageSize) {
    this.uris = uris;
    this.mailbox = mailbox;
    this.folder = folder;
    this.select = select;
    this.filter = filter;
    this.pageSize = pageSize;
  }

  /** The address of the page to ask for; a next link is left exactly as the service gave it. */
  URI nextPage() {
    return nextLink != null ? nextLink : uris.of(options(), "users", mailbox, "mailFolders", folder, "messages");
  }

  private Map<String, String> options() {
    return GraphUris.options(
        "$select", select,
        "$top", Integer.toString(pageSize),
        "$filter", "receivedDateTime ge " + (from == null ? BEGINNING : from) + siteFilter(),
        "$orderby", "receivedDateTime asc");
  }

  private String siteFilter() {
    if (filter == null || filter.isBlank()) {
      return "";
    }
    boolean hasAlternatives = filter.replaceAll("'[^']*'", "").matches("(?is).*\\bor\\b.*");
    return " and " + (hasAlternatives ? "(" + filter + ")" : filter);
  }

  /**
   * Takes a page and returns those of its messages that weren't seen before.
   *
   * @param next the page's {@code @odata.nextLink}, or null on the last page
   * @throws GraphException when the next link leads elsewhere, or in a circle
   */
  List<ListedMessage> accept(List<ListedMessage> page, URI next) {
    URI asked = nextPage();
    List<ListedMessage> unseen = new ArrayList<>(page.size());
    Instant last = from;
    for (ListedMessage message : page) {
      if (!seenOfThatSecond.contains(message.id())) {
        unseen.add(message);
      }
      if (message.receivedAt() != null && (last == null || message.receivedAt().isAfter(last))) {
        last = message.receivedAt();
      }
    }
    if (next == null) {
      ended = true;
    } else {
      continueAfter(page, last, asked, next);
    }
    return unseen;
  }

  private void continueAfter(List<ListedMessage> page, Instant last, URI asked, URI next) {
    if (!uris.owns(next)) {
      throw new GraphException("list messages of " + mailbox, 0, "MailroomForeignNextLink", null, null, "host " + next.getHost(), null);
    }
    boolean advances = last != null && !last.equals(from) && page.stream().allMatch(message -> message.receivedAt() != null);
    if (advances) {
      moveTo(last, page);
    } else {
      page.forEach(message -> seenOfThatSecond.add(message.id()));
      followedHere.add(asked);
      if (followedHere.contains(next)) {
        throw new GraphException("list messages of " + mailbox, 0, "MailroomEndlessListing", null, null, "the same next link again", null);
      }
      nextLink = next;
    }
  }

  private void moveTo(Instant second, List<ListedMessage> page) {
    from = second;
    nextLink = null;
    followedHere.clear();
    seenOfThatSecond = new HashSet<>();
    page.stream().filter(message -> second.equals(message.receivedAt())).forEach(message -> seenOfThatSecond.add(message.id()));
  }

  /** Whether marking a message that was received then can't move what is still to be listed. */
  public boolean isBehind(Instant receivedAt) {
    return ended || (from != null && receivedAt != null && receivedAt.isBefore(from));
  }

  /** Nothing more is to be asked for: the service said so, or the walk was given up. */
  public boolean isEnded() {
    return ended;
  }

  void giveUp() {
    ended = true;
  }

  /** A big page was too much for the service (504): ask for half of it from where the walk stands. */
  boolean halvePageSize() {
    if (pageSize == 1) {
      return false;
    }
    pageSize = Math.max(1, pageSize / 2);
    return true;
  }
}
