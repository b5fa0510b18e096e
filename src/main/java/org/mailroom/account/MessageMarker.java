package org.mailroom.account;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.mailroom.account.AccountImport.Finished;
import org.mailroom.account.AccountImport.Outcome;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.settings.MailroomProperties.AfterImport;
import org.mailroom.graph.GraphClient;
import org.mailroom.graph.OldGraphRequest;
import org.mailroom.graph.JsonBatch;
import org.mailroom.graph.JsonBatches;
import org.springframework.stereotype.Component;

/**
 * Changes in the mailbox what was delivered: read flag, categories and follow-up flag in one PATCH, then the folder. A PATCH is harmless
 * when it is sent again. A move isn't, so before one is sent again a look tells which messages have arrived. The exchange property
 * {@code marking} holds the {@link Marking}, {@code batch} the {@link JsonBatch} that is being sent.
 */
@Component("messageMarker")
public final class MessageMarker {

  /** The category of a message of which a delivery was given up. */
  static final String FAILED = "Mailroom failed";

  private final GraphClient graph;
  private final JsonBatches batches;
  private final ObjectMapper json;
  private final MailroomProperties.Limits limits;

  MessageMarker(GraphClient graph, JsonBatches batches, ObjectMapper json, MailroomProperties properties) {
    this.limits = properties.limits();
    this.graph = graph;
    this.batches = batches;
    this.json = json;
  }

  /**
   * The lanes that mark side by side: as many as batches for one mailbox may be in flight. Where that is one, which then takes all places,
   * a second lane has its batch ready when the first one's answer is there.
   */
  public List<Integer> lanes() {
    return IntStream.rangeClosed(1, limits.batchesInFlight() == 1 ? 2 : Math.min(limits.batchesInFlight(), limits.requestsInFlight())).boxed().toList();
  }

  /**
   * A lane waits for its next batch of messages, which becomes the exchange property {@code marking}.
   *
   * @return false when there is none and none comes any more
   */
  public boolean next(Exchange exchange, @ExchangeProperty("import") AccountImport running) throws InterruptedException {
    if (exchange.removeProperty("marking") != null) {
      running.batchDone();
    }
    Marking next = running.takeBatch(limits.batchSize(), limits.requestsInFlight());
    if (next != null) {
      exchange.setProperty("marking", next);
    }
    return next != null;
  }

  /** Questions for the state of messages that may have been changed before. */
  public List<JsonBatch> lookUps(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("marking") Marking marking) {
    return batches.lookUps(running.account().credential(), running.account().mailbox(), marking.unconfirmed());
  }

  /** Questions for what of a batch of moves has no answer: it may have arrived all the same. */
  public List<JsonBatch> lookUpsAgain(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("batch") JsonBatch batch) {
    return batches.lookUps(running.account().credential(), running.account().mailbox(), batch.unanswered());
  }

  public void lookedUp(@ExchangeProperty("marking") Marking marking, @ExchangeProperty("batch") JsonBatch lookUp) {
    marking.seen(lookUp.answers(), lookUp.gone());
  }

  /** Takes those out of a batch of moves that have arrived, or are gone. */
  public void arrived(@ExchangeProperty("marking") Marking marking, @ExchangeProperty("batch") JsonBatch batch) {
    batch.settle(batch.unanswered().stream().filter(id -> marking.isThere(id) || marking.isGone(id)).toList());
  }

  /** The updates of the messages, in batches. */
  public List<JsonBatch> updates(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("marking") Marking marking) {
    Account account = running.account();
    Map<String, ObjectNode> changes = new LinkedHashMap<>();
    List<String> unchanged = new ArrayList<>();
    for (Finished message : marking.toUpdate()) {
      ObjectNode change = change(account.afterImport(), message, marking.categories(message));
      if (change.isEmpty()) {
        unchanged.add(message.messageId());
      } else {
        changes.put(message.messageId(), change);
      }
    }
    marking.updated(unchanged);
    // a batch that is alone may have all places of the mailbox
    return batches.updates(account.credential(), account.mailbox(), changes, limits.batchesInFlight() == 1 ? limits.requestsInFlight() : marking.lanes());
  }

  private ObjectNode change(AfterImport afterImport, Finished message, List<String> present) {
    ObjectNode change = json.createObjectNode();
    Set<String> categories = new LinkedHashSet<>(present);
    if (message.outcome() == Outcome.FAILED) {
      categories.add(FAILED);
    } else {
      if (afterImport.markAsRead()) {
        change.put("isRead", true);
      }
      if (afterImport.flag() != null) {
        change.putObject("flag").put("flagStatus", afterImport.flag().flagStatus());
      }
      categories.remove(FAILED);
      categories.addAll(afterImport.addCategories());
    }
    if (!categories.equals(new LinkedHashSet<>(present))) {
      // the service replaces the whole list
      categories.forEach(change.putArray("categories")::add);
    }
    return change;
  }

  /** What of the batch has no answer may have been done all the same. */
  public boolean isSentBefore(@ExchangeProperty("batch") JsonBatch batch) {
    return batch.isSentBefore();
  }

  public boolean isAnythingOutstanding(@ExchangeProperty("batch") JsonBatch batch) {
    return batch.isAnythingOutstanding();
  }

  public OldGraphRequest request(@ExchangeProperty("batch") JsonBatch batch) {
    return graph.batchRequest(batch);
  }

  public void readAnswer(
      @ExchangeProperty("batch") JsonBatch batch, InputStream answer) throws IOException {
    graph.readBatch(batch, answer);
  }

  /** What of a batch of updates has its answer after all tries. */
  public void updated(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("marking") Marking marking, @ExchangeProperty("batch") JsonBatch batch) {
    marking.updated(batch.done());
    batch.refused().forEach((id, why) -> refused(running, marking, id, why));
  }

  /** Moves, or deletions, of the messages that were updated, in batches. */
  public List<JsonBatch> departures(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("marking") Marking marking) {
    Account account = running.account();
    return account.afterImport().delete()
        ? batches.deletions(account.credential(), account.mailbox(), marking.toLeave())
        : batches.moves(account.credential(), account.mailbox(), marking.toLeave(), marking.target());
  }

  /** What of a batch of departures has its answer after all tries. */
  public void left(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("marking") Marking marking, @ExchangeProperty("batch") JsonBatch batch) {
    marking.left(batch.done());
    batch.refused().forEach((id, why) -> refused(running, marking, id, why));
  }

  /** The batch was given up: what of it has no answer stays as it is, and is changed by the next import. */
  public void failed(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("marking") Marking marking, @ExchangeProperty("batch") JsonBatch batch,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    batch.refused().forEach((id, reason) -> refused(running, marking, id, reason));
    batch.unanswered().forEach(id -> refused(running, marking, id, why));
  }

  /** A category is a courtesy: without the permission for it a failed message is still listed as failed. */
  private static void refused(AccountImport running, Marking marking, String messageId, Exception why) {
    if (!marking.isFailure(messageId)) {
      running.unmarked(messageId, why);
    }
  }
}
