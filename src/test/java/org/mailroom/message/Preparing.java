package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mailroom.account.Account;
import org.mailroom.account.AccountImport;
import org.mailroom.account.ImportTally;
import org.mailroom.graph.AnswerJson;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.ServiceClock;
import org.mailroom.routes.RouteFailures;
import org.mailroom.settings.AttachmentsKept;
import org.mailroom.settings.Content;
import org.springframework.util.unit.DataSize;

/**
 * The beans that prepare a message, on a fake service, a settable clock and a temporary folder; and
 * the steps of the two routes in Java.
 */
final class Preparing extends Clock {

  static final String LIST =
      "/attachments?$select=id%2Cname%2CcontentType%2Csize%2CisInline%2Cmicrosoft.graph.fileAttachment%2FcontentId";

  final FakeGraph graph = new FakeGraph();
  final Map<String, Instant> unsettled = new HashMap<>();
  final AttachmentFetch attachments;
  final MessagePreparation preparation;
  private final ObjectMapper json = new ObjectMapper();
  Instant now = Instant.parse("2026-01-05T12:00:00Z");
  final AccountImport running =
      new AccountImport(account(Content.JSON, null), new ImportTally(this, 0), () -> false);

  Preparing(Path dataDir) {
    AnswerJson answers = new AnswerJson(json);
    GraphUris uris = new GraphUris(URI.create(FakeGraph.ROOT));
    StoredContent contents =
        new StoredContent(
            new AttachmentStore(new MessageFolders(dataDir.resolve("mail"))), dataDir);
    attachments =
        new AttachmentFetch(
            graph,
            answers,
            contents,
            (account, id) -> unsettled.computeIfAbsent(account + "/" + id, key -> now),
            uris,
            Duration.ofHours(1),
            this);
    preparation =
        new MessagePreparation(
            graph,
            answers,
            contents,
            new MessageTranslator(),
            (account, id) -> null,
            new RouteFailures(),
            uris,
            new ServiceClock(this));
  }

  static Account account(Content content, DataSize maxSize) {
    return account(content, maxSize, AttachmentsKept.ALL);
  }

  static Account account(Content content, DataSize maxSize, AttachmentsKept kept) {
    return new Account(
        "support",
        "support@contoso.com",
        "contoso",
        List.of("inbox"),
        false,
        "",
        Duration.ofMinutes(1),
        null,
        content,
        false,
        List.of("database", "file"),
        maxSize,
        null,
        kept,
        null,
        null);
  }

  static Account replying() {
    return new Account(
        "support",
        "support@contoso.com",
        "contoso",
        List.of("inbox"),
        false,
        "",
        Duration.ofMinutes(1),
        null,
        Content.JSON,
        true,
        List.of("database", "file"),
        null,
        null,
        AttachmentsKept.ALL,
        null,
        null);
  }

  IncomingMessage message(String resource) {
    return message(resource, account(Content.JSON, null), "A");
  }

  IncomingMessage message(String resource, Account account, String id) {
    try {
      JsonNode tree = resource == null ? null : json.readTree(resource);
      return new IncomingMessage(
          account,
          id,
          Instant.parse("2026-01-05T11:59:00Z"),
          tree,
          List.of("database", "file"),
          Map.of(),
          true);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What the routes prepare-message and fetch-attachments do. */
  IncomingMessage prepare(IncomingMessage message) {
    try {
      preparation.begin(running, message);
      if (preparation.isContentMissing(message)) {
        graph.ask(preparation.messageRequest(message));
        preparation.requireNotTooOld(running, message);
      }
      if (preparation.isKindUnknown(message)) {
        graph.ask(preparation.kindRequest(message));
      }
      if (preparation.mayHaveAttachments(message)) {
        for (ListedAttachment attachment : attachments.list(message)) {
          fetch(message, attachment);
        }
      }
      if (preparation.keepsMime(message)) {
        graph.ask(preparation.mimeRequest(message));
      }
      preparation.translate(running, message);
    } catch (Exception e) {
      failed(message, e);
    }
    return message;
  }

  void failed(IncomingMessage message, Exception why) {
    try {
      preparation.failed(running, message, why);
    } catch (Exception raised) {
      throw new IllegalStateException(raised);
    }
  }

  private void fetch(IncomingMessage message, ListedAttachment attachment) throws Exception {
    try {
      graph.ask(attachments.contentRequest(message, attachment));
    } catch (GraphException e) {
      attachments.refused(message, attachment, e);
    }
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return now;
  }
}
