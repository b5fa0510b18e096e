package org.mailroom.account;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.graph.GraphClient;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.OldGraphRequest;
import org.mailroom.graph.TextTooLongException;
import org.mailroom.message.AttachmentStore;
import org.mailroom.message.MailAttachment;
import org.mailroom.message.MessageTranslator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Content Enricher: fetches what a listing doesn't bring. Attachment contents go from the wire to disk (Claim Check) and are never
 * whole in memory. The exchange property {@code message} holds the {@link IncomingMessage}, {@code attachments} the
 * {@link AttachmentFetch}.
 */
@Component("messageEnricher")
public final class MessageEnricher {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  private final GraphClient graph;
  private final AttachmentStore store;
  private final MessageTranslator translator;
  private final Path dataDir;

  MessageEnricher(GraphClient graph, AttachmentStore store, MessageTranslator translator, MailroomProperties properties) {
    this.graph = graph;
    this.store = store;
    this.translator = translator;
    this.dataDir = properties.dataDir();
  }

  /** Translates the messages of which the listing brought everything. */
  public void translateWhole(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("messages") List<IncomingMessage> messages) {
    for (IncomingMessage message : messages) {
      if (message.isWhole()) {
        try {
          translate(running, message);
        } catch (RuntimeException e) {
          failed(running, message, e);
        }
      }
    }
  }

  /** The messages that need more than the listing brought. */
  public List<IncomingMessage> unprepared(@ExchangeProperty("messages") List<IncomingMessage> messages) {
    return messages.stream().filter(message -> message.document() == null && message.failure() == null && !message.isPostponed() && !message.isGone()).toList();
  }

  /** Nothing more is fetched in this import. */
  public boolean isServiceInTrouble(@ExchangeProperty("import") AccountImport running) {
    return running.isTroubled();
  }

  /** It was too large to be held with its page. */
  public boolean isContentMissing(@ExchangeProperty("message") IncomingMessage message) {
    return message.isContentMissing();
  }

  /** A meeting message whose kind a listing doesn't tell. */
  public boolean isKindUnknown(@ExchangeProperty("message") IncomingMessage message) {
    return message.isKindUnknown();
  }

  public boolean mayHaveAttachments(@ExchangeProperty("message") IncomingMessage message) {
    return message.isMayHaveAttachments();
  }

  /** Its account keeps the original, too. */
  public boolean keepsMime(@ExchangeProperty("message") IncomingMessage message) {
    return message.isKeepsMime();
  }

  /** Something of it isn't there, so that it may be gone altogether. */
  public boolean isInDoubt(@ExchangeProperty("message") IncomingMessage message) {
    return message.isInDoubt();
  }

  /** There is another page of attachments. */
  public boolean isListingAttachments(@ExchangeProperty("attachments") AttachmentFetch fetch) {
    return fetch.isListing();
  }

  /** The attachments whose content is to be fetched. */
  public List<AttachmentFetch.Position> attachmentsWithContent(@ExchangeProperty("attachments") AttachmentFetch fetch) {
    return fetch.withContent();
  }

  public OldGraphRequest messageRequest(@ExchangeProperty("message") IncomingMessage message) {
    return graph.messageRequest(message.account().credential(), message.account().mailbox(), message.id(), MessageTranslator.SELECT);
  }

  /** Without $select: the kind of a meeting message is a property of a derived type. */
  public OldGraphRequest wholeMessageRequest(@ExchangeProperty("message") IncomingMessage message) {
    return graph.messageRequest(message.account().credential(), message.account().mailbox(), message.id(), null);
  }

  /**
   * @throws MessageTooLargeException when its body doesn't fit into memory
   */
  public void readMessage(@ExchangeProperty("message") IncomingMessage message, InputStream answer) throws IOException {
    try {
      message.resource(graph.readMessage(answer));
    } catch (TextTooLongException e) {
      throw new MessageTooLargeException(message.account(), e);
    }
  }

  /** Takes over what only the whole resource tells; the listing's properties stay. */
  public void readKind(@ExchangeProperty("message") IncomingMessage message, InputStream answer) throws IOException {
    JsonNode whole = graph.readTree(answer);
    if (whole.has("meetingMessageType")) {
      ((com.fasterxml.jackson.databind.node.ObjectNode) message.resource()).set("meetingMessageType", whole.get("meetingMessageType"));
    }
  }

  public AttachmentFetch attachments() {
    return new AttachmentFetch();
  }

  public OldGraphRequest attachmentsRequest(
      @ExchangeProperty("message") IncomingMessage message, @ExchangeProperty("attachments") AttachmentFetch fetch) {
    Account account = message.account();
    return fetch.nextLink() == null
        ? graph.attachmentsRequest(account.credential(), account.mailbox(), message.id())
        : graph.nextPageRequest("list-attachments", account.credential(), account.mailbox(), fetch.nextLink());
  }

  public void readAttachments(
      @ExchangeProperty("message") IncomingMessage message, @ExchangeProperty("attachments") AttachmentFetch fetch, InputStream answer) throws IOException {
    JsonNode page = graph.readTree(answer);
    page.path("value").forEach(attachment -> fetch.accept(store.metadata(attachment), AttachmentStore.isKnownType(attachment)));
    fetch.endPage(message.account().mailbox(), page.path("@odata.nextLink").asText(null));
  }

  /**
   * Looks at the sizes that the service tells, before anything large is fetched.
   *
   * @throws MessageTooLargeException when they are more than the account takes
   */
  public void checkSize(@ExchangeProperty("message") IncomingMessage message, @ExchangeProperty("attachments") AttachmentFetch fetch) {
    long told = fetch.attachments().stream().filter(attachment -> attachment.size() != null).mapToLong(MailAttachment::size).sum();
    if (message.account().maxSize() != null && told > message.account().maxSize().toBytes()) {
      throw new MessageTooLargeException(message.account(), told);
    }
  }

