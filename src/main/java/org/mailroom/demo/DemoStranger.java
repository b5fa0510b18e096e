package org.mailroom.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import javax.net.ssl.SSLContext;

/** Another host, where no token may go. It listens from when something leads to it. */
final class DemoStranger implements AutoCloseable {

  private final SSLContext tls;
  private final ExecutorService threads;
  private final DemoViolations violations;
  private DemoServer server;

  DemoStranger(SSLContext tls, ExecutorService threads, DemoViolations violations) {
    this.tls = tls;
    this.threads = threads;
    this.violations = violations;
  }

  synchronized String url() {
    if (server == null) {
      try {
        server = new DemoServer(tls, 0, threads);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server.start(this::handle);
    }
    return "https://127.0.0.1:" + server.port();
  }

  private void handle(DemoExchange exchange) throws IOException, InterruptedException {
    if (exchange.headers().containsKey("authorization")) {
      violations.add(
          DemoViolation.Kind.TOKEN_TO_ANOTHER_HOST,
          "",
          exchange.line(),
          "at " + exchange.headers().get("host"));
    }
    exchange.send(DemoAnswer.empty(404), Map.of());
  }

  @Override
  public synchronized void close() {
    if (server != null) {
      server.close();
    }
  }
}
