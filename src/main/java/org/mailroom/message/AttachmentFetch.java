package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.graph.AnswerJson;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Fetches the attachments of a message: their list, then the content of each, from the wire to disk
 * (Claim Check), never whole in memory. The variable {@code message} holds the {@link
 * IncomingMessage}, {@code attachment} the {@link ListedAttachment} that is fetched.
 */
@Component("attachmentFetch")
public final class AttachmentFetch {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.import");

  /** The content id is a property of a derived type and needs its cast. */
  static final String SELECT =
      "id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId";

  /** Far more than a message can have, so that a list that never ends does. */
  private static final int MOST_PAGES = 200;

  private record Page(List<ListedAttachment> attachments, @Nullable URI next) {}

  private final Graph graph;
  private final AnswerJson json;
  private final StoredContent contents;
  private final Unsettled unsettled;
  private final GraphUris uris;
  private final Duration settleWithin;
  private final Clock clock;

  @Autowired
  AttachmentFetch(
      Graph graph,
      AnswerJson json,
      StoredContent contents,
      Unsettled unsettled,
      MailroomProperties properties,
      Clock clock) {
    this(
        graph,
        json,
        contents,
        unsettled,
        new GraphUris(properties.graphUrl()),
        properties.limits().settleWithin(),
        clock);
  }

  AttachmentFetch(
      Graph graph,
      AnswerJson json,
      StoredContent contents,
      Unsettled unsettled,
      GraphUris uris,
      Duration settleWithin,
      Clock clock) {
    this.graph = graph;
    this.json = json;
    this.contents = contents;
    this.unsettled = unsettled;
    this.uris = uris;
    this.settleWithin = settleWithin;
    this.clock = clock;
  }

  /**
   * Lists the attachments, without their contents, page after page, and notes them in the message.
   *
   * @return those that have a content to fetch, and one that their account stores; of the others
   *     the message tells why their content isn't stored
   * @throws MessageTooLargeException when they are told to be more than the account takes, before
   *     any of it is fetched
   * @throws UnsettledException when they aren't in the mailbox yet, for no longer than {@code
   *     settle-within}
   * @throws GraphException when the service doesn't give the list
   */
  public List<ListedAttachment> list(@Variable("message") IncomingMessage message) {
    message.asks(new Asked(GraphOperation.LIST_ATTACHMENTS, "the list of its attachments"));
    List<ListedAttachment> all = new ArrayList<>();
    Set<URI> asked = new HashSet<>();
    URI next =
        uris.of(
            GraphUris.options("$select", SELECT),
            "users",
            message.account().mailbox(),
            "messages",
            message.id(),
            "attachments");
    while (next != null) {
      if (!asked.add(next) || asked.size() > MOST_PAGES) {
        throw new ListingException("the service's list of its attachments doesn't come to an end");
      }
      Page page = graph.ask(pageRequest(message.account(), next, all.size()));
      all.addAll(page.attachments());
      next = page.next();
    }
    message.attachments(all.stream().map(ListedAttachment::metadata).toList());
    requireSettled(message, all);
    List<ListedAttachment> toStore = new ArrayList<>();
    for (ListedAttachment each : all) {
      whyNotStored(message, each)
          .ifPresentOrElse(
              why -> message.stored(each.position(), each.metadata().notStored(why)),
              () -> toStore.add(each));
    }
    message.requireRoom(
        toStore.stream()
            .map(ListedAttachment::metadata)
            .filter(each -> each.size() != null)
            .mapToLong(MailAttachment::size)
            .sum());
    return toStore;
  }

  private static Optional<String> whyNotStored(
      IncomingMessage message, ListedAttachment attachment) {
    MailAttachment told = attachment.metadata();
    return attachment.hasContent()
        ? message.account().attachments().whyNot(told.name(), told.inline(), told.size())
        : Optional.of("a reference: its content lies elsewhere");
  }

  private GraphRequest<Page> pageRequest(Account account, URI uri, int before) {
    return GraphRequest.get(
        GraphOperation.LIST_ATTACHMENTS,
        account.credential(),
        account.mailbox(),
        uri,
        answer -> page(json.tree(answer), before));
  }

