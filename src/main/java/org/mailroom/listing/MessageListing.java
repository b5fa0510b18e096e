package org.mailroom.listing;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphRequest;

/**
 * Walks through the messages of one folder that match a filter, oldest first, such that each
 * message that matched when it began is seen once, whatever is marked, moved or read by others
 * meanwhile ({@link KeySetWalk}).
 *
 * <p>A page that is refused may be refused because of one message on it. The front message is asked
 * for without its contents. When that answers, smaller pages are tried down to one message, and a
 * message whose page is refused still is listed by its id alone, so that it is fetched and judged
 * by itself. When it doesn't, messages further behind are asked for. An answer of any of them shows
 * that service and account are well: the messages before it are stepped over one by one, and
 * counted. When nothing answers, the refusal is the account's.
 *
 * <p>One thread lists; others may ask how far it is.
 */
public final class MessageListing implements Listing {

  /**
   * How far behind it is asked whether the service answers at all: so many bad messages may stand
   * in a row.
   */
  private static final int[] FAR_AND_NEAR = {1, 4, 16, 64, 256};

  /**
   * Where an answer takes long, or a refusal is more likely the account's than the service's, fewer
   * questions have to do.
   */
  private static final int[] FEW = {1, 16};

  private final MessageRequests requests;
  private final KeySetWalk walk;
  private final PageSize size;
  private int suspects;
  private volatile int unlistable;
  private boolean careful;

  /**
   * @param pageSize messages of a page
   * @param since what was received before isn't listed; null: everything
   */
  MessageListing(
      MessageRequests requests, int pageSize, @Nullable Instant since, Hints hints, Clock clock) {
    this.requests = requests;
    this.walk = new KeySetWalk(requests, since);
    this.size = new PageSize(pageSize, hints, clock);
  }

  @Override
  public Listed next(Graph graph) {
    GraphException refusal;
    try {
      return take(graph, walk.page(size.now()));
    } catch (GraphException refused) {
      refusal = refused;
    }
    if (!refusal.mayBeOneMessagesFault()) {
      throw refusal;
    }
    size.refused(refusal);
    walk.goByPosition();
    Optional<MessagePage> front = light(graph, 0);
    if (front.isEmpty()) {
      int answering = nextThatAnswers(graph, refusal);
      // once more: it may have been a moment's trouble
      front = light(graph, 0);
      if (front.isEmpty()) {
        return stepOver(graph, answering);
      }
    }
    return smaller(graph, front.get());
  }

  private Listed take(Graph graph, GraphRequest<MessagePage> request) {
    int top = size.now();
    MessagePage page = graph.ask(request);
    List<ListedMessage> messages = walk.accept(page, request.uri(), top);
    size.answered(page.size());
    return listed(messages.stream().map(ListedMessage::wholeOrNothing).toList());
  }

  /** The service answers: asks for less and less, and at last for the front message's id alone. */
  private Listed smaller(Graph graph, MessagePage front) {
    boolean isAnythingThere = front.size() > 0;
    while (isAnythingThere && size.shrink()) {
      try {
        return take(graph, new Probe<>(walk.page(size.now())));
      } catch (GraphException refusal) {
        if (!refusal.mayBeOneMessagesFault()) {
          throw refusal;
        }
        size.refused(refusal);
      }
    }
    size.one();
    careful |= isAnythingThere;
    suspects += front.nameless();
    return listed(walk.acceptLight(front).stream().map(ListedMessage::withoutResource).toList());
  }

  private Listed listed(List<ListedMessage> messages) {
    unlistable += suspects;
    suspects = 0;
    return new Listed(messages, Position.receivedBefore(walk.from()));
  }

  /**
   * How far behind the service answers again; when it doesn't, the refusal is nobody's but the
   * account's.
   */
  private int nextThatAnswers(Graph graph, GraphException refusal) {
    boolean few =
        refusal.status() / 100 == 4
            || refusal.retryAfter().isPresent()
            || PageSize.isOutOfTime(refusal);
    for (int behind : few ? FEW : FAR_AND_NEAR) {
      if (light(graph, behind).isPresent()) {
        return behind;
      }
    }
    throw refusal;
  }

  /**
   * Steps over what can't be listed up to where an answer came from. It counts once something
   * answers behind it.
   */
  private Listed stepOver(Graph graph, int answering) {
    int until = walk.position() + answering;
    do {
      walk.stepOver();
      suspects++;
    } while (walk.position() < until && light(graph, 0).isEmpty());
    size.one();
    careful = true;
    return new Listed(List.of(), Position.receivedBefore(walk.from()));
  }

  private Optional<MessagePage> light(Graph graph, int behind) {
    try {
      // a page without messages that leads on to others says nothing
      return Optional.of(graph.ask(walk.light(behind)))
          .filter(page -> page.size() > 0 || page.next() == null);
    } catch (GraphException refusal) {
      if (!refusal.mayBeOneMessagesFault()) {
        throw refusal;
      }
      return Optional.empty();
    }
  }

  /** How many messages are left to list; null when the service doesn't say. */
  public Long count(Graph graph, ObjectMapper json) {
    return graph.ask(requests.count(walk.from(), json));
  }

  @Override
  public boolean isBehind(@Nullable Instant receivedAt) {
    return walk.isBehind(receivedAt);
  }

  @Override
  public boolean isEnded() {
    return walk.isEnded();
  }

  @Override
  public int unlistable() {
    return unlistable;
  }

  @Override
  public Hints hints() {
    return size.hints(careful);
  }
}
