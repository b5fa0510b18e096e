package org.mailroom.routes;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.DefaultRoutesCollector;

/**
 * A context with two packaged routes, flow and rules, and a folder whose changes are taken over
 * when a test says so.
 */
final class RoutesUnderTest implements AutoCloseable {

  final Path folder;
  final CamelContext camel = new DefaultCamelContext();
  final RunningRoutes running = new RunningRoutes();
  private final RouteFolder files;
  private RouteReload reload;

  RoutesUnderTest(Path folder) {
    this.folder = folder;
    this.files = new RouteFolder("file:" + folder, "packaged-routes/");
  }

  RoutesUnderTest start() throws Exception {
    var builders =
        new RoutesAtStart(files, running, new DefaultRoutesCollector())
            .collectRoutesFromDirectory(camel, null, null);
    for (RoutesBuilder builder : builders) {
      if (builder instanceof RouteConfigurationsBuilder configurations) {
        camel.addRoutesConfigurations(configurations);
      }
    }
    for (RoutesBuilder builder : builders) {
      camel.addRoutes(builder);
    }
    camel.start();
    reload =
        new RouteReload(
            files,
            running,
            camel,
            Map.of("direct:deliver-to-archive", "archive"),
            Duration.ofSeconds(2));
    return this;
  }

  RoutesUnderTest write(String name, String text) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  /** What is in the folder is settled, and taken over. */
  void takeOver() throws Exception {
    reload.look();
    reload.look();
  }

  /** One look of the watcher. */
  void look() throws Exception {
    reload.look();
  }

  String ask(String endpoint) {
    return camel.createProducerTemplate().requestBody(endpoint, "question", String.class);
  }

  MockEndpoint mock(String uri) {
    return camel.getEndpoint(uri, MockEndpoint.class);
  }

  /** A route that answers with a text. */
  static String answers(String id, String from, String text) {
    return """
    - route:
        id: %s
        from:
          uri: %s
          steps:
            - setBody:
                id: %s-%s
                expression:
                  constant:
                    expression: %s
    """
        .formatted(id, from, id, text, text);
  }

  @Override
  public void close() {
    camel.stop();
  }
}
