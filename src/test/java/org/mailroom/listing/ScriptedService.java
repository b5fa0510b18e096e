package org.mailroom.listing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.mailroom.SettableClock;
import org.mailroom.graph.Graph;
import org.mailroom.graph.GraphException;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;

/**
 * A folder of a mailbox, as a service that pages by position lists it: what is read leaves the
 * listing at once. It refuses what a test says. A page that is refused is sent a second time, as
 * the wire does, unless it is a probe.
 */
final class ScriptedService implements Graph {

  static final URI ROOT = URI.create("https://graph.example/v1.0");
  static final String SELECT = "id,subject,body,receivedDateTime,isRead";
  static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  /** A message of the folder. */
  static final class Message {
    final String id;
    final Instant receivedAt;
    boolean read;

    Message(String id, Instant receivedAt) {
      this.id = id;
      this.receivedAt = receivedAt;
    }
  }

  /**
   * What is asked: the messages that the answer has, whether it has contents, and how many were
   * asked for.
   */
  record Question(List<Message> messages, boolean light, int top) {
    boolean has(String id) {
      return messages.stream().anyMatch(message -> message.id.equals(id));
    }
  }

  private static final Pattern FROM = Pattern.compile("receivedDateTime ge (\\S+)");
  private static final Pattern PAGE_SIZE = Pattern.compile("odata\\.maxpagesize=(\\d+)");

  final List<Message> messages = new ArrayList<>();
  final List<URI> asked = new ArrayList<>();
  final SettableClock clock = new SettableClock();
  final ObjectMapper json = new ObjectMapper();
  final PageReader reader = new PageReader(json, 1024 * 1024);
  final GraphUris uris = new GraphUris(ROOT);
  final MailFolder folder = new MailFolder("contoso", "support@contoso.com", "inbox");

  /** Refuses a page; null: it is answered. */
  BiFunction<Question, GraphRequest<?>, GraphException> refusal = (question, request) -> null;

  /** What the service makes of a page's answer. */
  BiFunction<ObjectNode, Question, String> answer = (page, question) -> page.toString();

  UnaryOperator<String> nextLink = link -> link;

  private record Round(boolean light, List<Message> left) {}

  private final Map<String, Round> rounds = new HashMap<>();

  /** Delivers so many messages, one a second. */
  ScriptedService deliver(int count) {
    IntStream.range(0, count).forEach(i -> deliver("m" + i, BEGIN.plusSeconds(i)));
    return this;
  }

  void deliver(String id, Instant receivedAt) {
    messages.add(new Message(id, receivedAt));
    messages.sort(Comparator.comparing(message -> message.receivedAt));
  }

  void read(String id) {
    messages.stream()
        .filter(message -> message.id.equals(id))
        .forEach(message -> message.read = true);
  }

  MessageListing listing(int pageSize) {
    return listing(pageSize, Hints.NONE);
  }

  MessageListing listing(int pageSize, Hints hints) {
    return new MessageListing(
        new MessageRequests(uris, folder, reader, SELECT, "isRead eq false"),
        pageSize,
        null,
        hints,
        clock);
  }

  DeltaListing changes(int pageSize, URI link) {
    return new DeltaListing(
        uris,
        folder,
        reader,
        SELECT,
        new DeltaLinks.Stored(link, () -> BEGIN),
        true,
        pageSize,
        Hints.NONE,
        clock);
  }

  static GraphException refused(int status, String code) {
    return new GraphException(
        GraphOperation.LIST_MESSAGES, "support@contoso.com", status, code, null, null);
  }

  static GraphException timedOut() {
    return new GraphException(
        GraphOperation.LIST_MESSAGES,
        "support@contoso.com",
        0,
        "MailroomNoAnswer",
        "100 s",
        new SocketTimeoutException("Read timed out"));
  }

  /** Refuses each page with one of these messages. */
  void refuse(int status, String code, boolean withoutContentsToo, String... ids) {
    refusal =
        (question, request) ->
            List.of(ids).stream().anyMatch(question::has)
                    && (withoutContentsToo || !question.light())
                ? refused(status, code)
                : null;
  }

  @Override
  public <T> T ask(GraphRequest<T> request) {
    asked.add(request.uri());
    try {
      return answer(request);
    } catch (GraphException refusal) {
      if (!request.isProbe() && (refusal.isTransient() || refusal.status() == 0)) {
        asked.add(request.uri());
      }
      throw refusal;
    }
  }

