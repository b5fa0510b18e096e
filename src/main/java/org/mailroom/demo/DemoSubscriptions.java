package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Subscriptions to change notifications ({@code /subscriptions}), as Graph has them for mail: https
 * alone, an address that answers before there is a subscription, 10,080 minutes at most. Safe for
 * use by several threads.
 */
public final class DemoSubscriptions {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final Duration SHORTEST = Duration.ofMinutes(45);
  private static final int LONGEST_CLIENT_STATE = 128;
  private static final Pattern RESOURCE =
      Pattern.compile(
          "/?users(?:/(?<user>[^/(]+)|\\('(?<key>.+?)'\\))(?:/mailFolders\\('(?<folder>.+)'\\))?/messages");

  /**
   * A subscription.
   *
   * @param mailbox in small letters
   * @param folder id or well-known name; null for all of the mailbox
   */
  public record Active(
      String id,
      String mailbox,
      String folder,
      String resource,
      String changeType,
      URI notificationUrl,
      URI lifecycleNotificationUrl,
      String clientState,
      Instant expires) {}

  private final DemoClock clock;
  private final DemoNotifier notifier;
  private final Map<String, Active> byId = new ConcurrentHashMap<>();
  private volatile GraphFault refusal;

  DemoSubscriptions(DemoClock clock, DemoNotifier notifier) {
    this.clock = clock;
    this.notifier = notifier;
  }

  /** Those that haven't expired. */
  public List<Active> active() {
    byId.values().removeIf(one -> !one.expires().isAfter(clock.instant()));
    return List.copyOf(byId.values());
  }

  /** Those of a mailbox. */
  public List<Active> active(String mailbox) {
    return active().stream()
        .filter(one -> one.mailbox().equals(mailbox.toLowerCase(Locale.ROOT)))
        .toList();
  }

  /** Every new subscription is refused from now on, such as {@code 403, ExtensionError}. */
  public void refuse(int status, String code) {
    refusal =
        new GraphFault(
            status,
            code,
            "Operation: Create; Exception: [Status Code: "
                + status
                + "; Reason: refused on purpose]");
  }

  public void refuseNoMore() {
    refusal = null;
  }

  /**
   * Tells each subscription of a mailbox of an event of its life: {@code reauthorizationRequired},
   * {@code subscriptionRemoved}, after which it isn't there any more, or {@code missed}.
   */
  public void lifecycle(String mailbox, String event) {
    active(mailbox)
        .forEach(
            one -> {
              if (event.equals("subscriptionRemoved")) {
                byId.remove(one.id());
              }
              notifier.send(
                  one,
                  one.lifecycleNotificationUrl(),
                  notification(one).put("lifecycleEvent", event));
            });
  }

  /**
   * Where what is sent to a public address goes really: to a runtime on this machine, say, as
   * behind a reverse proxy that ends TLS.
   */
  public void publish(URI publicUrl, URI here) {
    notifier.publish(publicUrl, here);
  }

  /** How long after its arrival a message is told of. */
  public void delay(Duration arrivalToNotification) {
    notifier.delay(arrivalToNotification);
  }

  /** Notifications get lost from now on, without a word. */
  public void lose(boolean all) {
    notifier.lose(all);
  }

  /** How many notifications were sent and answered 2xx in time. */
  public int delivered() {
    return notifier.delivered();
  }

  void clear() {
    byId.clear();
    refusal = null;
    notifier.clear();
  }

  /** A message came into a folder. */
  void arrived(DemoMailbox mailbox, DemoMessage message) {
    for (Active one : active(mailbox.address())) {
      boolean concerned =
          one.folder() == null
              || mailbox
                  .findFolder(one.folder())
                  .filter(folder -> folder.id().equals(message.folderId()))
                  .isPresent();
      if (concerned && one.changeType().contains("created")) {
        ObjectNode told =
            notification(one)
                .put("changeType", "created")
                .put("resource", "Users/" + one.mailbox() + "/Messages/" + message.immutableId());
        told.putObject("resourceData")
            .put("@odata.type", "#Microsoft.Graph.Message")
            .put("@odata.id", told.path("resource").asText())
            .put("@odata.etag", message.etag())
            .put("id", message.immutableId());
        notifier.sendLater(one, told);
      }
    }
  }

  private static ObjectNode notification(Active one) {
    return JSON.objectNode()
        .put("subscriptionId", one.id())
        .put("subscriptionExpirationDateTime", one.expires().toString())
        .put("clientState", one.clientState())
        .put("tenantId", DemoTenant.TENANT_ID);
  }

  /**
   * Answers a call below {@code /subscriptions}.
   *
   * @param mailboxes who may open what
   */
  DemoAnswer answer(DemoCall call, DemoTokens.Access access, DemoGraph mailboxes) {
    if (call.segments().size() == 1) {
      return switch (call.method()) {
        case "POST" -> DemoAnswer.json(201, present(create(call, access, mailboxes)));
        case "GET" -> {
          ObjectNode all = JSON.objectNode();
          active().forEach(one -> all.withArray("value").add(present(one)));
          yield DemoAnswer.json(200, all);
        }
        default ->
            throw new GraphFault(
                405,
                "Request_BadRequest",
                "Specified HTTP method is not allowed for the request target.");
      };
    }
    Active one =
        Optional.ofNullable(byId.get(call.segment(1)))
            .filter(found -> found.expires().isAfter(clock.instant()))
            .orElseThrow(
                () -> new GraphFault(404, "ResourceNotFound", "The object was not found."));
    return switch (call.method()) {
      case "GET" -> DemoAnswer.json(200, present(one));
      case "PATCH" -> DemoAnswer.json(200, present(renew(one, call)));
      case "DELETE" -> {
        byId.remove(one.id());
        yield DemoAnswer.empty(204);
      }
      case "POST" -> DemoAnswer.empty(204);
      default ->
          throw new GraphFault(
              405,
              "Request_BadRequest",
              "Specified HTTP method is not allowed for the request target.");
    };
  }

