package org.mailroom.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Drives a demo tenant that runs in a process of its own, over plain HTTP on loopback. Each call is
 * a POST; what isn't given keeps its default.
 *
 * <ul>
 *   <li>{@code /mailbox?address=a@b&messages=100}: puts plain messages into the mailbox, which is
 *       made when it isn't there
 *   <li>{@code /attachment?address=a@b&megabytes=150}: puts one message with one file into the
 *       mailbox
 *   <li>{@code /unread?address=a@b}: every message of the mailbox is unread again; answers how many
 *       there are
 *   <li>{@code /left?address=a@b}: answers how many messages of the mailbox are unread
 *   <li>{@code /ids?address=a@b}: answers the immutable ids of the messages of the mailbox, a line
 *       each
 *   <li>{@code /agents}: answers what clients called themselves so far, a line each
 *   <li>{@code /silence?reset=true}: answers {@code milliseconds mailbox number}: which mailbox
 *       wasn't asked for its messages for the longest time, and how many were asked, and begins
 *       anew
 *   <li>{@code /clear}: forgets all mailboxes
 *   <li>{@code /reset}: forgets everything, as a new tenant
 *   <li>{@code /counters?reset=true}: answers {@code requests counted throttled listings}, and sets
 *       them to zero
 *   <li>{@code /writes}: answers {@code deletes purged patches idle-patches} since the counters
 *       were set to zero
 *   <li>{@code /violations?reset=true}: answers what clients did that they must not do, a line
 *       each, and forgets it; {@code none} when nothing
 *   <li>{@code /clients-restart}: clients have no token any more, so that asking for one is no
 *       violation
 *   <li>{@code /clock?ahead=86400}: the service's clock is seconds ahead of this machine's, or
 *       behind it
 *   <li>{@code /first}: answers when Graph was asked for the first time since the counters were set
 *       to zero; {@code none} after a minute
 *   <li>{@code /latency?network=30&service=20}: milliseconds
 *   <li>{@code /limits?requests=1000&window=60000&sliding=true}: of each mailbox; milliseconds
 *   <li>{@code /hits}: answers how many calls have failed on purpose
 *   <li>{@code /revoke}: refuses every access token that was issued so far
 *   <li>{@code /publish?public=https://mailroom.contoso.com&here=http://127.0.0.1:8080}:
 *       notifications to a public address go there
 *   <li>{@code /subscriptions?address=a@b}: answers the mailbox's subscriptions, {@code id expires
 *       resource} a line; {@code none} when there is none
 *   <li>{@code /lifecycle?address=a@b&event=subscriptionRemoved}: tells the mailbox's subscribers
 *       of that event; reauthorizationRequired, missed
 *   <li>{@code /notifications?delay=300&lose=true}: how many milliseconds after its arrival a
 *       message is told of; whether notifications get lost
 *   <li>{@code /refuse-subscriptions?status=403&code=ExtensionError}: new subscriptions are
 *       refused; without a status they aren't any more
 *   <li>{@code /group?name=everyone&join=a@b}: makes a group, answers its object id; somebody may
 *       join it, or {@code leave}
 *   <li>what makes things fail: {@link DemoControlFaults}
 * </ul>
 *
 * What isn't understood is answered 400, an unknown path 404.
 */
final class DemoControl implements AutoCloseable {

  private static final int MEGABYTE = 1024 * 1024;

  private final DemoTenant tenant;
  private final HttpServer server;
  private final DemoControlFaults faults;
  private int plain;

  DemoControl(DemoTenant tenant) throws IOException {
    this.tenant = tenant;
    this.faults = new DemoControlFaults(tenant);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try {
      // a page in a browser on this machine has no business here
      boolean allowed =
          exchange.getRequestMethod().equals("POST")
              && !exchange.getRequestHeaders().containsKey("Origin");
      String answer =
          allowed
              ? answer(
                  exchange.getRequestURI().getPath(),
                  options(exchange.getRequestURI().getRawQuery()))
              : null;
      reply(exchange, answer == null ? 404 : 200, answer == null ? "unknown" : answer);
    } catch (IllegalArgumentException e) {
      reply(exchange, 400, String.valueOf(e.getMessage()));
    }
  }

  private static void reply(HttpExchange exchange, int status, String answer) throws IOException {
    byte[] text = answer.getBytes(StandardCharsets.UTF_8);
    // a connection that the server closes while the next call comes would make that call fail
    exchange.getResponseHeaders().set("Connection", "close");
    exchange.sendResponseHeaders(status, text.length);
    exchange.getResponseBody().write(text);
    exchange.close();
  }