  public OldGraphRequest contentRequest(
      @ExchangeProperty("message") IncomingMessage message, @ExchangeProperty("attachment") AttachmentFetch.Position attachment) {
    Account account = message.account();
    return graph.attachmentContentRequest(account.credential(), account.mailbox(), message.id(), attachment.metadata().id());
  }

  /** Streams the content of one attachment to disk. */
  public void storeAttachment(
      @ExchangeProperty("message") IncomingMessage message, @ExchangeProperty("attachments") AttachmentFetch fetch,
      @ExchangeProperty("attachment") AttachmentFetch.Position attachment, InputStream answer) throws IOException {
    try (ServiceStream stream = new ServiceStream(answer, message::admit)) {
      try {
        fetch.stored(attachment, store.store(
            message.account().id(), message.id(), folderDate(message), attachment.position(), attachment.metadata(), stream));
      } catch (IOException e) {
        throw blamed(stream, e);
      }
    }
  }

  /** An attachment of a type that Mailroom doesn't know, which the service gives no content of: it is kept as what is known of it. */
  public boolean mayLackContent(
      @ExchangeProperty("attachments") AttachmentFetch fetch, @ExchangeProperty("attachment") AttachmentFetch.Position attachment,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    return fetch.isOfUnknownType(attachment) && why instanceof GraphException refusal && refusal.concernsOneMessage();
  }

  public void leaveContent(@ExchangeProperty("message") IncomingMessage message, @ExchangeProperty("attachment") AttachmentFetch.Position attachment) {
    LOG.info("account {}: attachment {} of message {} has a type that is not known and no content; the message is imported with what is told of it",
        message.account().id(), attachment.position(), message.id());
  }

  public void attach(@ExchangeProperty("message") IncomingMessage message, @ExchangeProperty("attachments") AttachmentFetch fetch) {
    message.attachments(fetch.attachments());
  }

  public OldGraphRequest mimeRequest(@ExchangeProperty("message") IncomingMessage message) {
    return graph.mimeRequest(message.account().credential(), message.account().mailbox(), message.id());
  }

  /** Streams the original message to disk. */
  public void storeMime(@ExchangeProperty("message") IncomingMessage message, InputStream answer) throws IOException {
    try (ServiceStream stream = new ServiceStream(answer, message::admit)) {
      try {
        store.storeMime(message.account().id(), message.id(), folderDate(message), stream);
      } catch (IOException e) {
        throw blamed(stream, e);
      }
    }
  }

  /** Returns the failure as one of the service's stream, or raises it as one of the disk. */
  private IOException blamed(ServiceStream stream, IOException failure) {
    if (stream.isBroken()) {
      return failure;
    }
    throw new StorageException(dataDir, failure);
  }

  /** The same date that the file destination files the message under. */
  private static Instant folderDate(IncomingMessage message) {
    if (message.receivedAt() != null) {
      return message.receivedAt();
    }
    String sent = message.resource().path("sentDateTime").asText(null);
    try {
      return sent == null ? null : OffsetDateTime.parse(sent).toInstant();
    } catch (java.time.DateTimeException notATime) {
      return null;
    }
  }

  /** The service is in trouble: the message isn't asked for, and is listed again. */
  public void leave(@ExchangeProperty("message") IncomingMessage message) {
    message.postponed();
  }

  /** Message Translator: from Graph's message resource to the canonical {@code MailMessage}. */
  public void translate(@ExchangeProperty("import") AccountImport running, @ExchangeProperty("message") IncomingMessage message) {
    if (message.isMayHaveAttachments() || message.isKeepsMime()) {
      running.fetched();
    }
    message.admit(message.resource().path("body").path("content").asText("").length());
    message.document(translator.translate(
        message.resource(), message.account().id(), message.account().mailbox(), message.attachments()));
  }

  /** Asks whether a message is there at all, of which an attachment isn't. */
  public OldGraphRequest presenceRequest(@ExchangeProperty("message") IncomingMessage message) {
    return graph.messageRequest(message.account().credential(), message.account().mailbox(), message.id(), "id");
  }

  /** It is there: that its attachment isn't is its failure. */
  public void readPresence(InputStream answer) throws IOException {
    graph.readTree(answer);
  }

  /** It isn't there any more either: somebody deleted or moved it while it was fetched. */
  public void notThere(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("message") IncomingMessage message,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    if (why instanceof GraphException refusal && refusal.isGone()) {
      message.vanished();
      running.countGone();
    }
  }

  /**
   * A message couldn't be made ready. Gone is no error; what concerns only this message, or may do so and doesn't repeat itself with the
   * next ones, is its own failure; everything else ends the import, and the message is listed again.
   */
  public void failed(
      @ExchangeProperty("import") AccountImport running, @ExchangeProperty("message") IncomingMessage message,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) {
    Exception why = caught instanceof CamelExchangeException && caught.getCause() instanceof Exception cause ? cause : caught;
    boolean concernsOne = !(why instanceof org.mailroom.credential.CredentialException) && !(why instanceof StorageException)
        && (!(why instanceof GraphException graphFailure) || graphFailure.concernsOneMessage()
            || (graphFailure.mayConcernOneMessage() && running.blames()));
    if (why instanceof GraphException graphFailure && graphFailure.isGone() && graphFailure.operation() != org.mailroom.graph.GraphOperation.GET_ATTACHMENT) {
      message.vanished();
      running.countGone();
    } else if (concernsOne) {
      message.failed(why);
    } else {
      message.postponed();
      running.failed(why);
    }
  }
}