  private Active renew(Active one, DemoCall call) {
    Active renewed =
        new Active(
            one.id(),
            one.mailbox(),
            one.folder(),
            one.resource(),
            one.changeType(),
            one.notificationUrl(),
            one.lifecycleNotificationUrl(),
            one.clientState(),
            expires(call));
    byId.put(one.id(), renewed);
    return renewed;
  }

  private Active create(DemoCall call, DemoTokens.Access access, DemoGraph mailboxes) {
    String resource = text(call, "resource");
    Matcher parts = RESOURCE.matcher(resource.replaceFirst("\\?.*", ""));
    if (!parts.matches() || text(call, "changeType").isEmpty()) {
      throw new GraphFault(
          400, "InvalidRequest", "The resource or the changeType of the subscription is invalid.");
    }
    String clientState = text(call, "clientState");
    if (clientState.length() > LONGEST_CLIENT_STATE) {
      throw new GraphFault(400, "InvalidRequest", "clientState has at most 128 characters.");
    }
    URI notificationUrl = https(text(call, "notificationUrl"));
    URI lifecycleUrl =
        text(call, "lifecycleNotificationUrl").isEmpty()
            ? null
            : https(text(call, "lifecycleNotificationUrl"));
    if (lifecycleUrl != null && !lifecycleUrl.getHost().equals(notificationUrl.getHost())) {
      throw new GraphFault(
          400,
          "InvalidRequest",
          "lifecycleNotificationUrl and notificationUrl must have the same host.");
    }
    Instant expires = expires(call);
    notifier.validate(notificationUrl);
    if (lifecycleUrl != null) {
      notifier.validate(lifecycleUrl);
    }
    String user =
        parts.group("user") != null ? parts.group("user") : parts.group("key").replace("''", "'");
    if (!mailboxes.maySubscribe(access, user)) {
      throw new GraphFault(
          403,
          "ExtensionError",
          "Operation: Create; Exception: [Status Code: Forbidden; Reason: Access is denied. Check"
              + " credentials and try again.]");
    }
    DemoMailbox mailbox =
        mailboxes
            .find(user)
            .orElseThrow(
                () ->
                    new GraphFault(
                        404,
                        "ExtensionError",
                        "Operation: Create; Exception: [Status Code: NotFound; Reason: The"
                            + " requested user is invalid.]"));
    String folder = parts.group("folder");
    if (folder != null && mailbox.findFolder(folder).isEmpty()) {
      throw new GraphFault(
          404,
          "ExtensionError",
          "Operation: Create; Exception: [Status Code: NotFound; Reason: The specified object was"
              + " not found in the store.]");
    }
    if (refusal != null) {
      throw refusal;
    }
    Active one =
        new Active(
            UUID.randomUUID().toString(),
            user.toLowerCase(Locale.ROOT),
            folder,
            resource,
            text(call, "changeType"),
            notificationUrl,
            lifecycleUrl,
            clientState,
            expires);
    byId.put(one.id(), one);
    return one;
  }

  private Instant expires(DemoCall call) {
    Instant now = clock.instant();
    Instant asked;
    try {
      asked = OffsetDateTime.parse(text(call, "expirationDateTime")).toInstant();
    } catch (DateTimeException notATime) {
      throw new GraphFault(400, "InvalidRequest", "expirationDateTime is no time.");
    }
    if (!asked.isAfter(now) || asked.isAfter(now.plus(LONGEST))) {
      throw new GraphFault(
          400,
          "InvalidRequest",
          "Subscription expiration can only be 10080 minutes in the future.");
    }
    return asked.isBefore(now.plus(SHORTEST)) ? now.plus(SHORTEST) : asked;
  }

  private static URI https(String url) {
    try {
      URI address = URI.create(url);
      if ("https".equals(address.getScheme()) && address.getHost() != null) {
        return address;
      }
    } catch (IllegalArgumentException noAddress) {
      // the same answer
    }
    throw new GraphFault(
        400, "InvalidRequest", "The notification URL must be an absolute HTTPS address.");
  }

  private static String text(DemoCall call, String name) {
    return call.body() == null ? "" : call.body().path(name).asText("");
  }

  private static ObjectNode present(Active one) {
    return JSON.objectNode()
        .put("@odata.context", "https://graph.microsoft.com/v1.0/$metadata#subscriptions/$entity")
        .put("id", one.id())
        .put("resource", one.resource())
        .put("changeType", one.changeType())
        .put("clientState", one.clientState())
        .put("notificationUrl", one.notificationUrl().toString())
        .put(
            "lifecycleNotificationUrl",
            one.lifecycleNotificationUrl() == null
                ? null
                : one.lifecycleNotificationUrl().toString())
        .put("expirationDateTime", one.expires().toString());
  }
}
