package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The part of the Graph API that Mailroom uses: folders, messages and attachments of users. */
final class DemoGraph {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int FOLDERS_PER_PAGE = 10;
  private static final Set<String> ATTACHMENT_PROPERTIES =
      Set.of("id", "name", "contentType", "size", "isInline", "lastModifiedDateTime", "microsoft.graph.fileAttachment/contentId");

  private final String root;
  private final long seed;
  private final MessageListings listings;
  private final DemoDelta delta;
  private final ConcurrentMap<String, DemoMailbox> mailboxes = new ConcurrentHashMap<>();
  private final Set<String> shared = ConcurrentHashMap.newKeySet();

  DemoGraph(String root, long seed) {
    this.root = root;
    this.seed = seed;
    this.listings = new MessageListings(root);
    this.delta = new DemoDelta(root);
  }

  void forgetDeltaTokens() {
    delta.forget();
  }

  void clear() {
    mailboxes.clear();
  }

  DemoMailbox mailbox(String address) {
    return mailboxes.computeIfAbsent(address.toLowerCase(Locale.ROOT), name -> new DemoMailbox(address, seed * 31 + name.hashCode()));
  }

  /** Lets somebody open another mailbox, as Exchange's full access does. */
  void share(String mailbox, String with) {
    shared.add(mailbox.toLowerCase(Locale.ROOT) + "\n" + with.toLowerCase(Locale.ROOT));
  }