  /** An answer without the array {@code value} is no list, whatever its status. */
  private Page page(JsonNode answer, int before) throws IncompleteAnswerException {
    if (answer.has("error") || !answer.path("value").isArray()) {
      throw new IncompleteAnswerException(
          "the service's answer to the list of attachments isn't a list");
    }
    List<ListedAttachment> attachments = new ArrayList<>();
    for (JsonNode attachment : answer.path("value")) {
      attachments.add(ListedAttachment.of(before + attachments.size() + 1, attachment));
    }
    return new Page(attachments, next(answer.path("@odata.nextLink").asText(null)));
  }

  private @Nullable URI next(@Nullable String link) throws IncompleteAnswerException {
    if (link == null) {
      return null;
    }
    try {
      URI next = GraphUris.link(link);
      if (uris.owns(next)) {
        return next;
      }
    } catch (IllegalArgumentException notAnAddress) {
      // said below
    }
    throw new IncompleteAnswerException(
        "the service names a next page of the list of attachments that isn't below"
            + " mailroom.graph-url");
  }

  /**
   * What the message says it has must be there, and be itself; what stays as it is for too long is
   * delivered so, with a warning.
   */
  private void requireSettled(IncomingMessage message, List<ListedAttachment> all) {
    ListedAttachment placeholder =
        all.stream().filter(ListedAttachment::isScanInProgress).findFirst().orElse(null);
    if (placeholder != null) {
      String scan =
          "the service still scans its attachments: "
              + placeholder.inWords()
              + " stands in the place of what is scanned";
      settle(message, scan);
    } else if (all.isEmpty() && message.fetched().path("hasAttachments").asBoolean(false)) {
      settle(message, "the service says that it has attachments, and lists none");
    }
  }

  private void settle(IncomingMessage message, String why) {
    if (clock
        .instant()
        .isBefore(unsettled.since(message.account().id(), message.id()).plus(settleWithin))) {
      throw new UnsettledException(why + "; it is asked for again at a later poll");
    }
    message.warn(
        why
            + ". That was so for longer than mailroom.limits.settle-within ("
            + inWords(settleWithin)
            + ") and it was delivered as it was.");
    LOG.warn(
        "account {}: message {}: {}. It lasts for longer than mailroom.limits.settle-within ({}),"
            + " so the message is delivered as it is; compare it with the one in Outlook",
        message.account().id(),
        message.id(),
        why,
        inWords(settleWithin));
  }

  private static String inWords(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  /**
   * Asks for the content of one attachment: the bytes of a file, the RFC 822, vCard or iCalendar
   * text of an item. Its answer is streamed to disk; what it is read into is the stored attachment.
   */
  public GraphRequest<MailAttachment> contentRequest(
      @Variable("message") IncomingMessage message,
      @Variable("attachment") ListedAttachment attachment) {
    message.asks(Asked.content(attachment.position(), attachment.metadata()));
    Account account = message.account();
    URI uri =
        uris.of(
            "users",
            account.mailbox(),
            "messages",
            message.id(),
            "attachments",
            attachment.metadata().id(),
            "$value");
    return GraphRequest.get(
        GraphOperation.GET_ATTACHMENT,
        account.credential(),
        account.mailbox(),
        uri,
        answer -> contents.store(message, attachment, answer));
  }

  /**
   * The service refused a content. One of a type that Mailroom doesn't know may have none: it is
   * kept as what is told of it.
   *
   * @throws Exception the refusal itself, for every other
   */
  public void refused(
      @Variable("message") IncomingMessage message,
      @Variable("attachment") ListedAttachment attachment,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why)
      throws Exception {
    if (attachment.knownType()
        || !(why instanceof GraphException refusal)
        || !refusal.concernsOneMessage()) {
      throw why;
    }
    String warning =
        attachment.inWords()
            + " has a type that Mailroom doesn't know, and the service gives no content of it";
    message.warn(warning + ".");
    message.stored(
        attachment.position(),
        attachment
            .metadata()
            .notStored(
                "of a type that Mailroom doesn't know, and the service gives no content of it"));
    LOG.warn(
        "account {}: message {}: {}; the message is delivered with what is told of it",
        message.account().id(),
        message.id(),
        warning);
  }
}
