package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.AccountImport;
import org.mailroom.credential.CredentialException;
import org.mailroom.graph.AnswerJson;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.Interruption;
import org.mailroom.graph.ServiceClock;
import org.mailroom.graph.TextTooLongException;
import org.mailroom.routes.RouteFailureException;
import org.mailroom.routes.RouteFailures;
import org.mailroom.settings.Causes;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Content Enricher and Message Translator: asks for what the listing didn't bring, makes the
 * canonical document, and says what becomes of a message that can't be made ready. The variable
 * {@code message} holds the {@link IncomingMessage}. Safe for use by several threads, each with its
 * own message.
 */
@Component("messagePreparation")
public final class MessagePreparation {

  /** What a site's route throws, by name: deliveries come after messages. */
  private static final String DOWN = "org.mailroom.delivery.DestinationDownException";

  private static final String LATER = "org.mailroom.delivery.LaterException";

  private final Graph graph;
  private final AnswerJson json;
  private final StoredContent contents;
  private final MessageTranslator translator;
  private final FolderPaths folders;
  private final RouteFailures routes;
  private final GraphUris uris;
  private final ServiceClock serviceClock;

  @Autowired
  MessagePreparation(
      Graph graph,
      AnswerJson json,
      StoredContent contents,
      MessageTranslator translator,
      FolderPaths folders,
      RouteFailures routes,
      MailroomProperties properties,
      ServiceClock serviceClock) {
    this(
        graph,
        json,
        contents,
        translator,
        folders,
        routes,
        new GraphUris(properties.graphUrl()),
        serviceClock);
  }

  MessagePreparation(
      Graph graph,
      AnswerJson json,
      StoredContent contents,
      MessageTranslator translator,
      FolderPaths folders,
      RouteFailures routes,
      GraphUris uris,
      ServiceClock serviceClock) {
    this.serviceClock = serviceClock;
    this.folders = folders;
    this.graph = graph;
    this.json = json;
    this.contents = contents;
    this.translator = translator;
    this.routes = routes;
    this.uris = uris;
  }

  /**
   * It was too large to be held with its page, or no listing brought it; or the listing didn't
   * bring the reply that its account asks for, as one that was begun before the account asked for
   * it.
   */
  public boolean isContentMissing(@Variable("message") IncomingMessage message) {
    JsonNode resource = message.resource();
    return resource == null
        || (message.account().replyText() && !resource.has(MessageTranslator.REPLY));
  }

  /**
   * A meeting message whose kind and meeting a listing doesn't tell: their properties belong to
   * derived types.
   */
  public boolean isKindUnknown(@Variable("message") IncomingMessage message) {
    return Meetings.isUnknown(message.fetched());
  }

  /**
   * Whether the list of its attachments is asked for: the service says that there are some, or what
   * it says can't be relied on, for it leaves out those that are inline.
   */
  public boolean mayHaveAttachments(@Variable("message") IncomingMessage message) {
    return AttachmentLookup.mayHaveAttachments(message.fetched());
  }

  /** Its account keeps the original, too. */
  public boolean keepsMime(@Variable("message") IncomingMessage message) {
    return message.account().content().keepsMime();
  }

  /** Asks for a message with its body; its answer is read into the message. */
  public GraphRequest<IncomingMessage> messageRequest(
      @Variable("message") IncomingMessage message) {
    message.asks(Asked.MESSAGE);
    return request(
        message,
        MessageTranslator.select(message.account()),
        answer -> {
          try {
            message.resource(resource(json.message(answer)));
            return message;
          } catch (TextTooLongException e) {
            throw new MessageTooLargeException(message.account(), e);
          }
        });
  }

  /**
   * A message of which the listing told no time is judged by its age when it is fetched.
   *
   * @throws TooOldException when it is older than its account wants
   */
  public void requireNotTooOld(
      @Variable("import") AccountImport running, @Variable("message") IncomingMessage message) {
    Duration maxAge = message.account().maxAge();
    if (maxAge != null
        && message.isAgeUnknown()
        && message.receivedAt() != null
        && message.receivedAt().isBefore(serviceClock.now().minus(maxAge))) {
      // the service could give it: what it can't give of others is their own fault
      running.trouble().fetched();
      throw new TooOldException();
    }
  }

  /**
   * Asks for the kind of a meeting message and for its meeting, without $select; the listing's
   * other properties stay.
   */
  public GraphRequest<IncomingMessage> kindRequest(@Variable("message") IncomingMessage message) {
    message.asks(new Asked(GraphOperation.GET_MESSAGE, "the kind of this meeting message"));
    return request(
        message,
        null,
        answer -> {
          JsonNode whole = resource(json.tree(answer));
          if (message.resource() instanceof ObjectNode listed) {
            Meetings.note(whole, listed);
          }
          return message;
        });
  }

  /** Asks for the original; its answer is stored as {@code message.eml}. */
  public GraphRequest<IncomingMessage> mimeRequest(@Variable("message") IncomingMessage message) {
    message.asks(new Asked(GraphOperation.GET_MIME, "the original"));
    Account account = message.account();
    return GraphRequest.get(
        GraphOperation.GET_MIME,
        account.credential(),
        account.mailbox(),
        uris.of("users", account.mailbox(), "messages", message.id(), "$value"),
        answer -> {
          contents.storeMime(message, answer);
          return message;
        });
  }

