package org.mailroom.routes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.main.RoutesCollector;
import org.apache.camel.spi.Resource;
import org.apache.camel.spring.boot.CamelSpringBootRoutesCollector;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;

/** What Camel asks for routes when it starts: it gets those of {@link RouteFolder}. */
@Component
final class RoutesAtStart implements RoutesCollector {

  /** The value of {@code camel.main.routes-include-pattern} that means none. */
  private static final String NONE = "false";

  /** What a {@code log} step writes to: {@code mailroom} prints at INFO, other loggers at WARN. */
  static final String LOG_NAME = "mailroom.routes.${routeId}";

  private final RouteFolder folder;
  private final RunningRoutes running;
  private final RoutesCollector ofCamel;

  @Autowired
  RoutesAtStart(RouteFolder folder, RunningRoutes running, ApplicationContext application) {
    this(folder, running, new CamelSpringBootRoutesCollector(application, false));
  }

  RoutesAtStart(RouteFolder folder, RunningRoutes running, RoutesCollector ofCamel) {
    this.folder = folder;
    this.running = running;
    this.ofCamel = ofCamel;
  }

  /**
   * Reads the files.
   *
   * @throws RouteFileException when one can't be read, or two claim the same
   */
  @Override
  public Collection<RoutesBuilder> collectRoutesFromDirectory(
      CamelContext camel, String excludePattern, String includePattern) {
    if (NONE.equals(includePattern)) {
      return List.of();
    }
    camel.getGlobalOptions().putIfAbsent(Exchange.LOG_EIP_NAME, LOG_NAME);
    List<ParsedFile> files =
        folder.read().values().stream().map(file -> ParsedFile.of(camel, file)).toList();
    Conflicts.check(files, RouteFile::isSite);
    running.set(files);
    List<RoutesBuilder> builders =
        new ArrayList<>(ofCamel.collectRoutesFromDirectory(camel, excludePattern, includePattern));
    // read anew: what was read to be checked was built without the route configurations, which
    // Camel adds before the routes
    files.forEach(file -> builders.addAll(file.unbuilt(camel)));
    return builders;
  }

  @Override
  public Collection<RoutesBuilder> collectRoutesFromRegistry(
      CamelContext camel, String excludePattern, String includePattern) {
    return ofCamel.collectRoutesFromRegistry(camel, excludePattern, includePattern);
  }

  @Override
  public Collection<Resource> findRouteResourcesFromDirectory(
      CamelContext camel, String excludePattern, String includePattern) {
    return NONE.equals(includePattern)
        ? List.of()
        : folder.read().values().stream().map(RouteFile::resource).toList();
  }

  @Override
  public boolean isIgnoreLoadingError() {
    return false;
  }

  @Override
  public void setIgnoreLoadingError(boolean ignore) {
    // a route file that can't be loaded stops the start
  }
}
