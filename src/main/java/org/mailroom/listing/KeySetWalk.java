package org.mailroom.listing;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;

/**
 * Where a walk by time stands, and how it goes on behind a page.
 *
 * <p>The service's next links find a page by its position, so a page skips as many messages as were
 * marked before it. Therefore the walk doesn't go by position: the next page begins with the second
 * of the last message, and the messages of that second come again. They are held back where they
 * are few, so that all messages of a page may be marked as soon as it is there; otherwise they are
 * known by their ids. Only where a page doesn't get beyond its own beginning (more messages in one
 * second than fit on a page, or an empty page with a next link) it follows the next link, and only
 * behind a message that can't be listed it counts positions; {@link #isBehind} says which messages
 * may be marked without moving positions under it.
 *
 * <p>One thread walks; others may ask how far it is.
 */
final class KeySetWalk {

  private final MessageRequests requests;
  private volatile @Nullable Instant from;
  private volatile boolean ended;

  /** What was listed, and isn't to be listed again, of the messages from {@link #from} on. */
  private final Map<String, Instant> seen = new HashMap<>();

  /** How many positions from {@link #from} on were stepped over. */
  private int steppedOver;

  private boolean byPosition;
  private @Nullable URI link;
  private final Set<URI> followed = new HashSet<>();

  /**
   * A message that can't be listed with the others was received then; a page that begins there
   * would be refused again.
   */
  private @Nullable Instant refusedAt;

  private boolean refusedAtIsUnknown;

  /**
   * @param since what was received before isn't listed; null: everything
   */
  KeySetWalk(MessageRequests requests, @Nullable Instant since) {
    this.requests = requests;
    this.from = since;
  }

  /** The request for the next page. */
  GraphRequest<MessagePage> page(int top) {
    return link != null
        ? requests.page(link)
        : requests.page(from, byPosition ? position() : 0, top);
  }

  /**
   * The request for the message that is so many positions behind the next one, without its
   * contents.
   */
  GraphRequest<MessagePage> light(int behind) {
    return requests.light(from, position() + behind);
  }

  /**
   * How many messages from the present second on are passed already: they aren't marked before the
   * walk has left it.
   */
  int position() {
    return seen.size() + steppedOver;
  }

  /**
   * A page was refused: the next one is found by its position, so that it doesn't begin with what
   * is known.
   */
  void goByPosition() {
    byPosition = true;
    link = null;
  }

  /** The next message can't be listed. */
  void stepOver() {
    goByPosition();
    steppedOver++;
    refusedAtIsUnknown = true;
  }

  @Nullable Instant from() {
    return from;
  }

  boolean isEnded() {
    return ended;
  }

  boolean isBehind(@Nullable Instant receivedAt) {
    Instant now = from;
    return ended || (now != null && receivedAt != null && receivedAt.isBefore(now));
  }

  /**
   * Takes the message that {@link #light} asked for in place of a page that is refused because of
   * it.
   *
   * @return it, unless it was listed before
   */
  List<ListedMessage> acceptLight(MessagePage page) {
    List<ListedMessage> unseen = unseen(page);
    remember(page.messages());
    ended = page.size() == 0 && page.next() == null;
    if (unseen.isEmpty() && !ended) {
      // one position was asked for, whatever stands there
      steppedOver++;
    }
    refusedAt =
        page.messages().stream()
            .map(ListedMessage::receivedAt)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(refusedAt);
    refusedAtIsUnknown |=
        page.messages().stream().anyMatch(message -> message.receivedAt() == null)
            || page.nameless() > 0;
    goByPosition();
    return unseen;
  }

  /**
   * Takes a page and returns those of its messages that weren't listed before, and needn't be
   * listed again.
   *
   * @param asked what it answers
   * @param top how many messages were asked for
   * @throws GraphException when its link leads elsewhere, or in a circle
   */
  List<ListedMessage> accept(MessagePage page, URI asked, int top) {
    requireOwnLink(page.next());
    List<ListedMessage> unseen = unseen(page);
    Instant last = latest(page.messages());
    locateRefused(page.messages());
    // a full page without a next link: whether something is left shows when it is asked for
    if (page.next() == null && (page.size() < top || (unseen.isEmpty() && byPosition))) {
      from = last;
      ended = true;
      return unseen;
    }
    boolean advances =
        last != null
            && !last.equals(from)
            && page.messages().stream().allMatch(message -> message.receivedAt() != null)
            && !refusedAtIsUnknown
            && (refusedAt == null || last.isAfter(refusedAt));
    if (last != null && advances) {
      return moveTo(last, page.messages(), unseen);
    }
    remember(page.messages());
    if (page.next() == null || (byPosition && !unseen.isEmpty())) {
      goByPosition();
    } else {
      follow(asked, page.next());
    }
    return unseen;
  }

  private List<ListedMessage> unseen(MessagePage page) {
    Set<String> onThisPage = new HashSet<>();
    List<ListedMessage> unseen = new ArrayList<>(page.messages().size());
    for (ListedMessage message : page.messages()) {
      if (onThisPage.add(message.id()) && !seen.containsKey(message.id())) {
        unseen.add(message);
      }
    }
    return unseen;
  }

  private @Nullable Instant latest(List<ListedMessage> page) {
    Instant last = from;
    for (ListedMessage message : page) {
      if (message.receivedAt() != null && (last == null || message.receivedAt().isAfter(last))) {
        last = message.receivedAt();
      }
    }
    return last;
  }

  /** A message that couldn't be listed was received before the next one that can. */
  private void locateRefused(List<ListedMessage> page) {
    if (refusedAtIsUnknown && !page.isEmpty() && page.get(0).receivedAt() != null) {
      refusedAt = page.get(0).receivedAt();
      refusedAtIsUnknown = false;
    }
  }

  private List<ListedMessage> moveTo(
      Instant second, List<ListedMessage> page, List<ListedMessage> unseen) {
    from = second;
    seen.values().removeIf(receivedAt -> receivedAt == null || receivedAt.isBefore(second));
    steppedOver = 0;
    byPosition = false;
    link = null;
    followed.clear();
    refusedAt = null;
    List<ListedMessage> ofThatSecond =
        page.stream().filter(message -> second.equals(message.receivedAt())).toList();
    if (ofThatSecond.size() * 2 <= page.size()) {
      return unseen.stream().filter(message -> !second.equals(message.receivedAt())).toList();
    }
    remember(ofThatSecond);
    return unseen;
  }

  private void remember(List<ListedMessage> listed) {
    listed.forEach(message -> seen.put(message.id(), message.receivedAt()));
  }

  private void follow(URI asked, URI next) {
    followed.add(asked);
    if (followed.contains(next)) {
      throw broken("MailroomEndlessListing", "the same next link again");
    }
    byPosition = false;
    link = next;
  }

  private void requireOwnLink(@Nullable URI next) {
    if (next != null && !requests.owns(next)) {
      throw broken("MailroomForeignNextLink", "host " + next.getHost());
    }
  }

  private GraphException broken(String code, String detail) {
    return new GraphException(
        GraphOperation.LIST_MESSAGES, requests.folder().mailbox(), 0, code, detail, null);
  }
}
