package org.mailroom.listing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.GraphOperation;
import org.mailroom.graph.GraphRequest;
import org.mailroom.graph.GraphUris;
import org.mailroom.graph.WrongAnswerException;

/**
 * What can be asked about the messages of one folder that match a filter, oldest first: pages from
 * a time on, by position. Graph demands that what is sorted by stands first in the filter.
 */
final class MessageRequests {

  /** What the service knows of a message without looking into it. */
  static final String LIGHT = "id,receivedDateTime,isRead";

  private static final String BEGINNING = "1900-01-01T00:00:00Z";

  private final GraphUris uris;
  private final MailFolder folder;
  private final PageReader reader;
  private final String select;
  private final @Nullable String filter;

  /**
   * @param filter of the site, or null
   */
  MessageRequests(
      GraphUris uris,
      MailFolder folder,
      PageReader reader,
      String select,
      @Nullable String filter) {
    this.uris = uris;
    this.folder = folder;
    this.reader = reader;
    this.select = select;
    this.filter = filter;
  }

  MailFolder folder() {
    return folder;
  }

  boolean owns(URI link) {
    return uris.owns(link);
  }

  /**
   * A page of messages with their contents.
   *
   * @param from what was received before isn't listed; null: everything
   * @param skip how many messages of that listing to pass over
   * @param top how many to list
   */
  GraphRequest<MessagePage> page(@Nullable Instant from, int skip, int top) {
    return page(uri(select, from, skip, top));
  }

  /** A page that the service gave the link of, which is left exactly as it is. */
  GraphRequest<MessagePage> page(URI link) {
    return GraphRequest.get(
        GraphOperation.LIST_MESSAGES, folder.credential(), folder.mailbox(), link, reader::read);
  }

  /** One message without its contents, asked for once. */
  GraphRequest<MessagePage> light(@Nullable Instant from, int skip) {
    return new Probe<>(
        GraphRequest.get(
            GraphOperation.LIST_MESSAGES,
            folder.credential(),
            folder.mailbox(),
            uri(LIGHT, from, skip, 1),
            reader::readWhatIsThere));
  }

  /** How many messages there are; null when the service doesn't say. */
  GraphRequest<Long> count(@Nullable Instant from, ObjectMapper json) {
    Map<String, String> options = options("id", from, 0, 1);
    options.put("$count", "true");
    return GraphRequest.get(
        GraphOperation.COUNT_MESSAGES,
        folder.credential(),
        folder.mailbox(),
        uri(options),
        answer -> {
          JsonNode page = json.readTree(answer);
          if (page == null || !page.path("value").isArray()) {
            throw new WrongAnswerException("the answer is not a whole page of messages");
          }
          JsonNode count = page.path("@odata.count");
          return count.canConvertToLong() ? count.asLong() : null;
        });
  }

  private URI uri(String properties, @Nullable Instant from, int skip, int top) {
    return uri(options(properties, from, skip, top));
  }

  private URI uri(Map<String, String> options) {
    return uris.of(options, "users", folder.mailbox(), "mailFolders", folder.id(), "messages");
  }

  private Map<String, String> options(
      String properties, @Nullable Instant from, int skip, int top) {
    Map<String, String> options =
        GraphUris.options(
            "$select",
            properties,
            "$top",
            Integer.toString(top),
            "$filter",
            "receivedDateTime ge " + (from == null ? BEGINNING : from) + siteFilter(),
            "$orderby",
            "receivedDateTime asc");
    if (skip > 0) {
      options.put("$skip", Integer.toString(skip));
    }
    return options;
  }

  private String siteFilter() {
    if (filter == null || filter.isBlank()) {
      return "";
    }
    boolean hasAlternatives = filter.replaceAll("'[^']*'", "").matches("(?is).*\\bor\\b.*");
    return " and " + (hasAlternatives ? "(" + filter + ")" : filter);
  }
}
