package org.mailroom.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.FileWatcherResourceReloadStrategy;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Takes over a route file when it changes. A file that is broken is reported with line and reason, and the routes that were running go
 * on: what Camel has taken out by then is put back from the file's last good text.
 */
@Component
final class RouteReload {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.routes");
  private static final String FILE_PREFIX = "file:";

  private final CamelContext camel;
  private final MailroomProperties properties;
  private final Map<String, String> lastGood = new ConcurrentHashMap<>();

  RouteReload(CamelContext camel, MailroomProperties properties) {
    this.camel = camel;
    this.properties = properties;
  }

  /** Watches the folder of the routes, where there is one; commands that end by themselves don't need to. */
  @EventListener(ApplicationReadyEvent.class)
  void watch() throws Exception {
    if (!properties.polling() || !properties.routes().startsWith(FILE_PREFIX)) {
      return;
    }
    Path folder = Path.of(properties.routes().substring(FILE_PREFIX.length()));
    remember(folder);
    FileWatcherResourceReloadStrategy watcher = new FileWatcherResourceReloadStrategy(folder.toString());
    watcher.setFileFilter(file -> isRouteFile(file.getName()));
    watcher.setResourceReload((name, resource) -> reload(Path.of(resource.getURI())));
    watcher.setPollTimeout(500);
    camel.addService(watcher);
  }

  private void remember(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> isRouteFile(path.getFileName().toString())).toList()) {
        lastGood.put(file.getFileName().toString(), Files.readString(file));
      }
    }
  }

  private static boolean isRouteFile(String name) {
    return name.endsWith(".camel.yaml") || name.endsWith(".camel.xml");
  }

  private synchronized void reload(Path file) throws IOException {
    String name = file.getFileName().toString();
    String text = Files.readString(file);
    if (text.equals(lastGood.get(name))) {
      return;
    }
    try {
      PluginHelper.getRoutesLoader(camel).updateRoutes(ResourceHelper.fromString("file:" + file, text));
      lastGood.put(name, text);
      LOG.info("{} was reloaded", name);
    } catch (Exception e) {
      LOG.error("{} is broken and was not taken over, the routes that were running go on: {}", name, RouteProblem.inWords(e));
      putBack(file, name);
    }
  }

  private void putBack(Path file, String name) {
    String good = lastGood.get(name);
    if (good == null) {
      return;
    }
    try {
      Resource resource = ResourceHelper.fromString("file:" + file, good);
      PluginHelper.getRoutesLoader(camel).updateRoutes(resource);
    } catch (Exception e) {
      LOG.error("{}: its last good text can't be put back: {}. Correct the file or restart Mailroom.", name, RouteProblem.inWords(e));
    }
  }
}
