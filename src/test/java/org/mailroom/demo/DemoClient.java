package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A client of a demo tenant, with the HTTP client of the JDK. */
final class DemoClient {

  static final String MAILBOX = "support@contoso.com";

  private static final String IMMUTABLE = "IdType=\"ImmutableId\"";

  private final DemoTenant tenant;
  private final HttpClient http;
  private final ObjectMapper json = new ObjectMapper();
  private String token = "";

  DemoClient(DemoTenant tenant) throws GeneralSecurityException, IOException {
    this.tenant = tenant;
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "tenant",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(
                    tenant.certificatePem().getBytes(StandardCharsets.US_ASCII))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    http = HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_1_1).build();
  }

  /** Asks for a token, and uses it from now on. */
  DemoClient signIn() throws IOException, InterruptedException {
    token = json.readTree(askForToken().body()).path("access_token").asText();
    return this;
  }

  HttpResponse<String> askForToken() throws IOException, InterruptedException {
    String form =
        "grant_type=client_credentials&client_id="
            + DemoTenant.CLIENT_ID
            + "&client_secret="
            + DemoTenant.CLIENT_SECRET
            + "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    return http.send(
        HttpRequest.newBuilder(
                URI.create(tenant.loginUrl() + "/" + DemoTenant.TENANT_ID + "/oauth2/v2.0/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build(),
        BodyHandlers.ofString());
  }

  /** Method, address below the version or whole, and body. */
  HttpRequest request(String method, String address, String body) {
    return HttpRequest.newBuilder(
            URI.create(address.startsWith("https:") ? address : tenant.graphUrl() + address))
        .header("Authorization", "Bearer " + token)
        .header("Prefer", IMMUTABLE)
        .header("Content-Type", "application/json")
        .timeout(Duration.ofSeconds(30))
        .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
  }

  HttpResponse<String> ask(String method, String address, String body)
      throws IOException, InterruptedException {
    return http.send(request(method, address, body), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String address) throws IOException, InterruptedException {
    return ask("GET", address, null);
  }

  /** As a client that can unpack what comes. */
  HttpResponse<byte[]> packed(String address) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(request("GET", address, null), (name, value) -> true)
            .header("Accept-Encoding", "gzip, deflate")
            .build();
    return http.send(request, BodyHandlers.ofByteArray());
  }

  CompletableFuture<HttpResponse<String>> getLater(String address) {
    return http.sendAsync(request("GET", address, null), BodyHandlers.ofString());
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> sendLater(HttpRequest request) {
    return http.sendAsync(request, BodyHandlers.ofString());
  }

  /** A page of the inbox, oldest first. */
  HttpResponse<String> page(String options) throws IOException, InterruptedException {
    return get(inbox(options));
  }

  static String inbox(String options) {
    return "/users/"
        + MAILBOX
        + "/mailFolders/inbox/messages?$orderby=receivedDateTime"
        + (options.isEmpty() ? "" : "&" + options);
  }

  static String path(DemoMessage message) {
    return "/users/"
        + MAILBOX
        + "/messages/"
        + URLEncoder.encode(message.immutableId(), StandardCharsets.UTF_8);
  }

  HttpRequest batch(String method, String body, String... addresses) {
    String parts =
        IntStream.range(0, addresses.length)
            .mapToObj(
                i ->
                    "{\"id\":\""
                        + i
                        + "\",\"method\":\""
                        + method
                        + "\",\"url\":\""
                        + addresses[i]
                        + "\",\"headers\":{\"Content-Type\":\"application/json\",\"Prefer\":\"IdType=\\\"ImmutableId\\\"\"}"
                        + (body == null ? "" : ",\"body\":" + body)
                        + "}")
            .collect(Collectors.joining(","));
    return request("POST", "/$batch", "{\"requests\":[" + parts + "]}");
  }

  /** Marks messages as read in one batch. */
  HttpResponse<String> mark(DemoMessage... messages) throws IOException, InterruptedException {
    return send(
        batch(
            "PATCH",
            "{\"isRead\":true}",
            Arrays.stream(messages).map(DemoClient::path).toArray(String[]::new)));
  }

  /** The response of a batch's part. */
  JsonNode part(HttpResponse<String> batch, int number) throws IOException {
    for (JsonNode response : json(batch).path("responses")) {
      if (response.path("id").asText().equals(Integer.toString(number))) {
        return response;
      }
    }
    throw new AssertionError("no part " + number + " in " + batch.body());
  }

  JsonNode json(HttpResponse<String> answer) throws IOException {
    return json.readTree(answer.body());
  }

  /** Asks a control, and returns the status and what it says. */
  String control(DemoControl control, String call) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(control.url() + call))
                .POST(BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  /** A mail with one file. */
  static byte[] withFile(String name, String type, int size) {
    return ("From: ada@example.com\r\nTo: support@contoso.com\r\nSubject: "
            + name
            + "\r\nMessage-ID: <"
            + name
            + "@example.com>\r\n"
            + "MIME-Version: 1.0\r\n"
            + "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
            + "--b\r\n"
            + "Content-Type: text/plain\r\n\r\n"
            + "See the file.\r\n"
            + "--b\r\n"
            + "Content-Type: "
            + type
            + "\r\nContent-Disposition: attachment; filename=\""
            + name
            + "\"\r\n\r\n"
            + "x".repeat(size)
            + "\r\n--b--\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