  DemoAnswer answer(DemoCall asked, DemoTokens.Access access) {
    DemoCall call = asked.segment(0).equals("me") ? asked.ofUser(access.user()) : asked;
    if (!call.segment(0).equals("users")) {
      throw new GraphFault(400, "BadRequest", "Resource not found for the segment '" + call.segment(0) + "'.");
    }
    if (call.segments().size() == 2 && asked.segment(0).equals("me")) {
      return person(access);
    }
    if (!mayOpen(access, call)) {
      throw new GraphFault(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
    }
    DemoMailbox mailbox = mailboxes.get(call.segment(1).toLowerCase(Locale.ROOT));
    if (mailbox == null) {
      throw new GraphFault(404, "ErrorInvalidUser", "The requested user '" + call.segment(1) + "' is invalid.");
    }
    return switch (call.segment(2)) {
      case "messages" -> call.segments().size() == 3
          ? DemoAnswer.json(200, listings.list(mailbox, null, call)) : message(mailbox, call);
      case "mailFolders" -> folders(mailbox, call);
      default -> throw unknown(call.segment(2));
    };
  }

  private static DemoAnswer person(DemoTokens.Access access) {
    if (!access.permissions().contains("User.Read")) {
      throw new GraphFault(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    }
    return DemoAnswer.json(200, JSON.objectNode().put("id", access.user().id()).put("userPrincipalName", access.user().userPrincipalName())
        .put("mail", access.user().userPrincipalName()).put("displayName", access.user().displayName()));
  }

  /** An application opens every mailbox; a person only the own one, and with the shared permission those that are shared. */
  private boolean mayOpen(DemoTokens.Access access, DemoCall call) {
    String suffix = "";
    if (access.user() != null && !call.segment(1).equalsIgnoreCase(access.user().userPrincipalName()) && !call.segment(1).equalsIgnoreCase(access.user().id())) {
      suffix = ".Shared";
      if (!shared.contains((call.segment(1) + "\n" + access.user().userPrincipalName()).toLowerCase(Locale.ROOT))) {
        return false;
      }
    }
    boolean writes = !call.method().equals("GET");
    return access.permissions().contains("Mail.ReadWrite" + suffix) || (!writes && access.permissions().contains("Mail.Read" + suffix));
  }

  private static GraphFault unknown(String segment) {
    return new GraphFault(400, "RequestBroker--ParseUri", "Resource not found for the segment '" + segment + "'.");
  }

  private DemoAnswer folders(DemoMailbox mailbox, DemoCall call) {
    if (call.segments().size() == 3) {
      return call.method().equals("POST") ? createFolder(mailbox, null, call) : DemoAnswer.json(200, listFolders(mailbox, null, call));
    }
    DemoFolder folder = mailbox.findFolder(call.segment(3))
        .orElseThrow(() -> new GraphFault(404, "ErrorItemNotFound", "The specified object was not found in the store., The process failed to get the correct properties."));
    return switch (call.segment(4)) {
      case "" -> DemoAnswer.json(200, present(mailbox, folder));
      case "messages" -> DemoAnswer.json(200, call.segment(5).equals("delta")
          ? delta.list(mailbox, folder.id(), call) : listings.list(mailbox, folder.id(), call));
      case "childFolders" -> call.method().equals("POST")
          ? createFolder(mailbox, folder.id(), call) : DemoAnswer.json(200, listFolders(mailbox, folder.id(), call));
      default -> throw unknown(call.segment(4));
    };
  }

  private DemoAnswer createFolder(DemoMailbox mailbox, String parentId, DemoCall call) {
    String name = call.body() == null ? "" : call.body().path("displayName").asText("");
    if (mailbox.child(parentId, name).isPresent()) {
      throw new GraphFault(409, "ErrorFolderExists", "A folder with the specified name already exists.");
    }
    return DemoAnswer.json(201, present(mailbox, mailbox.create(parentId, name)));
  }

  private ObjectNode listFolders(DemoMailbox mailbox, String parentId, DemoCall call) {
    List<DemoFolder> all = mailbox.children(parentId);
    int top = call.number("$top", FOLDERS_PER_PAGE);
    int skip = call.number("$skip", 0);
    ObjectNode page = JSON.objectNode();
    ArrayNode value = page.putArray("value");
    all.stream().skip(skip).limit(top).forEach(folder -> value.add(present(mailbox, folder)));
    if (skip + top < all.size()) {
      page.put("@odata.nextLink", root + call.segments().stream().map(segment -> java.net.URLEncoder.encode(segment, java.nio.charset.StandardCharsets.UTF_8))
          .collect(java.util.stream.Collectors.joining("/", "/", "?$top=" + top + "&$skip=" + (skip + top))));
    }
    return page;
  }

  private static ObjectNode present(DemoMailbox mailbox, DemoFolder folder) {
    List<DemoMessage> messages = mailbox.messagesIn(folder.id());
    return JSON.objectNode().put("id", folder.id()).put("displayName", folder.displayName()).put("parentFolderId", folder.parentId())
        .put("childFolderCount", mailbox.children(folder.id()).size()).put("unreadItemCount", messages.stream().filter(message -> !message.isRead()).count())
        .put("totalItemCount", messages.size()).put("isHidden", false);
  }

  private DemoAnswer message(DemoMailbox mailbox, DemoCall call) {
    DemoMessage message = mailbox.find(call.segment(3)).orElseThrow(() -> call.segment(3).length() < 60
        ? new GraphFault(400, "ErrorInvalidIdMalformed", "Id is malformed.")
        : new GraphFault(404, "ErrorItemNotFound", "The specified object was not found in the store."));
    MessageListings.requireSound(List.of(message));
    return switch (call.segment(4)) {
      case "" -> switch (call.method()) {
        case "GET" -> DemoAnswer.json(200, present(mailbox, message, call));
        case "PATCH" -> update(mailbox, message, call);
        case "DELETE" -> {
          mailbox.move(message, mailbox.findFolder("deleteditems").orElseThrow().id());
          yield DemoAnswer.empty(204);
        }
        default -> throw new GraphFault(405, "ErrorInvalidRequest", "The method is not allowed.");
      };
      case "$value" -> DemoAnswer.bytes("text/plain", message.mime());
      case "move" -> move(mailbox, message, call);
      case "attachments" -> attachments(message, call);
      default -> throw unknown(call.segment(4));
    };
  }

  private static ObjectNode present(DemoMailbox mailbox, DemoMessage message, DemoCall call) {
    synchronized (mailbox) {
      return MessageListings.present(message, MessageListings.select(call), call);
    }
  }

  private static DemoAnswer update(DemoMailbox mailbox, DemoMessage message, DemoCall call) {
    if (call.body() == null || !call.body().isObject()) {
      throw new GraphFault(400, "BadRequest", "Empty Payload. JSON content expected.");
    }
    String expected = call.headers().get("if-match");
    if (expected != null && !expected.equals("*") && !expected.equals(message.etag())) {
      throw new GraphFault(412, "ErrorIrresolvableConflict", "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.");
    }
    for (var names = call.body().fieldNames(); names.hasNext();) {
      String name = names.next();
      if (!MessageProperties.UPDATABLE.contains(name)) {
        throw new GraphFault(400, "ErrorInvalidPropertySet", "The property '" + name + "' can't be set.");
      }
    }
    synchronized (mailbox) {
      call.body().fields().forEachRemaining(change -> {
        if (!change.getKey().startsWith("@")) {
          message.resource().set(change.getKey(), change.getValue());
        }
      });
      mailbox.changed(message);
    }
    return DemoAnswer.json(200, present(mailbox, message, call));
  }

  private static DemoAnswer move(DemoMailbox mailbox, DemoMessage message, DemoCall call) {
    String destination = call.body() == null ? "" : call.body().path("destinationId").asText("");
    DemoFolder folder = mailbox.findFolder(destination).orElseThrow(() -> new GraphFault(404, "ErrorItemNotFound", "The specified folder was not found in the store."));
    mailbox.move(message, folder.id());
    return DemoAnswer.json(201, present(mailbox, message, call));
  }

  private static DemoAnswer attachments(DemoMessage message, DemoCall call) {
    if (call.segments().size() == 5) {
      boolean metadataOnly = call.options().containsKey("$select");
      for (String name : call.options().getOrDefault("$select", "id").split(",")) {
        if (!ATTACHMENT_PROPERTIES.contains(name.trim())) {
          throw new GraphFault(400, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '" + name + "' on type 'Microsoft.OutlookServices.Attachment'.");
        }
      }
      ObjectNode page = JSON.objectNode();
      ArrayNode value = page.putArray("value");
      message.attachments().forEach(attachment -> value.add(present(attachment, !metadataOnly)));
      return DemoAnswer.json(200, page);
    }
    DemoAttachment attachment = message.attachments().stream().filter(one -> one.id().equals(call.segment(5))).findFirst()
        .orElseThrow(() -> new GraphFault(404, "ErrorItemNotFound", "The specified object was not found in the store."));
    if (!call.segment(6).equals("$value")) {
      return DemoAnswer.json(200, present(attachment, true));
    }
    if (!attachment.hasContent()) {
      throw new GraphFault(405, "ErrorInvalidRequest", "The OData request is not supported.");
    }
    return DemoAnswer.bytes(attachment.kind().equals("itemAttachment") ? "text/plain" : attachment.contentType(), attachment.content());
  }

  private static JsonNode present(DemoAttachment attachment, boolean withContent) {
    ObjectNode seen = JSON.objectNode();
    seen.put("@odata.type", "#microsoft.graph." + attachment.kind());
    seen.put("@odata.mediaContentType", attachment.contentType());
    seen.put("id", attachment.id()).put("name", attachment.name()).put("contentType", attachment.contentType());
    // the service's figure counts more than the content
    seen.put("size", attachment.content().length + 196).put("isInline", attachment.inline());
    if (attachment.kind().equals("fileAttachment")) {
      seen.put("contentId", attachment.contentId());
      if (withContent) {
        seen.put("contentBytes", Base64.getEncoder().encodeToString(attachment.content()));
      }
    }
    return seen;
  }
}