  private GraphRequest<IncomingMessage> request(
      IncomingMessage message,
      @Nullable String select,
      GraphRequest.Answer<IncomingMessage> answer) {
    Account account = message.account();
    return GraphRequest.get(
        GraphOperation.GET_MESSAGE,
        account.credential(),
        account.mailbox(),
        select == null
            ? uris.of("users", account.mailbox(), "messages", message.id())
            : uris.of(
                GraphUris.options("$select", select),
                "users",
                account.mailbox(),
                "messages",
                message.id()),
        answer);
  }

  /** An answer without an id is no message, whatever its status. */
  private static JsonNode resource(JsonNode answer) throws IncompleteAnswerException {
    if (answer.has("error") || !answer.path("id").isTextual()) {
      throw new IncompleteAnswerException(
          "the service's answer to the request for the message isn't a message");
    }
    return answer;
  }

  /**
   * Makes the canonical document from all that was fetched; the message is ready then.
   *
   * @throws MessageTooLargeException when it is larger than its account takes
   */
  public MailMessage translate(
      @Variable("import") AccountImport running, @Variable("message") IncomingMessage message) {
    if (message.asked() != null) {
      running.trouble().fetched();
    }
    contents.unpack(message);
    message.holds(message.fetched().path("body").path("content").asText("").length());
    MailMessage document =
        BounceReports.complete(
            translator.translate(
                message.fetched(),
                message.account().id(),
                message.account().mailbox(),
                folder(message),
                message.attachments(),
                message.warnings()),
            message.original());
    message.document(document);
    return document;
  }

  /**
   * Where it was listed; of one that no listing brought, and of a folder that is named by its id,
   * the service is asked, once for each folder.
   */
  private @Nullable String folder(IncomingMessage message) {
    String id = message.fetched().path("parentFolderId").asText(null);
    return message.folder() != null || id == null
        ? message.folder()
        : folders.path(message.account(), id);
  }

  /**
   * Something went wrong with the message: says what becomes of it.
   *
   * @throws Exception what ends the import without being anybody's fault: the runtime stops, the
   *     mailbox takes no request for a while, or another node has it
   */
  public void failed(
      @Variable("import") AccountImport running,
      @Variable("message") IncomingMessage message,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught)
      throws Exception {
    if (Interruption.isOne(caught)) {
      throw caught;
    }
    Exception why =
        caught instanceof CamelExchangeException && caught.getCause() instanceof Exception cause
            ? cause
            : caught;
    message.fate(fate(message, isOfStop(why) ? why : routes.located(why)));
    if (message.fate().isInDoubt()) {
      running.trouble().failed(message.fate().cause());
    }
  }

  /** The listing brought all that there is of the message. */
  boolean isWhole(IncomingMessage message) {
    return !isContentMissing(message)
        && !isKindUnknown(message)
        && !mayHaveAttachments(message)
        && !keepsMime(message);
  }

  /**
   * Begins to make a message ready. After a few that the service gave nothing of, in a row, only
   * some are asked for until it gives one.
   *
   * @throws UnsettledException when the message needs something of a service that is in trouble
   */
  public void begin(
      @Variable("import") AccountImport running, @Variable("message") IncomingMessage message) {
    if (!isWhole(message) && !running.trouble().isWorthATry()) {
      throw new UnsettledException(
          "the service gave nothing of several messages before it, so it wasn't asked for; a later"
              + " import asks for it");
    }
  }

  private static boolean isOfStop(Exception why) {
    return why instanceof InterruptedException || why instanceof RejectedExecutionException;
  }

  private Fate fate(IncomingMessage message, Exception why) {
    if (why instanceof RouteFailureException) {
      return ofRules(why);
    }
    IncompleteAnswerException incomplete = IncompleteAnswerException.in(why);
    Asked asked = message.asked();
    if (incomplete != null && asked != null) {
      return Fate.failed(FetchException.of(asked, incomplete, why));
    }
    if (why instanceof TooOldException) {
      return Fate.TOO_OLD;
    }
    if (why instanceof UnsettledException) {
      return Fate.waiting(why.getMessage());
    }
    if (why instanceof GraphException refusal && asked != null) {
      return refused(message, asked, refusal);
    }
    boolean isCommon =
        why instanceof CredentialException
            || why instanceof StorageException
            || why instanceof DataAccessException
            || why instanceof NoRoomException
            || isOfStop(why);
    return isCommon ? Fate.waiting(why) : Fate.failed(why);
  }

  /**
   * A rule may say that something that it asks is down: all messages of the account wait for it; or
   * that this one has to wait.
   */
  static Fate ofRules(Exception why) {
    List<String> names = Causes.of(why).map(cause -> cause.getClass().getName()).toList();
    return names.contains(DOWN)
        ? Fate.waiting(why)
        : names.contains(LATER) ? Fate.waiting(why.getMessage()) : Fate.failed(why);
  }

  private Fate refused(IncomingMessage message, Asked asked, GraphException refusal) {
    if (refusal.isGone() && (asked.isMessage() || !isThere(message))) {
      return Fate.GONE;
    }
    if (refusal.concernsOneMessage()) {
      return Fate.failed(FetchException.of(asked, refusal));
    }
    return refusal.mayConcernOneMessage()
        ? Fate.inDoubt(FetchException.of(asked, refusal))
        : Fate.waiting(refusal);
  }

  /** What belongs to it isn't there: it may be gone altogether, or the service be mistaken. */
  private boolean isThere(IncomingMessage message) {
    try {
      graph.ask(
          request(
              message,
              "id",
              answer -> {
                json.tree(answer);
                return message;
              }));
      return true;
    } catch (GraphException | CredentialException e) {
      return !(e instanceof GraphException refusal && refusal.isGone());
    }
  }
}
