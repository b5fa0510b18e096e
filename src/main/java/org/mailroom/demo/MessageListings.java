package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lists of messages as Exchange gives them: pages are found by their position in what matches right
 * now.
 */
final class MessageListings {

  private static final int DEFAULT_TOP = 10;
  private static final int MOST_TOP = 1000;

  private static final Pattern BY_TIME = Pattern.compile("receivedDateTime( asc)?");
  private static final Pattern FROM = Pattern.compile("receivedDateTime ge ([0-9TZ:.-]+)");

  private final String root;

  /**
   * @param root address of the API, for next links
   */
  MessageListings(String root) {
    this.root = root;
  }

  /**
   * @param folderId null lists the whole mailbox
   */
  DemoPage list(DemoMailbox mailbox, String folderId, DemoCall call) {
    Set<String> select = select(call);
    ODataFilter.Parsed filter =
        call.options().containsKey("$filter")
            ? ODataFilter.parse(call.options().get("$filter"))
            : null;
    String orderBy = call.options().getOrDefault("$orderby", "");
    checkOrder(filter, orderBy);
    int top = Math.min(MOST_TOP, call.number("$top", DEFAULT_TOP));
    int skip = call.number("$skip", 0);
    if (top < 1) {
      throw new GraphFault(400, "BadRequest", "Invalid value for $top.");
    }
    boolean counting = "true".equals(call.options().get("$count"));
    Comparator<DemoMessage> order = order(orderBy);
    List<DemoMessage> matching;
    synchronized (mailbox) {
      // by time the mailbox is in order already: the page and one more tell all
      Stream<DemoMessage> inOrder =
          BY_TIME.matcher(orderBy).matches() && !counting
              ? mailbox.byTime(folderId, from(call.options().get("$filter")))
              : mailbox.messagesIn(folderId).stream();
      Stream<DemoMessage> found =
          inOrder.filter(message -> filter == null || filter.predicate().test(message.resource()));
      matching =
          BY_TIME.matcher(orderBy).matches() && !counting
              ? found.limit(skip + top + 1L).toList()
              : found.sorted(order).toList();
    }
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    page.put("@odata.context", root + "/$metadata#users('" + mailbox.address() + "')/messages");
    if (counting) {
      page.put("@odata.count", matching.size());
    }
    var value = page.putArray("value");
    List<DemoMessage> slice = matching.stream().skip(skip).limit(top).toList();
    synchronized (mailbox) {
      requireSound(slice);
      slice.forEach(message -> value.add(present(message, select, call)));
    }
    if (skip + top < matching.size()) {
      page.put("@odata.nextLink", next(call, skip + top));
    }
    return new DemoPage(page, slice, top, select);
  }

  /**
   * Where a filter of the form {@code receivedDateTime ge time and …} begins; the earliest time for
   * any other.
   */
  private static Instant from(String filter) {
    Matcher time = FROM.matcher(filter == null ? "" : filter);
    try {
      return time.lookingAt() && !filter.matches("(?is).*\\bor\\b.*")
          ? Instant.parse(time.group(1))
          : Instant.MIN;
    } catch (java.time.DateTimeException notATime) {
      return Instant.MIN;
    }
  }

  /** Whatever holds a corrupt message fails as a whole. */
  static void requireSound(List<DemoMessage> messages) {
    if (messages.stream().anyMatch(DemoMessage::isCorrupt)) {
      throw new GraphFault(
          500,
          "ErrorInternalServerError",
          "An internal server error occurred. The operation failed., The data is invalid.");
    }
  }

  private String next(DemoCall call, int skip) {
    String options =
        call.rawQuery() == null
            ? ""
            : Arrays.stream(call.rawQuery().split("&"))
                .filter(option -> !option.startsWith("$skip=") && !option.startsWith("%24skip="))
                .map(option -> option + "&")
                .collect(Collectors.joining());
    return root + call.rawPath() + "?" + options + "$skip=" + skip;
  }

  private static String encode(String segment) {
    return java.net.URLEncoder.encode(segment, java.nio.charset.StandardCharsets.UTF_8)
        .replace("+", "%20");
  }

