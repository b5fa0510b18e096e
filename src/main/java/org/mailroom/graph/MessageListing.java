package org.mailroom.graph;

import org.mailroom.listing.ListedMessage;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Walks through the messages of one folder that match a filter, oldest first, such that each message that matched when it began is seen
 * once, whatever is marked, moved or read by others meanwhile.
 *
 * <p>The service's next links find a page by its position, so a page skips as many messages as were marked before it. Therefore the
 * walk doesn't go by position: the next request asks for what was received from the last message's time on, and drops what it has seen
 * of that same second. Only where a page doesn't get beyond its own beginning (more messages in one second than fit on a page, or an
 * empty page with a next link) it follows the next link; {@link #isBehind} says which messages may be marked without moving positions
 * under it.
 *
 * <p>A page that the service can't produce (500, 504) is halved. Where a page of one message fails and the one after it doesn't, that
 * one message is corrupt: the walk steps over it by position and counts it.
 */
public final class MessageListing implements Listing {

  private static final String BEGINNING = "1900-01-01T00:00:00Z";

  /** So many messages in a row that can't be listed are trouble of the service, not of the messages. */
  private static final int MOST_CORRUPT_IN_A_ROW = 3;

  private final GraphUris uris;
  private final String mailbox;
  private final String folder;
  private final String select;
  private final String filter;
  private final int pageSize;

  private int top;
  private Instant from;
  private Set<String> seenOfThatSecond = new HashSet<>();
  private URI nextLink;
  private final Set<URI> followedHere = new HashSet<>();
  /** Position from which to ask, counted from {@link #from}; negative: by next links. */
  private int offset = -1;
  private int suspects;
  private int unlistable;
  private boolean ended;

  /**
   * @param since what was received before isn't listed; null: everything
   * @param corruptAtTheFront how many messages an earlier walk found that the service can't list: looked for first, and alone
   */
  MessageListing(GraphUris uris, String mailbox, String folder, String select, String filter, int pageSize, int corruptAtTheFront, Instant since) {
    this.from = since;
    this.uris = uris;
    this.mailbox = mailbox;
    this.folder = folder;
    this.select = select;
    this.filter = filter;
    this.pageSize = pageSize;
    this.top = corruptAtTheFront > 0 ? 1 : pageSize;
  }

  @Override
  public synchronized URI nextPage() {
    return nextLink != null ? nextLink : uris.of(options(), "users", mailbox, "mailFolders", folder, "messages");
  }

  /** The address that tells how many messages are left to list. */
  URI countPage() {
    Map<String, String> options = options();
    options.put("$select", "id");
    options.put("$top", "1");
    options.put("$count", "true");
    return uris.of(options, "users", mailbox, "mailFolders", folder, "messages");
  }

  private Map<String, String> options() {
    Map<String, String> options = GraphUris.options(
        "$select", select,
        "$top", Integer.toString(top),
        "$filter", "receivedDateTime ge " + (from == null ? BEGINNING : from) + siteFilter(),
        "$orderby", "receivedDateTime asc");
    if (offset > 0) {
      options.put("$skip", Integer.toString(offset));
    }
    return options;
  }

  private String siteFilter() {
    if (filter == null || filter.isBlank()) {
      return "";
    }
    boolean hasAlternatives = filter.replaceAll("'[^']*'", "").matches("(?is).*\\bor\\b.*");
    return " and " + (hasAlternatives ? "(" + filter + ")" : filter);
  }

  @Override
  public synchronized List<ListedMessage> accept(MessagePage answer) {
    List<ListedMessage> page = answer.messages();
    URI asked = nextPage();
    unlistable += suspects + answer.nameless();
    suspects = 0;
    top = Math.min(pageSize, top * 2);
    List<ListedMessage> unseen = new ArrayList<>(page.size());
    Set<String> onThisPage = new HashSet<>();
    Instant last = from;
    for (ListedMessage message : page) {
      if (onThisPage.add(message.id()) && !seenOfThatSecond.contains(message.id())) {
        unseen.add(message);
      }
      if (message.receivedAt() != null && (last == null || message.receivedAt().isAfter(last))) {
        last = message.receivedAt();
      }
    }
    if (answer.next() == null) {
      ended = true;
    } else {
      continueAfter(page, last, asked, answer.next());
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
      return;
    }
    page.forEach(message -> seenOfThatSecond.add(message.id()));
    if (offset >= 0 && nextLink == null && !page.isEmpty()) {
      offset += page.size();
      return;
    }
    followedHere.add(asked);
    if (followedHere.contains(next)) {
      throw new GraphException("list messages of " + mailbox, 0, "MailroomEndlessListing", null, null, "the same next link again", null);
    }
    nextLink = next;
  }

  private void moveTo(Instant second, List<ListedMessage> page) {
    from = second;
    nextLink = null;
    offset = -1;
    followedHere.clear();
    seenOfThatSecond = new HashSet<>();
    page.stream().filter(message -> second.equals(message.receivedAt())).forEach(message -> seenOfThatSecond.add(message.id()));
  }

  @Override
  public synchronized boolean askOtherwise(GraphException refusal) {
    if (refusal.status() != 500 && refusal.status() != 504) {
      return false;
    }
    if (offset < 0) {
      // what was seen of this second isn't marked before the walk has left it: it stands at the front
      offset = seenOfThatSecond.size();
      nextLink = null;
    }
    if (top > 1) {
      top = Math.max(1, top / 2);
      return true;
    }
    suspects++;
    offset++;
    return suspects <= MOST_CORRUPT_IN_A_ROW;
  }

  @Override
  public synchronized boolean isBehind(Instant receivedAt) {
    return ended || (from != null && receivedAt != null && receivedAt.isBefore(from));
  }

  @Override
  public synchronized boolean isEnded() {
    return ended;
  }

  @Override
  public synchronized int unlistable() {
    return unlistable;
  }

  @Override
  public String operation() {
    return "list-messages";
  }
}
