package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Locale;

/**
 * The part of a body that is new in its message, roughly as Exchange finds it: what stands before
 * the first quotation.
 */
final class DemoUniqueBody {

  private static final List<String> QUOTES =
      List.of(
          "<blockquote",
          "<div class=\"gmail_quote",
          "<div id=\"appendonsend\"",
          "<div id=\"divrplyfwdmsg\"");

  private DemoUniqueBody() {}

  static JsonNode of(JsonNode body) {
    String content = body.path("content").asText("");
    boolean html = body.path("contentType").asText().equals("html");
    return JsonNodeFactory.instance
        .objectNode()
        .put("contentType", html ? "html" : "text")
        .put("content", html ? html(content) : text(content));
  }

  private static String html(String content) {
    String small = content.toLowerCase(Locale.ROOT);
    int end = QUOTES.stream().mapToInt(small::indexOf).filter(at -> at >= 0).min().orElse(-1);
    return end < 0 ? content : content.substring(0, end) + "</body></html>";
  }

  private static String text(String content) {
    StringBuilder reply = new StringBuilder();
    for (String line : content.split("(?<=\n)")) {
      if (line.startsWith(">")
          || line.startsWith("-----Original Message-----")
          || (line.startsWith("On ") && line.strip().endsWith("wrote:"))) {
        break;
      }
      reply.append(line);
    }
    return reply.toString();
  }
}