  static Map<String, String> options(String query) {
    Map<String, String> options = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      String[] parts = pair.split("=", 2);
      options.put(
          parts[0], parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return options;
  }

  private synchronized String answer(String path, Map<String, String> options) {
    String address = options.getOrDefault("address", "");
    switch (path) {
      case "/mailbox" -> fill(tenant.mailbox(address), number(options, "messages", 0));
      case "/attachment" ->
          tenant.mailbox(address).deliver(withFile(number(options, "megabytes", 1)));
      case "/unread" -> tenant.mailbox(address).unreadAll();
      case "/left" -> {
        return Long.toString(tenant.mailbox(address).unread());
      }
      case "/ids" -> {
        return tenant.mailbox(address).messages().stream()
            .map(DemoMessage::immutableId)
            .collect(Collectors.joining("\n"));
      }
      case "/agents" -> {
        return tenant.agents().stream().sorted().collect(Collectors.joining("\n"));
      }
      case "/silence" -> {
        return silence(options.containsKey("reset"));
      }
      case "/clear" -> tenant.clear();
      case "/counters" -> {
        return counters(options.containsKey("reset"));
      }
      case "/first" -> {
        return awaitRequest() ? "done" : "none";
      }
      case "/latency" ->
          tenant
              .latency()
              .set(
                  Duration.ofMillis(number(options, "network", 0)),
                  Duration.ofMillis(number(options, "service", 0)));
      case "/limits" ->
          tenant
              .limits()
              .set(
                  number(options, "requests", 10_000),
                  Duration.ofMillis(number(options, "window", 600_000)),
                  options.containsKey("sliding"));
      case "/hits" -> {
        return Integer.toString(tenant.faults().hits());
      }
      case "/revoke" -> tenant.revokeTokens();
      case "/reset" -> tenant.reset();
      case "/clients-restart" -> tenant.identity().clientsRestart();
      case "/clock" -> tenant.clock(Duration.ofSeconds(number(options, "ahead", 0)));
      case "/writes" -> {
        DemoCounters counters = tenant.counters();
        return counters.deletes()
            + " "
            + counters.purged()
            + " "
            + counters.patches()
            + " "
            + counters.idlePatches();
      }
      case "/publish" ->
          tenant
              .subscriptions()
              .publish(URI.create(options.get("public")), URI.create(options.get("here")));
      case "/subscriptions" -> {
        return tenant.subscriptions().active(address).stream()
            .map(one -> one.id() + " " + one.expires() + " " + one.resource())
            .reduce((one, other) -> one + "\n" + other)
            .orElse("none");
      }
      case "/group" -> {
        String group = tenant.directory().group(options.getOrDefault("name", ""));
        if (options.containsKey("join")) {
          tenant.directory().join(group, options.get("join"));
        }
        if (options.containsKey("leave")) {
          tenant.directory().leave(group, options.get("leave"));
        }
        return group;
      }
      case "/lifecycle" ->
          tenant.subscriptions().lifecycle(address, options.getOrDefault("event", "missed"));
      case "/notifications" -> {
        tenant.subscriptions().delay(Duration.ofMillis(number(options, "delay", 300)));
        tenant.subscriptions().lose("true".equals(options.get("lose")));
      }
      case "/refuse-subscriptions" -> {
        if (options.containsKey("status")) {
          tenant
              .subscriptions()
              .refuse(
                  number(options, "status", 403), options.getOrDefault("code", "ExtensionError"));
        } else {
          tenant.subscriptions().refuseNoMore();
        }
      }
      case "/violations" -> {
        return violations(options.containsKey("reset"));
      }
      default -> {
        return faults.answer(path, options);
      }
    }
    return "done";
  }

  private boolean awaitRequest() {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (tenant.counters().requests() == 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    return tenant.counters().requests() > 0;
  }

  private String silence(boolean reset) {
    DemoPolls.Silence longest = tenant.polls().longest();
    String answer =
        longest.longest().toMillis() + " " + longest.mailbox() + " " + tenant.polls().polled();
    if (reset) {
      tenant.polls().clear();
    }
    return answer;
  }

  private String violations(boolean reset) {
    String all =
        tenant.violations().stream().map(DemoViolation::toString).collect(Collectors.joining("\n"));
    if (reset) {
      tenant.forgetViolations();
    }
    return all.isEmpty() ? "none" : all;
  }

  static int number(Map<String, String> options, String name, int fallback) {
    return options.containsKey(name) ? Integer.parseInt(options.get(name)) : fallback;
  }

  private String counters(boolean reset) {
    String counters =
        tenant.counters().requests()
            + " "
            + tenant.counters().counted()
            + " "
            + tenant.counters().throttled()
            + " "
            + tenant.counters().listings();
    if (reset) {
      tenant.counters().reset();
    }
    return counters;
  }

  private void fill(DemoMailbox mailbox, int messages) {
    for (int i = 0; i < messages; i++) {
      mailbox.deliver(DemoMail.plain(++plain));
    }
  }

  private static byte[] withFile(int megabytes) {
    byte[] content = new byte[megabytes * MEGABYTE];
    new java.util.Random(megabytes).nextBytes(content);
    byte[] encoded = Base64.getMimeEncoder().encode(content);
    byte[] before =
        ("From: ada@example.com\r\n"
                + "To: support@contoso.com\r\n"
                + "Subject: A large file\r\n"
                + "Message-ID: <large@example.com>\r\n"
                + "MIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
                + "--b\r\n"
                + "Content-Type: text/plain\r\n\r\n"
                + "See the file.\r\n"
                + "--b\r\n"
                + "Content-Type: application/octet-stream\r\n"
                + "Content-Transfer-Encoding: base64\r\n"
                + "Content-Disposition: attachment; filename=\"large.bin\"\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] after = "\r\n--b--\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] mail = java.util.Arrays.copyOf(before, before.length + encoded.length + after.length);
    System.arraycopy(encoded, 0, mail, before.length, encoded.length);
    System.arraycopy(after, 0, mail, before.length + encoded.length, after.length);
    return mail;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