  private <T> T answer(GraphRequest<T> request) {
    Map<String, String> options = options(request.uri());
    Question question =
        request.uri().getPath().endsWith("/delta") ? changes(request, options) : page(options);
    GraphException refused = refusal.apply(question, request);
    if (refused != null) {
      throw refused;
    }
    ObjectNode page = json.createObjectNode();
    ArrayNode value = page.putArray("value");
    question.messages().forEach(message -> value.add(resource(message, question.light())));
    if (request.uri().getPath().endsWith("/delta")) {
      links(page, question, options);
    } else {
      if ("true".equals(options.get("$count"))) {
        page.put("@odata.count", matching(options).count());
      }
      int skip = Integer.parseInt(options.getOrDefault("$skip", "0")) + question.top();
      if (skip < matching(options).count()) {
        page.put(
            "@odata.nextLink",
            nextLink.apply(
                ROOT
                    + request.uri().getPath().substring("/v1.0".length())
                    + "?"
                    + encoded(options, skip)));
      }
    }
    try {
      return request.read(
          new ByteArrayInputStream(answer.apply(page, question).getBytes(StandardCharsets.UTF_8)));
    } catch (IOException broken) {
      throw new GraphException(
          request.operation(),
          request.mailbox(),
          0,
          "MailroomCutAnswer",
          broken.getMessage(),
          broken);
    }
  }

  private Question page(Map<String, String> options) {
    int top = Integer.parseInt(options.get("$top"));
    return new Question(
        matching(options)
            .skip(Integer.parseInt(options.getOrDefault("$skip", "0")))
            .limit(top)
            .toList(),
        !options.get("$select").contains("body"),
        top);
  }

  private java.util.stream.Stream<Message> matching(Map<String, String> options) {
    Matcher from = FROM.matcher(options.get("$filter"));
    Instant since = from.find() ? Instant.parse(from.group(1)) : Instant.MIN;
    boolean unread = options.get("$filter").contains("isRead eq false");
    return messages.stream()
        .filter(message -> !message.receivedAt.isBefore(since) && !(unread && message.read));
  }

  private Question changes(GraphRequest<?> request, Map<String, String> options) {
    Matcher size = PAGE_SIZE.matcher(request.prefer());
    int top = size.find() ? Integer.parseInt(size.group(1)) : 10;
    String token = options.get("$token");
    Round round =
        token == null
            ? new Round(!options.get("$select").contains("body"), List.copyOf(messages))
            : rounds.get(token);
    if (round == null) {
      throw refused(410, "SyncStateNotFound");
    }
    return new Question(round.left().stream().limit(top).toList(), round.light(), top);
  }

  private void links(ObjectNode page, Question question, Map<String, String> options) {
    String token = options.get("$token");
    List<Message> all = token == null ? List.copyOf(messages) : rounds.get(token).left();
    List<Message> left = all.subList(question.messages().size(), all.size());
    String next = "t" + rounds.size();
    rounds.put(next, new Round(question.light(), List.copyOf(left)));
    page.put(
        left.isEmpty() ? "@odata.deltaLink" : "@odata.nextLink",
        ROOT + "/users/support@contoso.com/mailFolders/inbox/messages/delta?$token=" + next);
  }

  void forgetRounds() {
    rounds.clear();
  }

  private ObjectNode resource(Message message, boolean light) {
    ObjectNode resource =
        json.createObjectNode()
            .put("id", message.id)
            .put("receivedDateTime", message.receivedAt.toString())
            .put("isRead", message.read);
    if (!light) {
      resource.putObject("body").put("content", "text of " + message.id);
    }
    return resource;
  }

  private static String encoded(Map<String, String> options, int skip) {
    Map<String, String> next = new LinkedHashMap<>(options);
    next.put("$skip", Integer.toString(skip));
    return next.entrySet().stream()
        .map(
            option ->
                option.getKey()
                    + "="
                    + java.net.URLEncoder.encode(option.getValue(), StandardCharsets.UTF_8)
                        .replace("+", "%20"))
        .collect(java.util.stream.Collectors.joining("&"));
  }

  static Map<String, String> options(URI uri) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String option : (uri.getRawQuery() == null ? "" : uri.getRawQuery()).split("&")) {
      int at = option.indexOf('=');
      if (at > 0) {
        options.put(
            option.substring(0, at),
            URLDecoder.decode(option.substring(at + 1), StandardCharsets.UTF_8));
      }
    }
    return options;
  }
}
