package org.mailroom.bench;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Somebody who is signed in to the console and asks for its pages one after the other, over one
 * connection.
 */
final class ConsoleVisitor {

  static final String USER = "visitor";
  static final String PASSWORD = "correct horse battery";

  private static final Pattern ADDRESS = Pattern.compile("Console: (http\\S+?)/?(\\s|$)");
  private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager())
          .build();
  private final String root;

  private ConsoleVisitor(String root) {
    this.root = root;
  }

  /**
   * @param log of a Mailroom that has started, which tells where its console is
   */
  static ConsoleVisitor signIn(String log) throws IOException {
    Matcher address = ADDRESS.matcher(log);
    if (!address.find()) {
      throw new IOException("the log doesn't tell where the console is:\n" + log);
    }
    ConsoleVisitor visitor = new ConsoleVisitor(address.group(1));
    Matcher token = TOKEN.matcher(visitor.body("/login"));
    if (!token.find()) {
      throw new IOException("the sign-in page has no form");
    }
    String form =
        "username=" + USER + "&password=" + encoded(PASSWORD) + "&_csrf=" + encoded(token.group(1));
    HttpResponse<String> answer =
        visitor.send(
            visitor
                .request("/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    if (answer.headers().firstValue("Location").orElse("error").contains("error")) {
      throw new IOException("the sign-in was refused: HTTP " + answer.statusCode());
    }
    return visitor;
  }

  String body(String path) throws IOException {
    return send(request(path)).body();
  }

  /** From the request to the last byte of the page. */
  double millis(String path) throws IOException {
    long begin = System.nanoTime();
    HttpResponse<String> answer = send(request(path));
    double millis = (System.nanoTime() - begin) / 1e6;
    if (answer.statusCode() != (path.equals("/no-such-page") ? 404 : 200)) {
      throw new IOException(
          path
              + ": HTTP "
              + answer.statusCode()
              + " "
              + answer.headers().firstValue("Location").orElse(""));
    }
    return millis;
  }

  /** All at once. */
  void importNow(List<String> accounts) throws IOException {
    String call =
        "{\"type\":\"exec\",\"mbean\":\"org.mailroom:type=Account,name=\\\"%s\\\"\",\"operation\":\"importNow()\",\"arguments\":[]}";
    String calls =
        accounts.stream()
            .map(id -> Figure.text(call, id))
            .collect(Collectors.joining(",", "[", "]"));
    HttpResponse<String> answer =
        send(
            request("/actuator/jolokia")
                .header("Content-Type", "application/json")
                .header("Authorization", basic())
                .POST(HttpRequest.BodyPublishers.ofString(calls)));
    if (answer.statusCode() != 200 || answer.body().contains("\"error\"")) {
      throw new IOException(
          "imports can't be begun: HTTP " + answer.statusCode() + " " + answer.body());
    }
  }

  private static String basic() {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(root + path)).header("Accept", "text/html");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
