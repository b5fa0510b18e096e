package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The part of the Graph API that Mailroom uses: folders, messages and attachments of users. */
final class DemoGraph {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int FOLDERS_PER_PAGE = 10;

  private final String root;
  private final long seed;
  private final DemoFaults faults;
  private final DemoDamage damage;
  private final DemoCounters counters;
  private final DemoAttachments attachments = new DemoAttachments();
  private final MessageListings listings;
  private final DemoDelta delta;
  private final ConcurrentMap<String, DemoMailbox> mailboxes = new ConcurrentHashMap<>();
  private final Set<String> shared = ConcurrentHashMap.newKeySet();
  private final DemoSubscriptions subscriptions;
  private final DemoDirectory directory;

  DemoGraph(
      String root,
      long seed,
      DemoFaults faults,
      DemoDamage damage,
      DemoCounters counters,
      DemoSubscriptions subscriptions,
      DemoDirectory directory) {
    this.subscriptions = subscriptions;
    this.directory = directory;
    this.faults = faults;
    this.damage = damage;
    this.counters = counters;
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

  void reset() {
    clear();
    shared.clear();
    delta.forget();
  }

  DemoMailbox mailbox(String address) {
    return mailboxes.computeIfAbsent(
        address.toLowerCase(Locale.ROOT),
        name -> new DemoMailbox(address, seed * 31 + name.hashCode(), subscriptions::arrived));
  }

  Optional<DemoMailbox> find(String address) {
    return Optional.ofNullable(mailboxes.get(address.toLowerCase(Locale.ROOT)));
  }

  /** Lets somebody open another mailbox, as Exchange's full access does. */
  void share(String mailbox, String with) {
    shared.add(mailbox.toLowerCase(Locale.ROOT) + "\n" + with.toLowerCase(Locale.ROOT));
  }

  DemoAnswer answer(DemoCall asked, DemoTokens.Access access) {
    if (asked.segment(0).equals("subscriptions")) {
      return subscriptions.answer(asked, access, this);
    }
    if (asked.segment(0).equals("groups")) {
      return directory.answer(asked, access);
    }
    DemoCall call = asked.segment(0).equals("me") ? asked.ofUser(access.user()) : asked;
    if (!call.segment(0).equals("users")) {
      throw new GraphFault(
          400, "BadRequest", "Resource not found for the segment '" + call.segment(0) + "'.");
    }
    if (call.segments().size() == 2 && asked.segment(0).equals("me")) {
      return person(access);
    }
    if (!mayOpen(access, call)) {
      throw new GraphFault(
          403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
    }
    if (call.isUserAnOperation()) {
      throw new GraphFault(
          400, "BadRequest", "Resource not found for the segment '" + call.segment(1) + "'.");
    }
    DemoMailbox mailbox = mailboxes.get(call.segment(1).toLowerCase(Locale.ROOT));
    if (mailbox == null) {
      throw new GraphFault(
          404, "ErrorInvalidUser", "The requested user '" + call.segment(1) + "' is invalid.");
    }
    DemoFaults.Fault fault = mailbox.fault();
    return fault != null && fault.kind() == DemoFaults.Kind.STATUS
        ? damage.of(null, fault, -1)
        : damage.of(inMailbox(mailbox, call), fault, -1);
  }

  private DemoAnswer inMailbox(DemoMailbox mailbox, DemoCall call) {
    return switch (call.segment(2)) {
      case "messages" ->
          call.segments().size() == 3
              ? page(listings.list(mailbox, null, call))
              : message(mailbox, call);
      case "mailFolders" -> folders(mailbox, call);
      default -> throw unknown(call.segment(2));
    };
  }

  private DemoAnswer page(DemoPage page) {
    return page.answer(damage, faults.ofPage(page.size()));
  }

  private static DemoAnswer person(DemoTokens.Access access) {
    if (!access.permissions().contains("User.Read")) {
      throw new GraphFault(
          403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    }
    return DemoAnswer.json(
        200,
        JSON.objectNode()
            .put("id", access.user().id())
            .put("userPrincipalName", access.user().userPrincipalName())
            .put("mail", access.user().userPrincipalName())
            .put("displayName", access.user().displayName()));
  }

  /**
   * An application opens every mailbox; a person only the own one, and with the shared permission
   * those that are shared.
   */
  private boolean mayOpen(DemoTokens.Access access, DemoCall call) {
    String suffix = "";
    if (access.user() != null
        && !call.segment(1).equalsIgnoreCase(access.user().userPrincipalName())
        && !call.segment(1).equalsIgnoreCase(access.user().id())) {
      suffix = ".Shared";
      if (!shared.contains(
          (call.segment(1) + "\n" + access.user().userPrincipalName()).toLowerCase(Locale.ROOT))) {
        return false;
      }
    }
    if (call.segment(4).equals("reply")) {
      return access.permissions().contains("Mail.Send" + suffix);
    }
    boolean writes = !call.method().equals("GET");
    return access.permissions().contains("Mail.ReadWrite" + suffix)
        || (!writes && access.permissions().contains("Mail.Read" + suffix));
  }

  /** An application subscribes to every mailbox that it may read, a person to the own one alone. */
  boolean maySubscribe(DemoTokens.Access access, String mailbox) {
    boolean own =
        access.user() == null
            || mailbox.equalsIgnoreCase(access.user().userPrincipalName())
            || mailbox.equalsIgnoreCase(access.user().id());
    return own
        && (access.permissions().contains("Mail.ReadWrite")
            || access.permissions().contains("Mail.Read"));
  }

  private static GraphFault unknown(String segment) {
    return new GraphFault(
        400, "RequestBroker--ParseUri", "Resource not found for the segment '" + segment + "'.");
  }

  private DemoAnswer folders(DemoMailbox mailbox, DemoCall call) {
    if (call.segments().size() == 3) {
      return call.method().equals("POST")
          ? createFolder(mailbox, null, call)
          : DemoAnswer.json(200, listFolders(mailbox, null, call));
    }
    DemoFolder folder =
        mailbox
            .findFolder(call.segment(3))
            .orElseThrow(
                () ->
                    new GraphFault(
                        404,
                        "ErrorItemNotFound",
                        "The specified object was not found in the store., The process failed to"
                            + " get the correct properties."));
    return switch (call.segment(4)) {
      case "" -> DemoAnswer.json(200, present(mailbox, folder));
      case "messages" ->
          page(
              call.segment(5).equals("delta")
                  ? delta.list(mailbox, folder.id(), call)
                  : listings.list(mailbox, folder.id(), call));
      case "childFolders" ->
          call.method().equals("POST")
              ? createFolder(mailbox, folder.id(), call)
              : DemoAnswer.json(200, listFolders(mailbox, folder.id(), call));
      default -> throw unknown(call.segment(4));
    };
  }

  private DemoAnswer createFolder(DemoMailbox mailbox, String parentId, DemoCall call) {
    String name = call.body() == null ? "" : call.body().path("displayName").asText("");
    if (mailbox.child(parentId, name).isPresent()) {
      throw new GraphFault(
          409, "ErrorFolderExists", "A folder with the specified name already exists.");
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
      page.put(
          "@odata.nextLink", root + call.rawPath() + "?$top=" + top + "&$skip=" + (skip + top));
    }
    return page;
  }

  private static ObjectNode present(DemoMailbox mailbox, DemoFolder folder) {
    List<DemoMessage> messages = mailbox.messagesIn(folder.id());
    return JSON.objectNode()
        .put("id", folder.id())
        .put("displayName", folder.displayName())
        .put("parentFolderId", folder.parentId())
        .put("childFolderCount", mailbox.children(folder.id()).size())
        .put("unreadItemCount", messages.stream().filter(message -> !message.isRead()).count())
        .put("totalItemCount", messages.size())
        .put("isHidden", false);
  }

  private DemoAnswer message(DemoMailbox mailbox, DemoCall call) {
    DemoMessage message =
        mailbox
            .find(call.segment(3))
            .orElseThrow(
                () ->
                    call.segment(3).length() < 60
                        ? new GraphFault(400, "ErrorInvalidIdMalformed", "Id is malformed.")
                        : new GraphFault(
                            404,
                            "ErrorItemNotFound",
                            "The specified object was not found in the store."));
    MessageListings.requireSound(List.of(message));
    DemoFaults.Fault fault = message.next(spot(call));
    // what is refused isn't done
    return fault != null && fault.kind() == DemoFaults.Kind.STATUS
        ? damage.of(null, fault, -1)
        : damage.of(sound(mailbox, message, call), fault, -1);
  }

  private static DemoSpot spot(DemoCall call) {
    return switch (call.segment(4)) {
      case "" -> call.method().equals("GET") ? DemoSpot.MESSAGE : DemoSpot.CHANGE;
      case "$value" -> DemoSpot.ORIGINAL;
      case "attachments" -> call.segments().size() == 5 ? DemoSpot.ATTACHMENTS : DemoSpot.CONTENT;
      default -> DemoSpot.CHANGE;
    };
  }

  private DemoAnswer sound(DemoMailbox mailbox, DemoMessage message, DemoCall call) {
    return switch (call.segment(4)) {
      case "" ->
          switch (call.method()) {
            case "GET" -> DemoAnswer.json(200, present(mailbox, message, call));
            case "PATCH" -> update(mailbox, message, call);
            case "DELETE" -> {
              if (mailbox.delete(message)) {
                counters.purge();
              }
              yield DemoAnswer.empty(204);
            }
            default ->
                throw new GraphFault(405, "ErrorInvalidRequest", "The method is not allowed.");
          };
      case "$value" -> DemoAnswer.bytes("text/plain", message.mime());
      case "move" -> move(mailbox, message, call);
      case "reply" ->
          DemoReplies.answer(
              mailbox,
              message,
              call,
              address -> Optional.ofNullable(mailboxes.get(address.toLowerCase(Locale.ROOT))));
      case "attachments" -> attachments.answer(message, call);
      default -> throw unknown(call.segment(4));
    };
  }

  private static ObjectNode present(DemoMailbox mailbox, DemoMessage message, DemoCall call) {
    synchronized (mailbox) {
      return MessageListings.present(message, MessageListings.select(call), call);
    }
  }

  private DemoAnswer update(DemoMailbox mailbox, DemoMessage message, DemoCall call) {
    if (call.body() == null || !call.body().isObject()) {
      throw new GraphFault(400, "BadRequest", "Empty Payload. JSON content expected.");
    }
    String expected = call.headers().get("if-match");
    if (expected != null && !expected.equals("*") && !expected.equals(message.etag())) {
      throw new GraphFault(
          412,
          "ErrorIrresolvableConflict",
          "The send or update operation could not be performed because the change key passed in the"
              + " request does not match the current change key for the item.");
    }
    for (var names = call.body().fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!MessageProperties.UPDATABLE.contains(name)) {
        throw new GraphFault(
            400, "ErrorInvalidPropertySet", "The property '" + name + "' can't be set.");
      }
    }
    synchronized (mailbox) {
      ObjectNode before = message.resource().deepCopy();
      call.body()
          .properties()
          .forEach(
              change -> {
                if (!change.getKey().startsWith("@")) {
                  message.resource().set(change.getKey(), change.getValue());
                }
              });
      boolean changed = !before.equals(message.resource());
      message.patched(changed);
      counters.patch(changed);
      mailbox.changed(message);
    }
    return DemoAnswer.json(200, present(mailbox, message, call));
  }

  private static DemoAnswer move(DemoMailbox mailbox, DemoMessage message, DemoCall call) {
    String destination = call.body() == null ? "" : call.body().path("destinationId").asText("");
    DemoFolder folder =
        mailbox
            .findFolder(destination)
            .orElseThrow(
                () ->
                    new GraphFault(
                        404,
                        "ErrorItemNotFound",
                        "The specified folder was not found in the store."));
    mailbox.move(message, folder.id());
    return DemoAnswer.json(201, present(mailbox, message, call));
  }
}
