package org.mailroom.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.aad.msal4j.HttpRequest;
import com.microsoft.aad.msal4j.HttpResponse;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import jakarta.annotation.PreDestroy;
import java.net.URI;
import org.apache.hc.core5.http.HttpHost;
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

  private static final int FIRST_ERROR = 400;

  private final URI loginUrl;
  private final BoundedHttpClient client;
  private final ObjectMapper json = new ObjectMapper();

  LoginHttpClient(MailroomProperties properties, SslBundles sslBundles) {
    this.loginUrl = properties.loginUrl();
    this.client =
        new BoundedHttpClient(
            properties.limits(),
            properties.proxy() == null ? null : HttpHost.create(properties.proxy()),
            properties.sslBundle() == null || properties.sslBundle().isBlank()
                ? null
                : sslBundles.getBundle(properties.sslBundle()).createSslContext());
  }

  @PreDestroy
  void stop() {
    client.close();
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
      status = 0;
      BoundedHttpClient.Answer received =
          client.send(request, address(request.url().toURI()), body);
      status = received.status();
      retryAfter = received.header("Retry-After");
      HttpResponse answer = new HttpResponse();
      answer.statusCode(received.status());
      answer.body(received.status() >= FIRST_ERROR ? described(received.body()) : received.body());
      answer.addHeaders(received.headers());
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
