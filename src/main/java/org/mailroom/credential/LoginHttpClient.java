package org.mailroom.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.HttpRequest;
import com.microsoft.aad.msal4j.HttpResponse;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.stereotype.Component;

/**
 * How msal4j reaches the identity platform: through the configured proxy, trusting the configured
 * SSL bundle.
 */
@Component
final class LoginHttpClient {

  private static final int PROXY_DEMANDS_PASSWORD = 407;
  private static final int FIRST_ERROR = 400;
  private static final String CONTENT_TYPE = "Content-Type";
  private final URI loginUrl;
  private final Duration whole;
  private final HttpClient client;
  private final ObjectMapper json = new ObjectMapper();

  LoginHttpClient(MailroomProperties properties, SslBundles sslBundles) {
    this.loginUrl = properties.loginUrl();
    this.whole = properties.limits().tokenTimeout();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(properties.limits().connectTimeout());
    if (properties.sslBundle() != null && !properties.sslBundle().isBlank()) {
      builder.sslContext(sslBundles.getBundle(properties.sslBundle()).createSslContext());
    }
    if (properties.proxy() != null) {
      builder.proxy(
          ProxySelector.of(
              new InetSocketAddress(properties.proxy().getHost(), properties.proxy().getPort())));
    }
    this.client = builder.build();
  }

  /**
   * @param tokenUrl of a credential; msal4j knows only the default one
   */
  Conversation conversation(URI tokenUrl) {
    return new Conversation(tokenUrl);
  }

  /**
   * The requests that one token takes. It remembers what msal4j doesn't tell: the last status and
   * how long to wait.
   */
  final class Conversation implements IHttpClient {

    private final URI tokenUrl;
    private volatile int status;
    private volatile @Nullable String retryAfter;

    private Conversation(URI tokenUrl) {
      this.tokenUrl = tokenUrl;
    }

    @Override
    public IHttpResponse send(HttpRequest request) throws Exception {
      return send(request, request.body());
    }

    /** Sends a request with another body. */
    IHttpResponse send(HttpRequest request, String body) throws Exception {
      java.net.http.HttpRequest.Builder outgoing =
          java.net.http.HttpRequest.newBuilder(address(request.url().toURI())).timeout(whole);
      request.headers().forEach(outgoing::header);
      if (request.httpMethod() == HttpMethod.POST) {
        outgoing.POST(java.net.http.HttpRequest.BodyPublishers.ofString(body));
        if (request.headers().keySet().stream().noneMatch(CONTENT_TYPE::equalsIgnoreCase)) {
          // msal4j leaves it out where it asks for a device code
          outgoing.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
      }
      status = 0;
      java.net.http.HttpResponse<String> received =
          new BoundedHttpClient(client, whole).send(outgoing.build());
      if (received.statusCode() == PROXY_DEMANDS_PASSWORD) {
        // the proxy's answer, not Entra ID's
        throw new IOException("the proxy refuses: HTTP 407");
      }
      status = received.statusCode();
      retryAfter = received.headers().firstValue("Retry-After").orElse(null);
      HttpResponse answer = new HttpResponse();
      answer.statusCode(received.statusCode());
      answer.body(
          received.statusCode() >= FIRST_ERROR ? described(received.body()) : received.body());
      answer.addHeaders(received.headers().map());
      return answer;
    }

    /**
     * An error without a description is one all the same, RFC 6749 section 5.2; msal4j takes it for
     * no error of OAuth.
     */
    private String described(String body) {
      try {
        return json.readTree(body == null ? "" : body) instanceof ObjectNode error
                && !error.path("error").asText().isBlank()
                && error.path("error_description").asText().isBlank()
            ? error.put("error_description", "no description").toString()
            : body;
      } catch (JsonProcessingException notJson) {
        return body;
      }
    }

    /** The scheme that is configured is put back: msal4j insists on https. */
    private URI address(URI asked) {
      if (asked.getPath().endsWith("/token")) {
        return tokenUrl;
      }
      if (asked.getPath().endsWith("/devicecode") && tokenUrl.getPath().endsWith("/token")) {
        return tokenUrl.resolve("devicecode");
      }
      return URI.create(
          loginUrl.getScheme() + asked.toString().substring(asked.getScheme().length()));
    }

    /** HTTP status of the last answer, 0 when there was none. */
    int status() {
      return status;
    }

    @Nullable String retryAfter() {
      return retryAfter;
    }
  }
}
