package org.mailroom.graph;

import java.time.Clock;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.apache.camel.component.http.HttpMethods;
import org.mailroom.settings.MailroomProperties;
import org.springframework.stereotype.Component;

/**
 * Prepares an exchange for camel-http: method, address, body, and the headers that every request to
 * Graph carries. It sends nothing itself.
 */
@Component("graphRequests")
public final class GraphRequests {

  /**
   * Ids that survive a move within the mailbox; it counts only for the very request that carries
   * it.
   */
  static final String IMMUTABLE_IDS = "IdType=\"ImmutableId\"";

  private static final String USER_AGENT = "Mailroom/1.0";

  /** The error handler's own. */
  private static final String REDELIVERY = "CamelRedelivery*";

  private final GraphUris uris;
  private final Clock clock;

  /**
   * A site that names its nodes finds them in the tenant's log of Graph activity; no name is sent
   * that it didn't set.
   */
  private final String userAgent;

  GraphRequests(MailroomProperties properties, Clock clock) {
    this.uris = new GraphUris(properties.graphUrl());
    this.clock = clock;
    this.userAgent =
        properties.node() == null ? USER_AGENT : USER_AGENT + " (" + properties.node() + ")";
  }

  /**
   * Begins a try of the request. In: variable {@code request}; out: body and headers of the HTTP
   * request, variable {@code credential} whose token it takes. What the message had of its own does
   * not go out.
   *
   * @throws GraphException when the address isn't below the configured root: no token goes there
   */
  public void prepare(Exchange exchange, @Variable("request") GraphRequest<?> request) {
    request.tries().begin(clock.instant());
    if (!uris.owns(request.uri())) {
      throw new GraphException(
          request.operation(),
          request.mailbox(),
          0,
          GraphErrorCodes.FOREIGN_LINK,
          "host " + request.uri().getHost(),
          null);
    }
    String content = request.content();
    exchange.setVariable("credential", request.credential());
    Message message = exchange.getMessage();
    message.removeHeaders("*", REDELIVERY);
    // as text it would be converted for each request
    message.setHeader(Exchange.HTTP_METHOD, HttpMethods.valueOf(request.method()));
    message.setHeader(Exchange.HTTP_URI, request.uri().toString());
    message.setHeader(
        "Prefer",
        request.prefer() == null ? IMMUTABLE_IDS : IMMUTABLE_IDS + ", " + request.prefer());
    message.setHeader("client-request-id", UUID.randomUUID().toString());
    message.setHeader("User-Agent", userAgent);
    message.setHeader(
        "Accept", request.operation().isAnsweredInJson() ? "application/json" : "*/*");
    if (request.operation() == GraphOperation.LIST_MEMBERS) {
      // without it the directory takes no type in a path
      message.setHeader("ConsistencyLevel", "eventual");
    }
    message.setBody(content);
    if (content != null) {
      message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    }
  }
}
