package org.mailroom.account;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.mailroom.account.AccountImport.Finished;
import org.mailroom.configuration.MailroomProperties.AfterImport;
import org.mailroom.graph.GraphClient;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.JsonBatch;
import org.springframework.stereotype.Component;

/** Marks what was delivered. Every change is harmless when it is sent again: a lost reply is not a failed change. */
@Component("messageMarker")
public final class MessageMarker {

  private final GraphClient graph;
  private final ObjectMapper json;

  MessageMarker(GraphClient graph, ObjectMapper json) {
    this.graph = graph;
    this.json = json;
  }

  /** The changes of the messages that are to be marked now, in batches. */
  public List<JsonBatch> batches(@ExchangeProperty("import") AccountImport running) {
    Account account = running.account();
    Map<String, ObjectNode> changes = new LinkedHashMap<>();
    for (Finished message : running.toMark()) {
      ObjectNode change = change(account.afterImport(), message);
      if (!change.isEmpty()) {
        changes.put(message.messageId(), change);
      }
    }
    return graph.updates(account.credential(), account.mailbox(), changes);
  }

  private ObjectNode change(AfterImport afterImport, Finished message) {
    ObjectNode change = json.createObjectNode();
    if (afterImport.markAsRead()) {
      change.put("isRead", true);
    }
    Set<String> categories = new LinkedHashSet<>(message.categories());
    if (categories.addAll(afterImport.addCategories())) {
      // the service replaces the whole list
      categories.forEach(change.putArray("categories")::add);
    }
    return change;
  }

  public GraphRequest request(@ExchangeProperty("batch") JsonBatch batch) {
    return graph.batchRequest(batch);
  }

  public void readAnswer(
      @ExchangeProperty("batch") JsonBatch batch, @ExchangeProperty("request") GraphRequest request, InputStream answer) throws IOException {
    graph.readBatch(batch, request, answer);
  }

  /** What of a batch has its answer after all tries. */
  public void settle(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("batch") JsonBatch batch) {
    batch.refused().forEach(running::unmarked);
  }

  /** The batch was given up: what of it has no answer stays unmarked, and is marked by the next import. */
  public void failed(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("batch") JsonBatch batch,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    settle(running, batch);
    batch.unanswered().forEach(id -> running.unmarked(id, why));
  }
}
