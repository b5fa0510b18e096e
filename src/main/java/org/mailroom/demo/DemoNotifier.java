package org.mailroom.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends what Graph sends to subscribers: the question whether an address is theirs, and
 * notifications, some together, again when they aren't taken in time. Public addresses are known by
 * {@link #publish} alone; any other can't be reached.
 */
final class DemoNotifier implements AutoCloseable {

  private static final Duration VALIDATION = Duration.ofSeconds(10);
  private static final Duration DELIVERY = Duration.ofSeconds(3);
  private static final int TRIES = 5;
  private static final int MOST_TOGETHER = 50;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final ScheduledExecutorService timer =
      new ScheduledThreadPoolExecutor(
          4,
          task -> {
            Thread thread = new Thread(task, "demo-notifier");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, URI> published = new ConcurrentHashMap<>();
  private final Map<DemoSubscriptions.Active, List<ObjectNode>> waiting = new HashMap<>();
  private final AtomicInteger delivered = new AtomicInteger();
  private volatile Duration delay = Duration.ofMillis(300);
  private volatile boolean losing;

  void publish(URI publicUrl, URI here) {
    published.put(publicUrl.getHost(), here);
  }

  void delay(Duration longer) {
    delay = longer;
  }

  void lose(boolean all) {
    losing = all;
  }

  int delivered() {
    return delivered.get();
  }

  void clear() {
    published.clear();
    losing = false;
    delay = Duration.ofMillis(300);
    delivered.set(0);
    synchronized (waiting) {
      waiting.clear();
    }
  }

  /** Asks at an address whether its owner wants notifications. */
  void validate(URI address) {
    String token =
        "Validation: Testing client application reachability for subscription Request-Id: "
            + UUID.randomUUID();
    try {
      URI asked =
          URI.create(
              here(address)
                  + (address.getQuery() == null ? "?" : "&")
                  + "validationToken="
                  + URLEncoder.encode(token, StandardCharsets.UTF_8));
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(asked)
                  .timeout(VALIDATION)
                  .header("Content-Type", "text/plain; charset=utf-8")
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      boolean text =
          answer.headers().firstValue("Content-Type").orElse("").startsWith("text/plain");
      if (answer.statusCode() != 200 || !text || !answer.body().equals(token)) {
        throw new GraphFault(
            400,
            "ValidationError",
            "Subscription validation request failed. Notification endpoint must respond with 200 OK"
                + " to validation request.");
      }
    } catch (IOException unreachable) {
      throw new GraphFault(400, "ValidationError", "Subscription validation request timed out.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GraphFault(503, "serviceNotAvailable", "The service stops.");
    }
  }

  private URI here(URI address) throws IOException {
    URI here = published.get(address.getHost());
    if (here == null) {
      throw new IOException("nobody answers at " + address.getHost());
    }
    return URI.create(
        here.toString().replaceFirst("/+$", "")
            + address.getRawPath()
            + (address.getRawQuery() == null ? "" : "?" + address.getRawQuery()));
  }

  /**
   * Sends a notification of a change after the usual delay, together with others of the
   * subscription that wait.
   */
  void sendLater(DemoSubscriptions.Active subscription, ObjectNode notification) {
    synchronized (waiting) {
      List<ObjectNode> together = waiting.get(subscription);
      if (together != null && together.size() < MOST_TOGETHER) {
        together.add(notification);
        return;
      }
      List<ObjectNode> begun = new ArrayList<>(List.of(notification));
      waiting.put(subscription, begun);
      schedule(
          () -> {
            List<ObjectNode> all;
            synchronized (waiting) {
              waiting.remove(subscription, begun);
              all = List.copyOf(begun);
            }
            send(subscription.notificationUrl(), all, 1);
          },
          delay);
    }
  }

  void send(DemoSubscriptions.Active subscription, URI address, ObjectNode notification) {
    if (address != null) {
      schedule(() -> send(address, List.of(notification), 1), Duration.ZERO);
    }
  }

  private void send(URI address, List<ObjectNode> notifications, int attempt) {
    if (losing) {
      return;
    }
    ArrayNode value = JsonNodeFactory.instance.arrayNode().addAll(notifications);
    String body = JsonNodeFactory.instance.objectNode().set("value", value).toString();
    try {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(here(address))
                  .timeout(DELIVERY)
                  .header("Content-Type", "application/json; charset=utf-8")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() / 100 == 2) {
        delivered.addAndGet(notifications.size());
        return;
      }
    } catch (IOException notTaken) {
      // once more
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (attempt < TRIES) {
      schedule(() -> send(address, notifications, attempt + 1), Duration.ofSeconds(attempt));
    }
  }

  private void schedule(Runnable work, Duration later) {
    try {
      Future<?> unused = timer.schedule(work, later.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // nobody is told any more
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
