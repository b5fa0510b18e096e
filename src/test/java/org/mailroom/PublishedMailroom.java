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
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.mailroom.demo.DemoTenant;

/**
 * A runtime behind a public https address, as a reverse proxy gives it: the demo tenant sends what
 * goes there to this machine.
 */
final class PublishedMailroom implements AutoCloseable {

  static final String PUBLIC_URL = "https://mailroom.contoso.com";

  private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");
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
  static PublishedMailroom start(
      Class<?> application, DemoTenant tenant, Path folder, boolean published, String... settings) {
    int port = freePort();
    URI here = URI.create("http://127.0.0.1:" + port);
    if (published) {
      tenant.subscriptions().publish(URI.create(PUBLIC_URL), here);
    }
    List<String> all = new ArrayList<>(Arrays.asList(settings));
    all.addAll(List.of("--server.port=" + port, "--mailroom.public-url=" + PUBLIC_URL));
    return new PublishedMailroom(
        here, MailroomRun.startRuntime(application, tenant, folder, all.toArray(String[]::new)));
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

  /**
   * A page of the console for whoever is signed in, as a browser gets it through the proxy: the
   * cookies are for https alone.
   */
  String page(String path) {
    Map<String, String> cookies = new TreeMap<>();
    Matcher token =
        TOKEN.matcher(keep(cookies, send(HttpRequest.newBuilder(here.resolve("/login")))).body());
    if (!token.find()) {
      throw new IllegalStateException("the sign-in has no form");
    }
    keep(
        cookies,
        send(
            with(cookies, "/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "username="
                            + MailroomRun.USER
                            + "&password="
                            + ConsoleSession.encoded(MailroomRun.PASSWORD)
                            + "&_csrf="
                            + ConsoleSession.encoded(token.group(1))))));
    return send(with(cookies, path)).body();
  }

  private HttpRequest.Builder with(Map<String, String> cookies, String path) {
    return HttpRequest.newBuilder(here.resolve(path))
        .header("Accept", "text/html")
        .header(
            "Cookie",
            cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; ")));
  }

  private static HttpResponse<String> keep(
      Map<String, String> cookies, HttpResponse<String> answer) {
    answer
        .headers()
        .allValues("Set-Cookie")
        .forEach(
            cookie -> cookies.put(cookie.split("=", 2)[0], cookie.split("=", 2)[1].split(";")[0]));
    return answer;
  }

  HttpResponse<String> get(String path) {
    return send(
        HttpRequest.newBuilder(here.resolve(path)).header("Authorization", MailroomRun.BASIC));
  }

  /** As somebody sends it whom nobody knows. */
  HttpResponse<String> post(String path, byte[] body) {
    return send(
        HttpRequest.newBuilder(here.resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  HttpResponse<String> open(String method, String path) {
    return send(
        HttpRequest.newBuilder(here.resolve(path))
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(
          request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
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