  /**
   * Exchange demands the properties of $orderby first in $filter, in the same order, and doesn't
   * sort what it searches.
   */
  private static void checkOrder(ODataFilter.Parsed filter, String orderBy) {
    if (filter == null || orderBy.isBlank()) {
      return;
    }
    int at = 0;
    for (String term : orderBy.split(",")) {
      String property = term.trim().split("\\s+")[0];
      if (at >= filter.properties().size() || !filter.properties().get(at++).equals(property)) {
        throw inefficient();
      }
    }
    if (filter.contains()) {
      throw inefficient();
    }
  }

  private static GraphFault inefficient() {
    return new GraphFault(
        400,
        "InefficientFilter",
        "The restriction or sort order is too complex for this operation.");
  }

  private static Comparator<DemoMessage> order(String orderBy) {
    String[] first =
        orderBy.isBlank()
            ? new String[] {"receivedDateTime", "desc"}
            : orderBy.split(",")[0].trim().split("\\s+");
    if (!MessageProperties.KNOWN.contains(first[0].split("/")[0])) {
      throw new GraphFault(
          400,
          "BadRequest",
          "Could not find a property named '"
              + first[0]
              + "' on type 'Microsoft.OutlookServices.Message'.");
    }
    Comparator<DemoMessage> order =
        first[0].equals("receivedDateTime")
            ? Comparator.comparing(DemoMessage::received)
            : Comparator.comparing(
                message ->
                    message
                        .resource()
                        .at("/" + first[0])
                        .asText("")
                        .toLowerCase(java.util.Locale.ROOT));
    return first.length > 1 && first[1].equalsIgnoreCase("desc") ? order.reversed() : order;
  }

  static Set<String> select(DemoCall call) {
    String select = call.options().get("$select");
    if (select == null || select.isBlank()) {
      return Set.of();
    }
    Set<String> names = new LinkedHashSet<>();
    for (String name : select.split(",")) {
      String trimmed = name.trim();
      String property = MessageProperties.selected(trimmed);
      if (property == null) {
        throw new GraphFault(
            400,
            "BadRequest",
            "Parsing OData Select and Expand failed: Could not find a property named '"
                + trimmed
                + "' on type 'Microsoft.OutlookServices.Message'.");
      }
      names.add(property);
    }
    return names;
  }

  /**
   * The resource as this call sees it: the form of its ids depends on the call's own Prefer header.
   */
  static ObjectNode present(DemoMessage message, Set<String> select, DemoCall call) {
    ObjectNode seen = JsonNodeFactory.instance.objectNode();
    JsonNode type = message.resource().get("@odata.type");
    if (type != null) {
      seen.set("@odata.type", type);
    }
    seen.put("@odata.etag", message.etag());
    seen.put("id", call.wantsImmutableIds() ? message.immutableId() : message.regularId());
    message
        .resource()
        .properties()
        .forEach(
            property -> {
              String name = property.getKey();
              if (name.startsWith("@")
                  || (select.isEmpty()
                      ? MessageProperties.ON_DEMAND.contains(name)
                      : !select.contains(name))) {
                return;
              }
              seen.set(
                  name,
                  name.equals("body") || name.equals("uniqueBody")
                      ? body(property.getValue(), call)
                      : property.getValue());
            });
    if (select.contains("uniqueBody") && !seen.has("uniqueBody")) {
      seen.set("uniqueBody", body(DemoUniqueBody.of(message.resource().path("body")), call));
    }
    put(seen, select, "changeKey", message.changeKey());
    put(seen, select, "parentFolderId", message.folderId());
    put(
        seen,
        select,
        "conversationId",
        "AAQkAG"
            + Integer.toHexString(message.resource().path("subject").asText().hashCode())
            + "=");
    put(
        seen,
        select,
        "webLink",
        "https://outlook.office365.com/owa/?ItemID="
            + encode(message.regularId())
            + "&exvsurl=1&viewmodel=ReadMessageItem");
    return seen;
  }

  private static void put(ObjectNode seen, Set<String> select, String name, String value) {
    if (select.isEmpty() || select.contains(name)) {
      seen.put(name, value);
    }
  }

  private static JsonNode body(JsonNode body, DemoCall call) {
    if (!call.headers().getOrDefault("prefer", "").contains("outlook.body-content-type=\"text\"")
        || !body.path("contentType").asText().equals("html")) {
      return body;
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("contentType", "text")
        .put("content", body.path("content").asText().replaceAll("<[^>]*>", ""));
  }
}
