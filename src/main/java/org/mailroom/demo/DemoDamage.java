package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.mailroom.demo.DemoFaults.Fault;

/** Makes wrong answers of right ones. */
final class DemoDamage {

  private static final String PROXY = "<html><body>Please sign in.</body></html>\r\n";
  private static final String DATE = "date:";

  private final DemoClock clock;
  private final DemoStranger stranger;

  DemoDamage(DemoClock clock, DemoStranger stranger) {
    this.clock = clock;
    this.stranger = stranger;
  }

  /** The answer to what isn't a success, in Graph's shape. */
  DemoAnswer refusal(GraphFault fault) {
    ObjectNode body = error(fault.code(), fault.getMessage());
    String requestId = UUID.randomUUID().toString();
    ((ObjectNode) body.path("error"))
        .putObject("innerError")
        .put("date", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ""))
        .put("request-id", requestId)
        .put("client-request-id", requestId);
    return new DemoAnswer(fault.status(), "application/json", null, body, dated(fault.headers()));
  }

  private static ObjectNode error(String code, String message) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("error").put("code", code).put("message", message);
    return body;
  }

  private Map<String, String> dated(Map<String, String> headers) {
    Map<String, String> dated = new LinkedHashMap<>(headers);
    dated.replaceAll(
        (name, value) ->
            value.startsWith(DATE)
                ? clock.httpDate(Duration.parse(value.substring(DATE.length())))
                : value);
    return dated;
  }

  /**
   * What becomes of an answer.
   *
   * @param fault null for none
   * @param item where a page breaks; negative for its middle
   */
  DemoAnswer of(DemoAnswer right, Fault fault, int item) {
    if (fault == null) {
      return right;
    }
    return switch (fault.kind()) {
      case STATUS ->
          fault.code() == null
              ? DemoAnswer.html(
                  fault.status(),
                  "<html><body><h1>Bad Gateway</h1></body></html>",
                  dated(fault.headers()))
              : refusal(
                  new GraphFault(
                      fault.status(), fault.code(), "This fault was asked for.", fault.headers()));
      case HTML -> DemoAnswer.html(200, PROXY, Map.of());
      case EMPTY -> right.content(new byte[0]);
      case ERROR ->
          DemoAnswer.json(
              200,
              error(
                  "ErrorInternalServerError",
                  "An internal server error occurred. The operation failed."));
      case BROKEN ->
          broken(
              right,
              item,
              error("ErrorInternalServerError", "An internal server error occurred.").toString()
                  + "}");
      case ENDS -> broken(right, item, "{\"@odata.etag\":\"W/\\\"CQAA");
      case ABORTED ->
          broken(right, item, "{\"@odata.etag\":\"W/\\\"CQAA")
              .sent(DemoSending.of(DemoSending.Way.ABORTED));
      case CUT -> right.sent(DemoSending.of(DemoSending.Way.CUT));
      case HALF ->
          right
              .content(Arrays.copyOf(right.content(), right.content().length / 2))
              .sent(DemoSending.of(DemoSending.Way.CHUNKED));
      case DRIP -> right.sent(new DemoSending(DemoSending.Way.DRIPPED, fault.bytesPerSecond()));
      case SILENT -> right.sent(DemoSending.of(DemoSending.Way.SILENT));
      case CONTENT_TYPE -> right.type(fault.code());
      case NULL_ITEM, TEXT_ITEM, NO_VALUE, NOTHING_LISTED, FOREIGN_NEXT_LINK ->
          list(right, fault, item);
      case EMPTY_PAGE, RESET_BEFORE, RESET_AFTER -> right;
    };
  }

  /** What stood before the item, and that. */
  private static DemoAnswer broken(DemoAnswer right, int item, String end) {
    if (!(right.json() instanceof ObjectNode page)
        || !(page.get("value") instanceof ArrayNode value)) {
      byte[] content = right.content();
      return right.content(Arrays.copyOf(content, content.length / 2));
    }
    ObjectNode before = page.deepCopy();
    before.remove("@odata.nextLink");
    before.remove("@odata.deltaLink");
    before.remove("value");
    ArrayNode kept = before.putArray("value");
    int at = item < 0 ? value.size() / 2 : item;
    for (int i = 0; i < at; i++) {
      kept.add(value.get(i));
    }
    String text = before.toString();
    return DemoAnswer.text(
        text.substring(0, text.length() - 2)
            + (end.startsWith("{\"error\"") || at == 0 ? "" : ",")
            + end);
  }

  private DemoAnswer list(DemoAnswer right, Fault fault, int item) {
    if (!(right.json() instanceof ObjectNode answer)) {
      return right;
    }
    ObjectNode page = answer.deepCopy();
    JsonNode value = page.path("value");
    int at = item < 0 ? value.size() / 2 : item;
    switch (fault.kind()) {
      case NO_VALUE -> {
        page.remove("value");
        page.remove("responses");
      }
      case NOTHING_LISTED -> {
        page.remove("@odata.nextLink");
        page.putArray("value");
      }
      case FOREIGN_NEXT_LINK -> {
        if (page.has("value")) {
          page.put("@odata.nextLink", stranger.url() + "/v1.0/next");
        }
      }
      default -> {
        if (value instanceof ArrayNode items && at < items.size()) {
          JsonNodeFactory make = JsonNodeFactory.instance;
          items.set(
              at,
              fault.kind() == DemoFaults.Kind.NULL_ITEM
                  ? make.nullNode()
                  : make.textNode("a message"));
        }
      }
    }
    return new DemoAnswer(
        right.status(), right.contentType(), null, page, right.headers(), right.sending());
  }
}
