package org.mailroom.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * The requests that Mailroom sends to Microsoft Graph v1.0, and what it reads from their answers. It sends nothing itself: routes take
 * a request from here, send it over camel-http and hand the answer back.
 */
@Component("graphClient")
public final class GraphClient {

  /** Ids that survive a move within the mailbox; it counts only for the very request that carries it. */
  static final String IMMUTABLE_IDS = "IdType=\"ImmutableId\"";

  private static final String USER_AGENT = "Mailroom/1.0";

  private static final int LEAST_PAGE_BUDGET = 256 * 1024;

  /** What one array of characters holds. */
  private static final int MOST_TEXT = 512 * 1024 * 1024;

  private static final int LEAST_LONGEST_TEXT = 8 * 1024 * 1024;

  /** Of answers whose texts are ids, names and links. */
  private static final int SHORT_TEXTS = 64 * 1024;

  private final GraphUris uris;
  private final MailroomProperties.Limits limits;
  private final ObjectMapper json;
  private final int pageBudget;
  private final int longestText;

  GraphClient(MailroomProperties properties, ObjectMapper json) {
    this.uris = new GraphUris(properties.graphUrl());
    this.limits = properties.limits();
    this.json = json.copy();
    // how long a text may be is said below
    this.json.getFactory().setStreamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build());
    // all pages in hand, of all imports, may take an eighth of the heap together
    this.pageBudget = atLeast(LEAST_PAGE_BUDGET, Runtime.getRuntime().maxMemory() / 8 / limits.pagesInHand() / properties.importers());
    // its characters take two bytes while they are read, and it is held as text, as JSON and as bytes
    this.longestText = atLeast(LEAST_LONGEST_TEXT, Runtime.getRuntime().maxMemory() / 32);
  }

  private static int atLeast(int least, long bytes) {
    return (int) Math.max(least, Math.min(bytes, MOST_TEXT));
  }

  /** Begins to look for a folder by well-known name, path or id. */
  public FolderSearch findFolder(String mailbox, String folder) {
    return new FolderSearch(uris, mailbox, folder, false);
  }

  /** Begins to look for a folder; what is missing of a path is created. */
  public FolderSearch findOrCreateFolder(String mailbox, String folder) {
    return new FolderSearch(uris, mailbox, folder, true);
  }

  /**
   * Begins a listing of one folder's messages, oldest first.
   *
   * @param corruptAtTheFront how many messages an earlier listing couldn't get past
   */
  public Listing listMessages(String mailbox, String folder, String select, String filter, int corruptAtTheFront) {
    return new MessageListing(uris, mailbox, folder, select, filter, limits.pageSize(), corruptAtTheFront, null);
  }

  /** Begins a listing of what was received from a time on. */
  public Listing listMessagesSince(String mailbox, String folder, String select, String filter, Instant since) {
    return new MessageListing(uris, mailbox, folder, select, filter, limits.pageSize(), 0, since);
  }

  /** Asks how many messages a listing would bring. */
  public OldGraphRequest countRequest(Listing listing, String credential, String mailbox) {
    return OldGraphRequest.get("count-messages", credential, mailbox, ((MessageListing) listing).countPage());
  }

  /**
   * Goes on to read what changed in one folder.
   *
   * @param link where an earlier round stopped, or null
   * @param begunAt when the first round began
   * @param unreadOnly of what was received before that only what is unread counts
   */
  public DeltaListing listChanges(String mailbox, String folder, String select, URI link, Instant begunAt, boolean unreadOnly) {
    return new DeltaListing(uris, mailbox, folder, select, link, begunAt, unreadOnly);
  }

  public OldGraphRequest folderRequest(FolderSearch search, String credential, String mailbox) {
    return search.isCreating()
        ? new OldGraphRequest("create-folder", credential, mailbox, "POST", search.nextPage(), search.newFolder(json).toString(), 1, 1)
        : OldGraphRequest.get("find-folder", credential, mailbox, search.nextPage());
  }

  /** The figures of one folder, by its id or well-known name. */
  public OldGraphRequest folderCountRequest(String credential, String mailbox, String folder) {
    return OldGraphRequest.get("count-messages", credential, mailbox,
        uris.of(GraphUris.options("$select", "id,unreadItemCount,totalItemCount"), "users", mailbox, "mailFolders", folder));
  }

  public OldGraphRequest pageRequest(Listing listing, String credential, String mailbox) {
    return OldGraphRequest.get(listing.operation(), credential, mailbox, listing.nextPage());
  }

  /** One message, whole: for those that were too large to be held with their page, and for the properties of derived types. */
  public OldGraphRequest messageRequest(String credential, String mailbox, String messageId, String select) {
    return OldGraphRequest.get("get-message", credential, mailbox, select == null
        ? uris.of("users", mailbox, "messages", messageId)
        : uris.of(GraphUris.options("$select", select), "users", mailbox, "messages", messageId));
  }

  /** The attachments of a message without their contents; {@code contentId} is a property of the derived type and needs its cast. */
  public OldGraphRequest attachmentsRequest(String credential, String mailbox, String messageId) {
    return OldGraphRequest.get("list-attachments", credential, mailbox, uris.of(
        GraphUris.options("$select", "id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId"),
        "users", mailbox, "messages", messageId, "attachments"));
  }

  /** The next page of something listed by name, which must lie below the configured root. */
  public OldGraphRequest nextPageRequest(String operation, String credential, String mailbox, String nextLink) {
    URI link = GraphUris.link(nextLink);
    if (!uris.owns(link)) {
      throw new GraphException(operation.replace('-', ' ') + " of " + mailbox, 0, "MailroomForeignNextLink", null, null, "host " + link.getHost(), null);
    }
    return OldGraphRequest.get(operation, credential, mailbox, link);
  }

  /** The bytes of a file attachment, or the RFC 822, vCard or iCalendar text of an item attachment. */
  public OldGraphRequest attachmentContentRequest(String credential, String mailbox, String messageId, String attachmentId) {
    return OldGraphRequest.get("get-attachment", credential, mailbox,
        uris.of("users", mailbox, "messages", messageId, "attachments", attachmentId, "$value"));
  }

  /** The original message, RFC 822. */
  public OldGraphRequest mimeRequest(String credential, String mailbox, String messageId) {
    return OldGraphRequest.get("get-mime", credential, mailbox, uris.of("users", mailbox, "messages", messageId, "$value"));
  }

  public OldGraphRequest batchRequest(JsonBatch batch) {
    int weight = batch.weight();
    return new OldGraphRequest("batch", batch.credential(), batch.mailbox(), "POST", batch.uri(), batch.content(), weight, batch.parts());
  }

  /**
   * Prepares the exchange for camel-http: method, address, body, and the headers that every request carries.
   *
   * @throws GraphException when the address isn't below the configured root: no token goes there
   */
  public void prepare(Exchange exchange, @ExchangeProperty("request") OldGraphRequest request) {
    if (!uris.owns(request.uri())) {
      throw new GraphException(request.inWords(), 0, "MailroomForeignNextLink", null, null, "host " + request.uri().getHost(), null);
    }
    exchange.setProperty("credential", request.credential());
    Message message = exchange.getMessage();
    // the error handler counts the tries in a header
    message.removeHeaders("*", "CamelRedelivery*");
    message.setHeader(Exchange.HTTP_METHOD, request.method());
    message.setHeader(Exchange.HTTP_URI, request.uri().toString());
    message.setHeader("Prefer", request.operation().equals("list-changes")
        ? IMMUTABLE_IDS + ", odata.maxpagesize=" + limits.pageSize() : IMMUTABLE_IDS);
    message.setHeader("client-request-id", UUID.randomUUID().toString());
    message.setHeader("User-Agent", USER_AGENT);
    message.setHeader("Accept", request.uri().getPath().endsWith("/$value") ? "*/*" : "application/json");
    message.setBody(request.content());
    if (request.content() != null) {
      message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    }
  }

  /** Reads a page of messages into its listing and returns the messages that weren't seen before. */
  public List<ListedMessage> readPage(Listing listing, InputStream answer) throws IOException {
    return listing.accept(MessagePage.read(answer, json, pageBudget));
  }

  /** Reads a page of folders into its search. */
  public void readFolders(FolderSearch search, InputStream answer) throws IOException {
    search.accept(readTree(answer));
  }

  /**
   * Reads an answer of ids, names, links and the like; what of a text is longer than 64 KB, such as a body that the service sends along, is
   * left out.
   *
   * @throws IOException when the answer is cut or isn't JSON
   */
  public JsonNode readTree(InputStream answer) throws IOException {
    return readTree(new BoundedStrings(answer, SHORT_TEXTS));
  }

  /**
   * Reads a message with its body.
   *
   * @throws TextTooLongException when one of its texts doesn't fit into memory
   * @throws IOException when the answer is cut or isn't JSON
   */
  public JsonNode readMessage(InputStream answer) throws IOException {
    BoundedStrings bounded = new BoundedStrings(answer, longestText);
    JsonNode message = readTree(bounded);
    if (bounded.hasCut()) {
      throw new TextTooLongException(longestText);
    }
    return message;
  }

  private JsonNode readTree(BoundedStrings answer) throws IOException {
    try (InputStream stream = answer) {
      JsonNode tree = json.readTree(stream);
      if (tree == null || tree.isMissingNode()) {
        throw new java.io.EOFException("the answer is empty");
      }
      return tree;
    }
  }

  /**
   * Reads the answer to a batch: each part has its own status.
   *
   * @throws GraphException when parts are left that may succeed when they are sent again
   */
  public void readBatch(JsonBatch batch, InputStream answer) throws IOException {
    batch.read(answer);
  }
}
