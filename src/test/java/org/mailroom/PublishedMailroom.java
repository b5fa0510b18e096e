package org.mailroom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.mailroom.demo.DemoTenant;

/** A runtime behind a public https address, as a reverse proxy gives it: the demo tenant sends what goes there to this machine. */
final class PublishedMailroom implements AutoCloseable {

  static final String PUBLIC_URL = "https://mailroom.contoso.com";

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final URI here;
  private final MailroomRun mailroom;

  private PublishedMailroom(URI here, MailroomRun mailroom) {
    this.here = here;
    this.mailroom = mailroom;
  }

  /**
   * Starts it.
   *
   * @param published whether the public address leads here from the start
   */
  static PublishedMailroom start(Class<?> application, DemoTenant tenant, Path folder, boolean published, String... settings) {
    int port = freePort();
    URI here = URI.create("http://127.0.0.1:" + port);
    if (published) {
      tenant.subscriptions().publish(URI.create(PUBLIC_URL), here);
    }
    List<String> all = new ArrayList<>(Arrays.asList(settings));
    all.addAll(List.of("--server.port=" + port, "--mailroom.public-url=" + PUBLIC_URL));
    return new PublishedMailroom(here, MailroomRun.startRuntime(application, tenant, folder, all.toArray(String[]::new)));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI here() {
    return here;
  }

  MailroomRun run() {
    return mailroom;
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(here.resolve(path)).header("Authorization", MailroomRun.BASIC));
  }

  /** As somebody sends it whom nobody knows. */
  HttpResponse<String> post(String path, byte[] body) {
    return send(HttpRequest.newBuilder(here.resolve(path)).header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  HttpResponse<String> open(String method, String path) {
    return send(HttpRequest.newBuilder(here.resolve(path)).method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    mailroom.close();
  }
}
