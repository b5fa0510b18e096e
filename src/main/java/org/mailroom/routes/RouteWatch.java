package org.mailroom.routes;

import jakarta.annotation.PreDestroy;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Daemons;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Looks at the folder of the routes again and again while Mailroom runs; commands that end by
 * themselves don't need to.
 */
@Component
final class RouteWatch {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.routes");
  private static final long BETWEEN_LOOKS = 500;

  private final RouteFolder folder;
  private final RunningRoutes running;
  private final CamelContext camel;
  private final MailroomProperties properties;
  private @Nullable ScheduledExecutorService thread;
  private @Nullable String lastFailure;

  RouteWatch(
      RouteFolder folder,
      RunningRoutes running,
      CamelContext camel,
      MailroomProperties properties) {
    this.folder = folder;
    this.running = running;
    this.camel = camel;
    this.properties = properties;
  }

  @EventListener(ApplicationReadyEvent.class)
  void start() {
    if (!properties.polling() || !folder.isWatchable() || running.files().isEmpty()) {
      return;
    }
    Map<String, String> destinations = new TreeMap<>();
    properties
        .destinations()
        .forEach((name, destination) -> destinations.put(destination.uri(), name));
    RouteReload reload =
        new RouteReload(folder, running, camel, destinations, RouteSwap.LONGEST_WAIT);
    thread = Executors.newSingleThreadScheduledExecutor(Daemons.named("routes"));
    Daemons.repeat(thread, () -> look(reload), 0, BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
  }

  private void look(RouteReload reload) {
    try {
      reload.look();
      lastFailure = null;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      String words = RouteProblem.inWords(e);
      if (!words.equals(lastFailure)) {
        lastFailure = words;
        LOG.error(
            "{} can't be taken over: {}. The next change of a file is tried again.",
            folder.folder(),
            words);
      }
    }
  }

  @PreDestroy
  void stop() {
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
