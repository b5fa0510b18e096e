package org.mailroom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.mailroom.demo.DemoTenant;

/**
 * A Graph that answers as the demo tenant does, but otherwise: compressed, in chunks, with header
 * names in small letters, with next links by {@code $skiptoken}, and with what a test changes in
 * its answers.
 */
final class StrangeGraph implements AutoCloseable {

  private record Change(Predicate<String> call, BiConsumer<String, ObjectNode> how) {}

  private final ObjectMapper json = new ObjectMapper();
  private final DemoTenant tenant;
  private final HttpServer server;
  private final HttpClient client;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Change> changes = new CopyOnWriteArrayList<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  StrangeGraph(DemoTenant tenant) throws IOException, GeneralSecurityException {
    this.tenant = tenant;
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "demo",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(
                    tenant.certificatePem().getBytes(StandardCharsets.UTF_8))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext ssl = SSLContext.getInstance("TLS");
    ssl.init(null, trust.getTrustManagers(), null);
    client = HttpClient.newBuilder().sslContext(ssl).executor(threads).build();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort() + "/v1.0";
  }

  /**
   * @param call says of method and address below the root, percent-encoded, whether its answer is
   *     changed
   * @param how changes it; it gets the address, too
   */
  void change(Predicate<String> call, BiConsumer<String, ObjectNode> how) {
    changes.add(new Change(call, how));
  }

  /** It changes nothing any more, and what was asked is forgotten. */
  void beginAnew() {
    changes.clear();
    calls.clear();
  }

  /** Method and address below the root of what was asked so far. */
  List<String> calls() {
    return calls;
  }

  private void answer(HttpExchange exchange) {
    try (exchange) {
      String address = exchange.getRequestURI().toString().substring("/v1.0".length());
      calls.add(exchange.getRequestMethod() + " " + address);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  URI.create(
                      tenant.graphUrl() + address.replaceFirst("[?&](\\$|%24)skiptoken=[^&]*", "")))
              .method(
                  exchange.getRequestMethod(),
                  HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
      for (String header : List.of("Authorization", "Prefer", "Content-Type", "Accept")) {
        exchange
            .getRequestHeaders()
            .getOrDefault(header, List.of())
            .forEach(value -> request.header(header, value));
      }
      HttpResponse<byte[]> received =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      received
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!name.matches("(?i)content-length|transfer-encoding|connection|date")) {
                  exchange.getResponseHeaders().put(name.toLowerCase(Locale.ROOT), values);
                }
              });
      byte[] body = changed(exchange.getRequestMethod() + " " + address, received.body());
      boolean compress =
          String.valueOf(exchange.getRequestHeaders().getFirst("Accept-Encoding")).contains("gzip");
      if (compress) {
        exchange.getResponseHeaders().set("content-encoding", "gzip");
        body = compressed(body);
      }
      // without a length, in chunks
      exchange.sendResponseHeaders(received.statusCode(), body.length == 0 ? -1 : 0);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] changed(String call, byte[] body) throws IOException {
    ObjectNode answer;
    try {
      if (!(json.readTree(
              new String(body, StandardCharsets.UTF_8).replace(tenant.graphUrl(), url()))
          instanceof ObjectNode object)) {
        return body;
      }
      answer = object;
    } catch (JsonProcessingException content) {
      return body;
    }
    for (Change change : changes) {
      if (change.call().test(call)) {
        change.how().accept(url() + call.substring(call.indexOf(' ') + 1), answer);
      }
    }
    return json.writeValueAsBytes(answer);
  }

  private static byte[] compressed(byte[] body) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(body);
    }
    return compressed.toByteArray();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
